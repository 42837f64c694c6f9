// Calls of the register tiles: every function, over shapes that do not divide evenly, with what they should give.
#ifndef VAE_TILE_CASES_H
#define VAE_TILE_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tiles.h"

/// Floats between guards, at an address that no vector is aligned to.
typedef struct {
    float *floats;
    ptrdiff_t count;
} guarded;

/// Filled with `unwritten`, as the guards are.
guarded guarded_make(ptrdiff_t count);
void guarded_free(guarded *memory);
bool guarded_is_intact(const guarded *memory);

/// What a cell holds that nobody has written: a number that no case comes to.
extern const uint32_t unwritten;
uint32_t bits_of(float value);

/// Kinds of numbers that arrays are filled with: from -1 to 1, with sums that are subnormal, or with some that are not finite.
typedef enum { PLAIN, TINY, WILD } values;
/// Numbers that the state of `random` alone decides, the same everywhere.
guarded guarded_random(ptrdiff_t count, values values, uint64_t *random);

typedef enum { GATHER, DOT, TRANSPOSE, CORRELATE, FILTER, KINDS } kind;

/// The most that any call has.
enum { MOST_SEGMENTS = 64, MOST_RUNS = 300, MOST_OVERLAPS = 9, MOST_BLOCKS = 2, MOST_CHAINS = 24, MOST_COMBINATIONS = 12 };

/// One call and its operands.
typedef struct {
    kind kind;
    /// The shape in words.
    char title[200];
    vae_plan plan;
    vae_walk walk;
    vae_segment segments[MOST_SEGMENTS];
    vae_run runs[MOST_RUNS];
    vae_overlap overlaps[MOST_OVERLAPS];
    vae_filter filter;
    vae_block blocks[MOST_BLOCKS];
    vae_combination combinations[MOST_COMBINATIONS];
    vae_chain chains[MOST_CHAINS];
    vae_filtered_run filtered_runs[MOST_RUNS];
    /// Matrices to transpose, or images of weight_gradient and filtered_gemm.
    ptrdiff_t count, rows, columns;
    bool accumulate, rectify;
    /// Input and weights, or image and grid; `bias` has no floats where the call gets none.
    guarded first, second, bias;
    /// What filtered_gemm may write beside its output.
    guarded scratch;
    /// What the output holds before.
    guarded before;
} call;

/// How many shapes of a kind there are.
ptrdiff_t call_count(kind kind);
/// The same everywhere: integers alone decide it.
void call_make(call *call, kind kind, ptrdiff_t index);
void call_free(call *call);
void call_run(const call *call, const vae_tiles *tiles, float *output);

/// What one cell of the output should hold, computed in double.
typedef struct {
    double value;
    /// How far a sum in float may be from it.
    double bound;
    /// False for a cell between the positions, which nobody may write.
    bool is_output;
} expectation;

/// One for every float of the output.
void call_expect(const call *call, expectation *cells);

/// The multiply-adds of a call; of a transposition, the floats that it moves.
ptrdiff_t call_work(const call *call);

/// The products of the default model's layers, as the engine asks the tiles for them: how many, and each of them.
ptrdiff_t layer_count(void);
void layer_make(call *call, ptrdiff_t index);

/// Prints how fast each set of tiles is at each of them.
void print_speeds(void);

#endif

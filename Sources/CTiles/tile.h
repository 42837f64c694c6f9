// The loops themselves, for the instruction set of the file that includes this one. It defines
//   TILES      the name of the table it fills
//   TITLE      what people call the instruction set
//   LANES      floats in a vector register
//   ROWS       positions, or rows of weights, that a tile holds at most
//   VECTORS    vectors of columns in a full tile
//   DOT_ROWS   positions that a tile of dot products holds at most, up to 8
//   EACH_ROW_COUNT, EACH_DOT_ROW_COUNT   f(1) f(2) … up to ROWS and DOT_ROWS
// and sets the compiler's target. ROWS · VECTORS accumulators, VECTORS operands and a broadcast fill the registers.
//
// A tile of implicit_gemm, for AVX2 (6 positions, 2 vectors of 8 columns). What is framed by # and = stays in registers from the first run
// of a segment to the last; the rest streams past it, a float of the run at a time:
//
//                                   weights, L1: row k of a run, a panel's columns wide
//                                     n .. n+7     n+8 .. n+15
//                                   +------------+------------+
//                                   |    b[0]    |    b[1]    |   loaded once for each k, for all positions;
//                                   +------------+------------+   k + 1 is `columns` floats on
//   input: float k of the same run        |            |
//   at every position, `input_step` apart    v            v
//              +---------+          #============#============#
//   position 0    | x[0]    |--- a --->| sum[0][0]  | sum[0][1]  |   sum[m][v] = a · b[v] + sum[m][v], one fused
//              +---------+ broad-   #------------#------------#   multiply-add each: 12 chains that wait for
//   position 1    | x[step] |  cast -->| sum[1][0]  | sum[1][1]  |   nothing but themselves
//              +---------+          #------------#------------#
//      :            :                     :            :
//   position 5    |x[5·step]|--------->| sum[5][0]  | sum[5][1]  |   12 accumulators + 2 operands + 1 broadcast
//              +---------+          #============#============#   = 15 of 16 registers
//                x++ with k               |            |
//                                         v            v
//                                   output, `output_step` a position: written once, rectified on the way;
//                                   before, sums start from the bias, from zero or from what it holds
//
// A column is a chain of its own over the runs in their order and the floats of each. The loops, from the outside:
//
//   implicit_gemm      panel of columns > segment > tile of positions > run > float k of it > vector, position
//               The panel's weights are read again for every tile of positions, and so stay in the first-level cache.
//   weight_gradient   panel of columns > overlap > tile of weight rows > image > row of positions > position > vector, weight row
//               The same picture with the tile on the weights: its rows are neighbouring floats x[m] of a run, its columns those
//               of the grid, and what streams is the positions, `image_step` and `columns` floats at a time.
//   narrow_product         segment > column > tile of positions > run > sixteen floats of it > part > position
//               For few columns there is nothing to broadcast: vectors lie along the run.
//
//                          weights of column n, from float k of a run: b = w[k .. k+15], in PARTS vectors
//                                   |
//                                   v
//   position m    x[k .. k+15] --> sum[m][part]: 16 sums side by side, each of every sixteenth float, DOT_ROWS positions at once;
//                               at the end 16 > 8 > 4 > 2 > 1 (FOLD), then the bias, then what the output holds
//
//   filtered_gemm     block of chains > panel of columns > chain > tile of positions > run > float k of it > vector, position
//               The tile of implicit_gemm, whose sums may start from other tiles' sums, and be stored on the way for others to start from: products
//               of combined inputs with combined weights are parts of several outputs (minimal filtering: Winograd 1980). The
//               combinations of a block are made just before, and stay in the first-level cache.
//
//   transpose   matrix > four columns > four rows: blocks of 4 × 4 in registers, shuffled
#include "include/tiles.h"

#define INLINE static inline __attribute__((always_inline))
// Rows and vectors are constants where these functions are inlined: their arrays become registers. The arrays are declared
// with the most that there can be, since one of variable length would save and restore the stack pointer in the loop.
#define UNROLL _Pragma("clang loop unroll(full)")

// MARK: Panels

// implicit_gemm and weight_gradient walk panels of columns: as many full ones as there are, then what is left in ever narrower vectors. A
// column is a chain of its own, so that the panel it falls into does not show.
#define JOIN(a, b) a##_##b
#define NAMED(name, width) JOIN(name, width)

#define WIDTH LANES
#include "panel.h"
#undef WIDTH
#if LANES > 8
#define WIDTH 8
#include "panel.h"
#undef WIDTH
#endif
#if LANES > 4
#define WIDTH 4
#include "panel.h"
#undef WIDTH
#endif
#define WIDTH 1
#include "panel.h"
#undef WIDTH

// Calls f(width, vectors, first column) for every panel.
#define FULL_PANELS(f)                                                                               \
    for (; n + VECTORS * LANES <= columns; n += VECTORS * LANES) f(LANES, VECTORS, n);               \
    for (; n + LANES <= columns; n += LANES) f(LANES, 1, n);
#if LANES > 8
#define EIGHTS(f) \
    for (; n + 8 <= columns; n += 8) f(8, 1, n);
#else
#define EIGHTS(f)
#endif
#if LANES > 4
#define FOURS(f) \
    for (; n + 4 <= columns; n += 4) f(4, 1, n);
#else
#define FOURS(f)
#endif
#define EACH_PANEL(f)                                                                                \
    ptrdiff_t n = 0;                                                                                 \
    FULL_PANELS(f)                                                                                   \
    EIGHTS(f)                                                                                        \
    FOURS(f)                                                                                         \
    for (; n < columns; n++) f(1, 1, n);

#define GATHER_PANEL(width, vectors, n)                                                              \
    NAMED(implicit_gemm_columns, width)                                                                     \
    (vectors, plan, input, weights + n, bias ? bias + n : NULL, accumulate, rectify, output + n)

static void implicit_gemm(const vae_plan *plan, const float *input, const float *weights, const float *bias, bool accumulate,
                   bool rectify, float *output) {
    // A panel at a time, so that its weights stay in the first-level cache over all positions.
    const ptrdiff_t columns = plan->columns;
    EACH_PANEL(GATHER_PANEL)
}

#define CORRELATE_PANEL(width, vectors, n)                                                           \
    NAMED(weight_gradient_columns, width)(vectors, walk, image, grid + n, images, accumulate, weights + n)

static void weight_gradient(const vae_walk *walk, const float *image, const float *grid, ptrdiff_t images, bool accumulate,
                      float *weights) {
    const ptrdiff_t columns = walk->columns;
    EACH_PANEL(CORRELATE_PANEL)
}

// MARK: filtered_gemm

static void combine(const vae_combination *combination, ptrdiff_t count, const float *input, float *scratch) {
    for (const vae_combination *end = combination + count; combination < end; combination++) {
        const float *a = (combination->first_is_made ? scratch : input) + combination->first;
        const float *b = (combination->second_is_made ? scratch : input) + combination->second;
        float *result = scratch + combination->result;
        for (ptrdiff_t i = 0; i < combination->count; i++) {
            // A result may be one of its operands, and otherwise shares nothing with them: no iteration reads what another writes.
            if (combination->first_is_zero) {
                _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t k = 0; k < combination->length; k++) result[k] = 0 - b[k];
            } else if (combination->is_sum) {
                _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t k = 0; k < combination->length; k++) result[k] = a[k] + b[k];
            } else {
                _Pragma("clang loop vectorize(assume_safety)") for (ptrdiff_t k = 0; k < combination->length; k++) result[k] = a[k] - b[k];
            }
            a += combination->step;
            b += combination->step;
            result += combination->result_step;
        }
    }
}

#define FILTER_PANEL(width, vectors, n)                                                              \
    NAMED(filtered_gemm_columns, width)(vectors, filter, block, input, images, weights + n, bias ? bias + n : NULL, accumulate, rectify,  \
                                        scratch, scratch + n, output + n);

static void filtered_gemm(const vae_filter *filter, const float *input, ptrdiff_t images, const float *weights, const float *bias,
                   bool accumulate, bool rectify, float *scratch, float *output) {
    const ptrdiff_t columns = filter->columns;
    for (const vae_block *block = filter->blocks; block < filter->blocks + filter->block_count; block++) {
        for (ptrdiff_t image = 0; image < images; image++)
            combine(filter->combinations + block->first_combination, block->combinations, input + image * filter->input_size,
                    scratch + image * filter->made_size);
        EACH_PANEL(FILTER_PANEL)
    }
}

// MARK: narrow_product

#define PARTS (VAE_TILE_LANES / LANES)

typedef NAMED(vec, LANES) vec;

typedef float sixteen __attribute__((ext_vector_type(16)));

// Each adds neighbouring groups of lanes, of `a` and then of `b`, so that two vectors become one. Macros, since a vector that is
// wider than the registers can't be passed to a function without a warning.
#define FOLD_8(a, b)                                                                                 \
    (__builtin_shufflevector(a, b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +         \
     __builtin_shufflevector(a, b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#define FOLD_4(a, b)                                                                                 \
    (__builtin_shufflevector(a, b, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +       \
     __builtin_shufflevector(a, b, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31))
#define FOLD_2(a, b)                                                                                 \
    (__builtin_shufflevector(a, b, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29) +       \
     __builtin_shufflevector(a, b, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22, 23, 26, 27, 30, 31))
#define FOLD_1(a)                                                                                    \
    (__builtin_shufflevector(a, a, 0, 2, 4, 6, 8, 10, 12, 14) + __builtin_shufflevector(a, a, 1, 3, 5, 7, 9, 11, 13, 15))

INLINE vec load(const float *p) {
    vec v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

// The first `count` of sixteen floats, and zeros.
INLINE void load_some(const float *p, ptrdiff_t count, vec parts[PARTS]) {
    float some[VAE_TILE_LANES] = {0};
    for (ptrdiff_t i = 0; i < count; i++) some[i] = p[i];
    __builtin_memcpy(parts, some, sizeof some);
}

INLINE void narrow_product_tile(const int rows, const vae_plan *plan, const vae_segment *segment, const float *input,
                     const float *weights, float bias, bool accumulate, bool rectify, float *output) {
    vec sum[8][PARTS];
    UNROLL for (int m = 0; m < 8; m++) UNROLL for (int part = 0; part < PARTS; part++) sum[m][part] = (vec)0;
    const ptrdiff_t step = segment->input_step;
    const vae_run *run = plan->runs + segment->first_run;
    for (const vae_run *end = run + segment->runs; run < end; run++) {
        const float *x = input + run->input, *w = weights + run->weights;
        const ptrdiff_t tail = plan->run_length % VAE_TILE_LANES, whole = plan->run_length - tail;
        for (ptrdiff_t k = 0; k < whole; k += VAE_TILE_LANES) {
            UNROLL for (int part = 0; part < PARTS; part++) {
                const vec b = load(w + k + part * LANES);
                UNROLL for (int m = 0; m < rows; m++)
                    sum[m][part] = __builtin_elementwise_fma(load(x + m * step + k + part * LANES), b, sum[m][part]);
            }
        }
        if (tail > 0) {
            vec b[PARTS], a[PARTS];
            load_some(w + whole, tail, b);
            UNROLL for (int m = 0; m < rows; m++) {
                load_some(x + m * step + whole, tail, a);
                UNROLL for (int part = 0; part < PARTS; part++)
                    sum[m][part] = __builtin_elementwise_fma(a[part], b[part], sum[m][part]);
            }
        }
    }
    // The sixteen partial sums of every position, halved until one is left: 16 to 8, to 4, to 2, to 1.
    sixteen lanes[8], pairs[4], fours[2];
    UNROLL for (int m = 0; m < 8; m++) __builtin_memcpy(&lanes[m], sum[m], sizeof lanes[m]);
    UNROLL for (int m = 0; m < 4; m++) pairs[m] = FOLD_8(lanes[2 * m], lanes[2 * m + 1]);
    UNROLL for (int m = 0; m < 2; m++) fours[m] = FOLD_4(pairs[2 * m], pairs[2 * m + 1]);
    const sixteen eights = FOLD_2(fours[0], fours[1]);
    const float __attribute__((ext_vector_type(8))) total = FOLD_1(eights) + bias;
    UNROLL for (int m = 0; m < rows; m++) {
        float *position = output + m * segment->output_step;
        const float value = accumulate ? *position + total[m] : total[m];
        *position = rectify && value < 0 ? 0 : value;
    }
}

#define DOT_CASE(n)                                                                                  \
    case n:                                                                                          \
        narrow_product_tile(n, plan, segment, input, w, start, accumulate, rectify, output);                         \
        break;

static void narrow_product(const vae_plan *plan, const float *image, const float *weights, const float *bias, bool accumulate,
                bool rectify, float *image_output) {
    for (ptrdiff_t s = 0; s < plan->segment_count; s++) {
        const vae_segment *segment = plan->segments + s;
        for (ptrdiff_t n = 0; n < plan->columns; n++) {
            const float *input = image, *w = weights + n * plan->run_length;
            float *output = image_output + segment->output + n;
            const float start = bias && !accumulate ? bias[n] : 0;
            ptrdiff_t positions = segment->positions;
            for (ptrdiff_t tiles = (positions + DOT_ROWS - 1) / DOT_ROWS; tiles > 0; tiles--) {
                const ptrdiff_t rows = (positions + tiles - 1) / tiles;
                switch (rows) { EACH_DOT_ROW_COUNT(DOT_CASE) }
                input += rows * segment->input_step;
                output += rows * segment->output_step;
                positions -= rows;
            }
        }
    }
}

// MARK: transpose

typedef float four __attribute__((ext_vector_type(4)));

static void transpose(const float *from, ptrdiff_t count, ptrdiff_t rows, ptrdiff_t columns, float *to) {
    for (; count > 0; count--, from += rows * columns, to += rows * columns) {
        const ptrdiff_t even_rows = rows & ~3, even_columns = columns & ~3;
        for (ptrdiff_t n = 0; n < even_columns; n += 4) {
            for (ptrdiff_t m = 0; m < even_rows; m += 4) {
                four a, b, c, d;
                __builtin_memcpy(&a, from + m * columns + n, sizeof a);
                __builtin_memcpy(&b, from + (m + 1) * columns + n, sizeof b);
                __builtin_memcpy(&c, from + (m + 2) * columns + n, sizeof c);
                __builtin_memcpy(&d, from + (m + 3) * columns + n, sizeof d);
                const four ac0 = __builtin_shufflevector(a, c, 0, 4, 1, 5), ac1 = __builtin_shufflevector(a, c, 2, 6, 3, 7);
                const four bd0 = __builtin_shufflevector(b, d, 0, 4, 1, 5), bd1 = __builtin_shufflevector(b, d, 2, 6, 3, 7);
                const four column[4] = {
                    __builtin_shufflevector(ac0, bd0, 0, 4, 1, 5), __builtin_shufflevector(ac0, bd0, 2, 6, 3, 7),
                    __builtin_shufflevector(ac1, bd1, 0, 4, 1, 5), __builtin_shufflevector(ac1, bd1, 2, 6, 3, 7)};
                UNROLL for (int i = 0; i < 4; i++)
                    __builtin_memcpy(to + (n + i) * rows + m, &column[i], sizeof column[i]);
            }
        }
        // What blocks of four leave: the last rows, and the last columns of the rows above them.
        for (ptrdiff_t m = even_rows; m < rows; m++)
            for (ptrdiff_t n = 0; n < columns; n++) to[n * rows + m] = from[m * columns + n];
        for (ptrdiff_t m = 0; m < even_rows; m++)
            for (ptrdiff_t n = even_columns; n < columns; n++) to[n * rows + m] = from[m * columns + n];
    }
}

const vae_tiles TILES = {TITLE, implicit_gemm, narrow_product, transpose, weight_gradient, combine, filtered_gemm};

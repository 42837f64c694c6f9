// Register tiles: the inner loops of the direct convolutions, compiled for several instruction sets.
//
// An image is NHWC floats. A convolution joins an image side, `channels` deep, to a grid side, `filters` deep; a dense layer is
// one whose positions are the images of a batch. Every output element is one chain of fused multiply-adds in an order that the
// call's arguments alone decide, so that all instruction sets give the same bits; with minimal filtering, a few such chains.
#ifndef VAE_TILES_H
#define VAE_TILES_H

#include <stdbool.h>
#include <stddef.h>

/// Lanes that `narrow_product` sums side by side.
#define VAE_TILE_LANES 16

/// Floats that lie side by side in the input and meet rows of the weights that do too.
typedef struct {
    /// From the segment's input to the run at its first position.
    ptrdiff_t input;
    /// From the weights to the run's first row.
    ptrdiff_t weights;
} vae_run;

/// Output positions at even distances that all sum over the same runs.
typedef struct {
    ptrdiff_t input_step;
    /// From the image's output to the first position.
    ptrdiff_t output;
    ptrdiff_t output_step;
    ptrdiff_t positions;
    /// Index of the first run, and how many.
    ptrdiff_t first_run, runs;
} vae_segment;

/// All positions of one output image.
typedef struct {
    const vae_segment *segments;
    ptrdiff_t segment_count;
    const vae_run *runs;
    /// Floats of every run.
    ptrdiff_t run_length;
    /// Floats of an output position.
    ptrdiff_t columns;
} vae_plan;

/// The positions at which one run of the image meets the grid, for a gradient of weights.
typedef struct {
    /// From the image to the run at the first position, and from the grid to that position.
    ptrdiff_t image, grid;
    ptrdiff_t width, height;
    /// From the weights to the run's first row.
    ptrdiff_t weights;
} vae_overlap;

/// The strides in which `vae_overlap`s are walked.
typedef struct {
    const vae_overlap *overlaps;
    ptrdiff_t overlap_count;
    /// Floats of every run: rows of weights.
    ptrdiff_t run_length;
    /// Floats of a grid position: columns of weights.
    ptrdiff_t columns;
    /// From a position to the next, from a row of positions to the next, from an image to the next.
    ptrdiff_t image_step, image_row, image_size;
    ptrdiff_t grid_step, grid_row, grid_size;
} vae_walk;

/// A run whose positions lie at a distance of their own, in the input or in what combinations made of it.
typedef struct {
    /// From the input, or from the scratch where it is made, to the run at the first position.
    ptrdiff_t input;
    /// From a position's run to the next one's.
    ptrdiff_t step;
    ptrdiff_t weights;
    bool is_made;
} vae_filtered_run;

typedef enum { VAE_NOWHERE, VAE_OUTPUT, VAE_SCRATCH } vae_side;

/// Where the sums of some positions are read or stored.
typedef struct {
    vae_side side;
    ptrdiff_t first, step;
} vae_place;

/// Sums over runs at some positions, which may be parts of several outputs.
typedef struct {
    /// Not read where positions are images.
    ptrdiff_t positions;
    ptrdiff_t first_run, runs;
    /// Sums that these ones start from, added up.
    vae_place start, other_start;
    /// Where the sums are stored when so many runs are in them, for chains that share these.
    vae_place midway;
    ptrdiff_t runs_before_midway;
    vae_place end;
    /// Starts from the bias as well.
    bool takes_bias;
    /// `end` is the result: what the output holds is added where that is asked for, and the sums are rectified.
    bool is_result;
} vae_chain;

/// result[i] = second[i] added to or subtracted from first[i], for runs of `length` floats at even distances.
typedef struct {
    /// From the input, or from the scratch where an operand is made itself.
    ptrdiff_t first, second;
    /// From the scratch.
    ptrdiff_t result;
    /// Of both operands, and of the result.
    ptrdiff_t step, result_step;
    ptrdiff_t count, length;
    bool first_is_made, second_is_made;
    /// There is no first operand: it lies beyond the edge, and is zero.
    bool first_is_zero;
    bool is_sum;
} vae_combination;

/// Chains that share combinations, to be computed while these are in the first-level cache.
typedef struct {
    ptrdiff_t first_combination, combinations;
    ptrdiff_t first_chain, chains;
} vae_block;

/// Output positions in fewer products than they have taps, from combinations of their inputs and of the weights.
typedef struct {
    const vae_block *blocks;
    ptrdiff_t block_count;
    const vae_combination *combinations;
    const vae_chain *chains;
    const vae_filtered_run *runs;
    /// Floats of every run.
    ptrdiff_t run_length;
    /// Floats of an output position.
    ptrdiff_t columns;
    /// The positions of every chain are images: steps are from one to the next. Maps are too small to fill a tile otherwise.
    bool is_across_images;
    /// Then, from an image to the next: of the input, and of what is made of it.
    ptrdiff_t input_size, made_size;
} vae_filter;

/// The loops for one instruction set.
typedef struct {
    const char *name;

    /// output[position][n] = f(start + Σ over runs and their floats k of input[k] · weights[k][n]), where the sum starts from
    /// bias[n], from 0 where `bias` is NULL, or with `accumulate` from what output[position][n] holds.
    ///
    /// Weights are rows of `columns` floats; f is max(0, x) when `rectify`, with NaN kept.
    void (*implicit_gemm)(const vae_plan *plan, const float *input, const float *weights, const float *bias, bool accumulate,
                   bool rectify, float *output);

    /// The same for few columns, with weights that lie transposed: run k of column n is at
    /// weights[run + n · run_length + k]. Sixteen sums side by side take every sixteenth float of a run, and are added up in
    /// the end; what the sum starts from comes last.
    void (*narrow_product)(const vae_plan *plan, const float *input, const float *weights, const float *bias, bool accumulate,
                bool rectify, float *output);

    /// Each of `count` matrices of rows × columns floats to columns × rows.
    void (*transpose)(const float *from, ptrdiff_t count, ptrdiff_t rows, ptrdiff_t columns, float *to);

    /// weights[k][n] (+)= Σ over images and positions of image[position][k] · grid[position][n].
    void (*weight_gradient)(const vae_walk *walk, const float *image, const float *grid, ptrdiff_t images, bool accumulate,
                      float *weights);

    /// The combinations, one after another.
    void (*combine)(const vae_combination *combinations, ptrdiff_t count, const float *input, float *scratch);

    /// Block by block the combinations, and then the chains: each position of a chain is a chain of multiply-adds over the runs in their
    /// order and the floats of each. With `accumulate`, results are added to what the output holds. Of one image, or of `images` where these are
    /// the positions.
    void (*filtered_gemm)(const vae_filter *filter, const float *input, ptrdiff_t images, const float *weights, const float *bias,
                   bool accumulate, bool rectify, float *scratch, float *output);
} vae_tiles;

/// The sets of loops that this processor can run, best first, ended by NULL. Empty where there is none.
const vae_tiles *const *vae_available_tiles(void);

#endif

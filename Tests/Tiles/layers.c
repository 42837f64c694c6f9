// The products of the default model's layers: the calls of the tiles that a training step is made of, with random numbers.
#include <stdio.h>
#include <string.h>

#include "layers.h"

enum {
    /// Columns up to which images are padded on the way down, and summed by `narrow_product` on the way up: `Tiles.mostThinColumns`.
    THIN = 4,
    /// Images that a thread takes through the network together: rows of the dense layers.
    ROWS = 8,
    /// Floats of the images and grids that one call sums the weights' gradient: `DirectConvolution.cachedFloats`.
    CACHED = 64 << 10,
};

typedef enum { FORWARD, INPUT_GRADIENT, WEIGHT_GRADIENT, PACKING } product;
static const char *const product_names[] = {"forward", "gradient of the input", "gradient of the weights", "packing"};

static const layer layers[] = {
    {28, 1, 32, 2, false}, {14, 32, 64, 2, false}, {0, 3136, 16, 0, false}, {0, 2, 3136, 0, false},
    {14, 64, 64, 2, true}, {28, 32, 64, 2, true},  {28, 1, 32, 1, true},
};

// The images need no gradient, and kernels of thin images and wide dense layers above few columns are read as they are.
static const struct {
    ptrdiff_t layer;
    product product;
} products[] = {
    {0, FORWARD}, {0, WEIGHT_GRADIENT},
    {1, FORWARD}, {1, INPUT_GRADIENT},  {1, WEIGHT_GRADIENT}, {1, PACKING},
    {2, FORWARD}, {2, INPUT_GRADIENT},  {2, WEIGHT_GRADIENT}, {2, PACKING},
    {3, FORWARD}, {3, INPUT_GRADIENT},  {3, WEIGHT_GRADIENT},
    {4, FORWARD}, {4, INPUT_GRADIENT},  {4, WEIGHT_GRADIENT}, {4, PACKING},
    {5, FORWARD}, {5, INPUT_GRADIENT},  {5, WEIGHT_GRADIENT},
    {6, FORWARD}, {6, INPUT_GRADIENT},  {6, WEIGHT_GRADIENT},
};

ptrdiff_t layer_count(void) { return sizeof products / sizeof *products; }

/// Sizes of the two operands and of the result, in floats.
typedef struct {
    ptrdiff_t first, second, output;
} sizes;

static sizes make_convolution(call *call, const layer *layer, product product) {
    const ptrdiff_t side = grid_of(layer), grid = side * side * layer->filters, padded = padded_of(layer);
    const bool is_thin = layer->channels <= THIN;
    const ptrdiff_t weights = KERNEL * KERNEL * layer->channels * layer->filters;
    const ptrdiff_t image = (is_thin ? padded * padded : layer->size * layer->size) * layer->channels;
    if (product == PACKING) {
        call->kind = TRANSPOSE;
        call->count = KERNEL * KERNEL;
        call->rows = layer->channels;
        call->columns = layer->filters;
        return (sizes){weights, 0, weights};
    }
    if (product == WEIGHT_GRADIENT) {
        call->kind = CORRELATE;
        call->count = CACHED / (image + grid) > 0 ? CACHED / (image + grid) : 1;
        if (call->count > ROWS) call->count = ROWS;
        (is_thin ? walk_padded : walk_taps)(call, layer);
        return (sizes){call->count * image, call->count * grid, weights};
    }
    if ((product == FORWARD) != layer->is_transposed) {
        call->kind = GATHER;
        call->plan.run_length = is_thin ? KERNEL * layer->channels : layer->channels;
        call->plan.columns = layer->filters;
        if (is_thin) {
            plan_padded(call, layer);
        } else {
            plan_down(call, layer);
        }
        return (sizes){image, weights, grid};
    }
    call->kind = is_thin ? DOT : GATHER;
    call->plan.run_length = layer->filters;
    call->plan.columns = layer->channels;
    plan_up(call, layer);
    return (sizes){grid, weights, layer->size * layer->size * layer->channels};
}

static sizes make_dense(call *call, const layer *layer, product product) {
    const ptrdiff_t weights = layer->channels * layer->filters;
    if (product == PACKING) {
        call->kind = TRANSPOSE;
        call->count = 1;
        call->rows = layer->channels;
        call->columns = layer->filters;
        return (sizes){weights, 0, weights};
    }
    if (product == WEIGHT_GRADIENT) {
        call->kind = CORRELATE;
        call->count = 1;
        call->overlaps[0] = (vae_overlap){0, 0, ROWS, 1, 0};
        call->walk = (vae_walk){call->overlaps, 1, layer->channels, layer->filters, layer->channels, 0, 0, layer->filters, 0, 0};
        return (sizes){ROWS * layer->channels, ROWS * layer->filters, weights};
    }
    const ptrdiff_t length = product == FORWARD ? layer->channels : layer->filters;
    const ptrdiff_t columns = product == FORWARD ? layer->filters : layer->channels;
    call->kind = columns <= THIN ? DOT : GATHER;
    call->plan.run_length = length;
    call->plan.columns = columns;
    plan_rows(call, ROWS);
    return (sizes){ROWS * length, weights, ROWS * columns};
}

void layer_make(call *call, ptrdiff_t index) {
    memset(call, 0, sizeof *call);
    call->plan.segments = call->segments;
    call->plan.runs = call->runs;
    const layer *layer = layers + products[index].layer;
    const product product = products[index].product;
    const sizes sizes = (layer->size > 0 ? make_convolution : make_dense)(call, layer, product);
    const bool is_forward = product == FORWARD;
    uint64_t random = (uint64_t)KINDS << 32 | (uint64_t)index;
    call->first = guarded_random(sizes.first, PLAIN, &random);
    call->second = guarded_random(sizes.second, PLAIN, &random);
    const bool has_bias = is_forward && call->kind != CORRELATE;
    call->bias = guarded_random(has_bias ? call->plan.columns : 0, PLAIN, &random);
    call->rectify = is_forward;
    call->before = guarded_make(sizes.output);

    char from[40], to[40];
    if (layer->size > 0) {
        snprintf(from, sizeof from, "%tdx%tdx%td", layer->size, layer->size, layer->channels);
        snprintf(to, sizeof to, "%tdx%tdx%td", grid_of(layer), grid_of(layer), layer->filters);
    } else {
        snprintf(from, sizeof from, "%td", layer->channels);
        snprintf(to, sizeof to, "%td", layer->filters);
    }
    snprintf(call->title, sizeof call->title, "%s to %s, %s", layer->is_transposed ? to : from,
             layer->is_transposed ? from : to, product_names[product]);
}

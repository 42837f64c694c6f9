// A layer of the default model, and the plans that the engine makes for it.
#ifndef VAE_TILE_LAYERS_H
#define VAE_TILE_LAYERS_H

#include "cases.h"

/// Kernels are three by three.
enum { KERNEL = 3 };

/// A convolution from an image to a grid, or the other way where it is transposed; or a dense layer, which has no size.
typedef struct {
    ptrdiff_t size, channels, filters, stride;
    bool is_transposed;
} layer;

/// Positions along one side of the grid, and of the image with the zeros that kernels meet beside it.
ptrdiff_t grid_of(const layer *layer);
ptrdiff_t padded_of(const layer *layer);

/// From the image to the grid, and back.
void plan_down(call *call, const layer *layer);
void plan_up(call *call, const layer *layer);
/// From an image that lies padded in memory.
void plan_padded(call *call, const layer *layer);
/// One segment of positions, each of which meets one run.
void plan_rows(call *call, ptrdiff_t rows);

/// Over the positions at which the kernel's taps meet the image, or its rows a padded one.
void walk_taps(call *call, const layer *layer);
void walk_padded(call *call, const layer *layer);

#endif

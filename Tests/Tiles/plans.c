// The plans of `TilePlan` and `TileWalk` in Sources/Kernels/Direct, in as little C as does for square images and kernels.
#include <stdlib.h>

#include "layers.h"

ptrdiff_t grid_of(const layer *layer) { return (layer->size + layer->stride - 1) / layer->stride; }
ptrdiff_t padded_of(const layer *layer) { return (grid_of(layer) - 1) * layer->stride + KERNEL; }
/// Zeros before the image: the smaller half of all.
static ptrdiff_t padding_of(const layer *layer) { return (padded_of(layer) - layer->size) / 2; }

// MARK: Axes

/// Positions along an axis that meet the same taps of the kernel, and where these fall for the first of them.
typedef struct {
    ptrdiff_t first, step, count, input_step, taps;
    ptrdiff_t kernel[KERNEL], input[KERNEL];
} group;

/// A few at each edge, and one between them, for each phase of the stride.
enum { MOST_GROUPS = 4 * KERNEL };

static ptrdiff_t append(group *groups, ptrdiff_t count, group here) {
    group *last = groups + count - 1;
    bool goes_on = count > 0 && last->step == here.step && last->first + last->count * last->step == here.first &&
                   last->taps == here.taps;
    for (ptrdiff_t i = 0; goes_on && i < here.taps; i++)
        goes_on = last->kernel[i] == here.kernel[i] && last->input[i] + last->count * last->input_step == here.input[i];
    if (goes_on) {
        last->count++;
        return count;
    }
    groups[count] = here;
    return count + 1;
}

/// From the image to the grid.
static ptrdiff_t group_down(const layer *layer, group *groups) {
    ptrdiff_t count = 0;
    for (ptrdiff_t position = 0; position < grid_of(layer); position++) {
        group here = {position, 1, 1, layer->stride, 0, {0}, {0}};
        for (ptrdiff_t tap = 0; tap < KERNEL; tap++) {
            const ptrdiff_t input = position * layer->stride + tap - padding_of(layer);
            if (input < 0 || input >= layer->size) continue;
            here.kernel[here.taps] = tap;
            here.input[here.taps++] = input;
        }
        count = append(groups, count, here);
    }
    return count;
}

/// From the grid to the image: positions that are a stride apart go together.
static ptrdiff_t group_up(const layer *layer, group *groups) {
    ptrdiff_t count = 0;
    for (ptrdiff_t phase = 0; phase < layer->stride; phase++) {
        for (ptrdiff_t position = phase; position < layer->size; position += layer->stride) {
            group here = {position, layer->stride, 1, 1, 0, {0}, {0}};
            for (ptrdiff_t tap = 0; tap < KERNEL; tap++) {
                const ptrdiff_t offset = position + padding_of(layer) - tap;
                if (offset < 0 || offset % layer->stride || offset / layer->stride >= grid_of(layer)) continue;
                here.kernel[here.taps] = tap;
                here.input[here.taps++] = offset / layer->stride;
            }
            count = append(groups, count, here);
        }
    }
    return count;
}

// MARK: Plans

static void add_segment(call *call, vae_segment segment) {
    if (call->plan.segment_count == MOST_SEGMENTS) abort();
    call->segments[call->plan.segment_count++] = segment;
}

/// Rectangles of positions as segments along their longer sides.
static void plan_groups(call *call, const group *groups, ptrdiff_t count, ptrdiff_t input_size, ptrdiff_t output_size) {
    const ptrdiff_t length = call->plan.run_length, columns = call->plan.columns;
    ptrdiff_t runs = 0;
    for (const group *y = groups; y < groups + count; y++) {
        for (const group *x = groups; x < groups + count; x++) {
            const ptrdiff_t down_input = y->input_step * input_size * length, down_output = y->step * output_size * columns;
            const ptrdiff_t across_input = x->input_step * length, across_output = x->step * columns;
            const ptrdiff_t first = (y->first * output_size + x->first) * columns;
            const bool is_wide = y->count <= x->count;
            for (ptrdiff_t line = 0; line < (is_wide ? y->count : x->count); line++) {
                add_segment(call, (vae_segment){
                    is_wide ? across_input : down_input, first + line * (is_wide ? down_output : across_output),
                    is_wide ? across_output : down_output, is_wide ? x->count : y->count, runs, y->taps * x->taps});
                for (ptrdiff_t i = 0; i < y->taps; i++) {
                    for (ptrdiff_t j = 0; j < x->taps; j++, runs++) {
                        if (runs == MOST_RUNS) abort();
                        call->runs[runs] = (vae_run){
                            (y->input[i] * input_size + x->input[j]) * length + line * (is_wide ? down_input : across_input),
                            (y->kernel[i] * KERNEL + x->kernel[j]) * length * columns};
                    }
                }
            }
        }
    }
}

void plan_down(call *call, const layer *layer) {
    group groups[MOST_GROUPS];
    plan_groups(call, groups, group_down(layer, groups), layer->size, grid_of(layer));
}

void plan_up(call *call, const layer *layer) {
    group groups[MOST_GROUPS];
    plan_groups(call, groups, group_up(layer, groups), grid_of(layer), layer->size);
}

void plan_rows(call *call, ptrdiff_t rows) {
    const ptrdiff_t length = call->plan.run_length, columns = call->plan.columns;
    call->runs[0] = (vae_run){0, 0};
    add_segment(call, (vae_segment){length, 0, columns, rows, 0, 1});
}

/// Every place of a padded image meets whole rows of the kernel.
void plan_padded(call *call, const layer *layer) {
    const ptrdiff_t grid = grid_of(layer), length = KERNEL * layer->channels, row = padded_of(layer) * layer->channels;
    for (ptrdiff_t y = 0; y < grid; y++) {
        add_segment(call, (vae_segment){layer->stride * layer->channels, y * grid * layer->filters, layer->filters, grid,
                                        y * KERNEL, KERNEL});
        for (ptrdiff_t tap = 0; tap < KERNEL; tap++)
            call->runs[y * KERNEL + tap] = (vae_run){(y * layer->stride + tap) * row, tap * length * layer->filters};
    }
}

void walk_padded(call *call, const layer *layer) {
    const ptrdiff_t grid = grid_of(layer), length = KERNEL * layer->channels, row = padded_of(layer) * layer->channels;
    for (ptrdiff_t tap = 0; tap < KERNEL; tap++)
        call->overlaps[tap] = (vae_overlap){tap * row, 0, grid, grid, tap * length * layer->filters};
    call->walk = (vae_walk){
        call->overlaps, KERNEL, length, layer->filters, layer->stride * layer->channels, layer->stride * row,
        padded_of(layer) * row, layer->filters, grid * layer->filters, grid * grid * layer->filters};
}

/// Tap by tap, over the positions at which it falls on the image.
void walk_taps(call *call, const layer *layer) {
    const ptrdiff_t grid = grid_of(layer), row = layer->size * layer->channels, stride = layer->stride;
    ptrdiff_t first[KERNEL], count[KERNEL];
    for (ptrdiff_t tap = 0; tap < KERNEL; tap++) {
        const ptrdiff_t before = padding_of(layer) - tap, last = layer->size - 1 + before;
        first[tap] = before > 0 ? (before + stride - 1) / stride : 0;
        count[tap] = (last / stride < grid ? last / stride + 1 : grid) - first[tap];
    }
    for (ptrdiff_t y = 0; y < KERNEL; y++) {
        for (ptrdiff_t x = 0; x < KERNEL; x++) {
            const ptrdiff_t top = first[y] * stride + y - padding_of(layer), left = first[x] * stride + x - padding_of(layer);
            call->overlaps[y * KERNEL + x] = (vae_overlap){
                top * row + left * layer->channels, (first[y] * grid + first[x]) * layer->filters, count[x], count[y],
                (y * KERNEL + x) * layer->channels * layer->filters};
        }
    }
    call->walk = (vae_walk){
        call->overlaps, KERNEL * KERNEL, layer->channels, layer->filters, stride * layer->channels, stride * row,
        layer->size * row, layer->filters, grid * layer->filters, grid * grid * layer->filters};
}

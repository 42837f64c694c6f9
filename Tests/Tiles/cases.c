#include "cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// MARK: Random numbers

// SplitMix64 (Steele, Lea and Flood, 2014).
static uint64_t next(uint64_t *state) {
    uint64_t z = *state += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
}

static ptrdiff_t below(uint64_t *state, ptrdiff_t limit) { return (ptrdiff_t)(next(state) % (uint64_t)limit); }

static bool flip(uint64_t *state) { return next(state) & 1; }

// MARK: Values

static const char *const value_names[] = {"", ", subnormal sums", ", not all finite"};

// From -1 to 1, in steps of 2⁻²³: every one of them is a float, and the conversions are exact.
guarded guarded_random(ptrdiff_t count, values values, uint64_t *random) {
    guarded memory = guarded_make(count);
    for (ptrdiff_t i = 0; i < count; i++) {
        const int32_t steps = (int32_t)(next(random) >> 40) - (1 << 23);
        float value = (float)steps * 0x1p-23f;
        // Products of about 2⁻¹⁴⁰, whose sums are subnormal; and some factors that are subnormal themselves, or a zero's.
        if (values == TINY) {
            const ptrdiff_t choice = below(random, 8);
            value = choice == 0 ? -0.0f : choice == 1 ? value * 0x1p-127f : value * 0x1p-70f;
        }
        memory.floats[i] = value;
    }
    // Few, so that most sums stay finite.
    static const uint32_t wild[] = {0x7FC00000, 0x7F800000, 0xFF800000, 0x80000000, 0x00000001, 0x807FFFFF};
    for (ptrdiff_t left = values == WILD && count > 0 ? 1 + count / 200 : 0; left > 0; left--) {
        const ptrdiff_t position = below(random, count);
        memcpy(memory.floats + position, wild + below(random, 6), sizeof *wild);
    }
    return memory;
}

static values choose_values(ptrdiff_t index) { return index % 7 == 3 ? TINY : index % 7 == 5 ? WILD : PLAIN; }

// MARK: Shapes

// Every number of columns up to 100, and wide ones, for the kernels that take columns by vectors.
enum { EVERY_WIDTH = 100 };
static const ptrdiff_t wide[] = {112, 128, 131, 196, 196, 200};
static const ptrdiff_t shape_counts[KINDS] = {
    [GATHER] = EVERY_WIDTH + sizeof wide / sizeof *wide, [DOT] = 84, [TRANSPOSE] = 60,
    [CORRELATE] = EVERY_WIDTH + sizeof wide / sizeof *wide};

ptrdiff_t call_count(kind kind) { return shape_counts[kind]; }

static ptrdiff_t columns_of(kind kind, ptrdiff_t index) {
    if (kind == DOT) return 1 + index % 7;
    return index < EVERY_WIDTH ? index + 1 : wide[index - EVERY_WIDTH];
}

// Steps that share no factor with what they are taken in meet every length up to 70, and every number of positions up to 40.
static ptrdiff_t length_of(ptrdiff_t index) { return 1 + index * 37 % 70; }
static ptrdiff_t places_of(ptrdiff_t index) { return 1 + index * 23 % 40; }
// A dense layer: one run, one position an image.
static bool is_dense(ptrdiff_t index) { return index % 3 == 0; }

// Segments whose positions lie side by side or between each other's, as those of a transposed convolution do, with gaps; each
// meets runs at positions of the input that overlap, and rows of weights in any order.
static void make_plan(call *call, ptrdiff_t index, uint64_t *random) {
    const bool dense = is_dense(index);
    const ptrdiff_t columns = columns_of(call->kind, index), length = length_of(index), most = places_of(index);
    const ptrdiff_t segments = dense ? 1 : 1 + below(random, 4), spacing = dense ? 1 : 1 + below(random, 3);
    const ptrdiff_t step = dense ? length : 1 + below(random, 2 * length), taps = dense ? 1 : 1 + below(random, 8);
    ptrdiff_t runs = 0, input = 0, output = 0;
    for (ptrdiff_t s = 0; s < segments; s++) {
        const ptrdiff_t positions = dense ? most : 1 + below(random, most);
        // A position that meets no tap is its bias alone.
        const ptrdiff_t count = dense ? 1 : below(random, taps + 1);
        call->segments[s] = (vae_segment){
            step, (s / spacing * most * spacing + s % spacing) * columns, spacing * columns, positions, runs, count};
        for (ptrdiff_t end = runs + count; runs < end; runs++) {
            const ptrdiff_t from = dense ? 0 : below(random, 3 * length);
            call->runs[runs] = (vae_run){from, (dense ? 0 : below(random, taps)) * length * columns};
            const ptrdiff_t reach = from + (positions - 1) * step + length;
            if (reach > input) input = reach;
        }
        const ptrdiff_t reach = call->segments[s].output + ((positions - 1) * spacing + 1) * columns;
        if (reach > output) output = reach;
    }
    call->plan = (vae_plan){call->segments, segments, call->runs, length, columns};
    call->accumulate = below(random, 3) == 0;
    call->rectify = flip(random);
    const bool has_bias = flip(random);
    const values values = choose_values(index);
    call->first = guarded_random(input, values, random);
    call->second = guarded_random(taps * length * columns, values, random);
    call->bias = guarded_random(has_bias ? columns : 0, values, random);
    call->before = call->accumulate ? guarded_random(output, values, random) : guarded_make(output);
    snprintf(call->title, sizeof call->title,
             "%s: %td segments of up to %td positions %td apart, %td runs of %td, input step %td, %td columns%s%s%s%s",
             call->kind == DOT ? "narrow_product" : "implicit_gemm", segments, most, spacing, runs, length, step, columns,
             has_bias ? ", bias" : "", call->accumulate ? ", accumulate" : "", call->rectify ? ", rectify" : "",
             value_names[values]);
}

static void make_walk(call *call, ptrdiff_t index, uint64_t *random) {
    const bool dense = is_dense(index);
    const ptrdiff_t columns = columns_of(CORRELATE, index), length = length_of(index);
    const ptrdiff_t width = places_of(index), height = dense ? 1 : 1 + below(random, 4);
    const ptrdiff_t taps = dense ? 1 : 1 + below(random, 5), images = dense ? 1 : 1 + below(random, 3);
    const ptrdiff_t step = dense ? length : 1 + below(random, 2 * length), spread = dense ? 1 : 1 + below(random, 2 * length);
    const ptrdiff_t row = step * width + below(random, 9), grid_row = width * columns + below(random, 9);
    const ptrdiff_t size = spread + (height - 1) * row + (width - 1) * step + length, grid_size = height * grid_row;
    for (ptrdiff_t tap = 0; tap < taps; tap++) {
        // A tap that falls on part of the grid, or beside it.
        const ptrdiff_t left = dense ? 0 : below(random, width + 1), top = dense ? 0 : below(random, height);
        call->overlaps[tap] = (vae_overlap){
            dense ? 0 : below(random, spread), top * grid_row + left * columns, width - left, height - top,
            (taps - 1 - tap) * length * columns};
    }
    call->walk = (vae_walk){call->overlaps, taps, length, columns, step, row, size, columns, grid_row, grid_size};
    call->count = images;
    call->accumulate = flip(random);
    const values values = choose_values(index);
    call->first = guarded_random(images * size, values, random);
    call->second = guarded_random(images * grid_size, values, random);
    const ptrdiff_t output = taps * length * columns;
    call->before = call->accumulate ? guarded_random(output, values, random) : guarded_make(output);
    snprintf(call->title, sizeof call->title,
             "weight_gradient: %td images, %td taps on %td x %td positions, runs of %td, image step %td, %td columns%s%s", images,
             taps, height, width, length, step, columns, call->accumulate ? ", accumulate" : "", value_names[values]);
}

static void make_matrices(call *call, ptrdiff_t index, uint64_t *random) {
    call->rows = places_of(index);
    call->columns = length_of(index);
    call->count = 1 + below(random, 3);
    const ptrdiff_t size = call->count * call->rows * call->columns;
    call->first = guarded_random(size, choose_values(index), random);
    call->before = guarded_make(size);
    snprintf(call->title, sizeof call->title, "transpose: %td matrices of %td x %td%s", call->count, call->rows,
             call->columns, value_names[choose_values(index)]);
}

void call_make(call *call, kind kind, ptrdiff_t index) {
    memset(call, 0, sizeof *call);
    call->kind = kind;
    uint64_t random = (uint64_t)kind << 32 | (uint64_t)index;
    switch (kind) {
        case CORRELATE: make_walk(call, index, &random); break;
        case TRANSPOSE: make_matrices(call, index, &random); break;
        default: make_plan(call, index, &random); break;
    }
}

void call_free(call *call) {
    guarded_free(&call->first);
    guarded_free(&call->second);
    guarded_free(&call->bias);
    guarded_free(&call->before);
}

void call_run(const call *call, const vae_tiles *tiles, float *output) {
    const float *first = call->first.floats, *second = call->second.floats;
    const float *bias = call->bias.count > 0 ? call->bias.floats : NULL;
    switch (call->kind) {
        case GATHER: tiles->implicit_gemm(&call->plan, first, second, bias, call->accumulate, call->rectify, output); break;
        case DOT: tiles->narrow_product(&call->plan, first, second, bias, call->accumulate, call->rectify, output); break;
        case TRANSPOSE: tiles->transpose(first, call->count, call->rows, call->columns, output); break;
        default: tiles->weight_gradient(&call->walk, first, second, call->count, call->accumulate, output); break;
    }
}

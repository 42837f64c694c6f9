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
    [CORRELATE] = EVERY_WIDTH + sizeof wide / sizeof *wide, [FILTER] = EVERY_WIDTH + sizeof wide / sizeof *wide};

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

// A place of `positions` sums beside the others, in the scratch.
static vae_place take_place(ptrdiff_t *scratch, ptrdiff_t positions, ptrdiff_t columns) {
    const vae_place place = {VAE_SCRATCH, *scratch, columns};
    *scratch += positions * columns;
    return place;
}

// Combinations of the input and of each other, chains that hand sums on, and chains whose results are outputs with gaps between them. Everything lies
// apart for every image, where the positions are images.
static void make_filter(call *call, ptrdiff_t index, uint64_t *random) {
    const ptrdiff_t columns = columns_of(FILTER, index), length = length_of(index);
    const bool across = flip(random);
    const ptrdiff_t images = across ? 1 + below(random, 17) : 1, positions = across ? images : places_of(index);
    const ptrdiff_t blocks = 1 + below(random, MOST_BLOCKS), taps = 1 + below(random, 5), spacing = 1 + below(random, 3);
    // Places of the input, each of `length` floats, at any distance of one to the next.
    const ptrdiff_t step = across ? 0 : 1 + below(random, 2 * length), reach = (positions - 1) * step + 4 * length;
    const ptrdiff_t input_size = reach + below(random, 9);
    ptrdiff_t scratch = 0, made = 0, runs = 0, chains = 0, combinations = 0, output = 0;
    vae_place handed[MOST_CHAINS];
    // Sums come first, since what is made is repeated for every image.
    ptrdiff_t handed_count = 0;
    const ptrdiff_t lines = across ? 1 : positions;
    for (; handed_count < 6; handed_count++) handed[handed_count] = take_place(&scratch, positions, columns);
    ptrdiff_t made_at[MOST_COMBINATIONS], whole[MOST_COMBINATIONS], whole_count = 0;
    for (ptrdiff_t b = 0; b < blocks; b++) {
        vae_block *block = call->blocks + b;
        *block = (vae_block){combinations, 1 + below(random, MOST_COMBINATIONS / MOST_BLOCKS), chains, 0};
        for (ptrdiff_t end = combinations + block->combinations; combinations < end; combinations++) {
            // Operands that were made themselves lie in the steps of what is made, and so does what is mixed with them: one place of that.
            const bool is_second_made = whole_count > 0 && flip(random), is_zero = below(random, 4) == 0;
            const bool is_first_made = !is_zero && is_second_made && flip(random);
            const bool is_mixed = is_second_made && !is_first_made && !is_zero;
            made_at[combinations] = scratch + made;
            call->combinations[combinations] = (vae_combination){
                is_zero ? 0 : is_first_made ? whole[below(random, whole_count)] : below(random, 3 * length),
                is_second_made ? whole[below(random, whole_count)] : below(random, 3 * length), scratch + made,
                is_second_made ? length : step, length, is_mixed ? 1 : lines, length, is_first_made, is_second_made, is_zero,
                flip(random)};
            if (!is_mixed) whole[whole_count++] = scratch + made;
            made += lines * length;
        }
        const ptrdiff_t results = 1 + below(random, 3), total = 6 + results;
        for (ptrdiff_t c = 0; c < total; c++, chains++) {
            vae_chain *chain = call->chains + chains;
            const bool is_result = c >= 6;
            const ptrdiff_t count = below(random, taps + 1), before = below(random, count + 1);
            const vae_place nowhere = {VAE_NOWHERE, 0, 0};
            *chain = (vae_chain){
                positions, runs, count, c > 0 && flip(random) ? handed[below(random, c < 6 ? c : 6)] : nowhere,
                c > 0 && below(random, 3) == 0 ? handed[below(random, c < 6 ? c : 6)] : nowhere,
                c < 5 && flip(random) ? handed[c + 1] : nowhere, before, is_result ? nowhere : handed[c],
                flip(random), is_result};
            // What the chain before left on its way.
            if (c > 0 && c < 6 && chain[-1].midway.side != VAE_NOWHERE) chain->start = chain[-1].midway;
            if (is_result) {
                chain->end = (vae_place){VAE_OUTPUT, output, spacing * columns};
                output += ((positions - 1) * spacing + 1) * columns;
            }
            for (ptrdiff_t end = runs + count; runs < end; runs++) {
                const bool is_made = flip(random);
                call->filtered_runs[runs] = (vae_filtered_run){
                    is_made ? made_at[below(random, combinations)] : below(random, 3 * length), is_made ? length : step,
                    below(random, taps) * length * columns, is_made};
            }
        }
        block->chains = total;
    }
    if (across) {
        for (ptrdiff_t r = 0; r < runs; r++) call->filtered_runs[r].step = call->filtered_runs[r].is_made ? made : input_size;
    } else {
        // A combination of one place leaves the others unmade.
        for (ptrdiff_t r = 0; r < runs; r++)
            for (ptrdiff_t c = 0; c < combinations; c++)
                if (call->filtered_runs[r].is_made && call->filtered_runs[r].input == call->combinations[c].result &&
                    call->combinations[c].count == 1)
                    call->filtered_runs[r].step = 0;
    }
    call->filter = (vae_filter){call->blocks, blocks, call->combinations, call->chains, call->filtered_runs, length, columns,
                                across, input_size, made};
    call->count = images;
    call->accumulate = below(random, 3) == 0;
    call->rectify = flip(random);
    const bool has_bias = flip(random);
    const values values = choose_values(index);
    call->first = guarded_random(images * input_size, values, random);
    call->second = guarded_random(taps * length * columns, values, random);
    call->bias = guarded_random(has_bias ? columns : 0, values, random);
    call->scratch = guarded_make(scratch + images * made);
    call->before = call->accumulate ? guarded_random(output, values, random) : guarded_make(output);
    snprintf(call->title, sizeof call->title,
             "filtered_gemm: %td blocks, %td combinations, %td chains of %td %s, %td runs of %td, %td columns%s%s%s%s", blocks,
             combinations, chains, positions, across ? "images" : "positions", runs, length, columns, has_bias ? ", bias" : "",
             call->accumulate ? ", accumulate" : "", call->rectify ? ", rectify" : "", value_names[values]);
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
        case FILTER: make_filter(call, index, &random); break;
        case TRANSPOSE: make_matrices(call, index, &random); break;
        default: make_plan(call, index, &random); break;
    }
}

void call_free(call *call) {
    guarded_free(&call->first);
    guarded_free(&call->second);
    guarded_free(&call->bias);
    guarded_free(&call->scratch);
    guarded_free(&call->before);
}

void call_run(const call *call, const vae_tiles *tiles, float *output) {
    const float *first = call->first.floats, *second = call->second.floats;
    const float *bias = call->bias.count > 0 ? call->bias.floats : NULL;
    switch (call->kind) {
        case GATHER: tiles->implicit_gemm(&call->plan, first, second, bias, call->accumulate, call->rectify, output); break;
        case DOT: tiles->narrow_product(&call->plan, first, second, bias, call->accumulate, call->rectify, output); break;
        case FILTER:
            tiles->filtered_gemm(&call->filter, first, call->count, second, bias, call->accumulate, call->rectify,
                                 call->scratch.floats, output);
            break;
        case TRANSPOSE: tiles->transpose(first, call->count, call->rows, call->columns, output); break;
        default: tiles->weight_gradient(&call->walk, first, second, call->count, call->accumulate, output); break;
    }
}

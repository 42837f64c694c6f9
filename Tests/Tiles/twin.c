// What a call should give: plain loops in double, in which a product of two floats is exact.
#include <math.h>
#include <stdlib.h>

#include "cases.h"

/// A sum and what bounds its rounding.
typedef struct {
    double sum, magnitude;
    ptrdiff_t terms;
} chain;

static void add(chain *chain, double term) {
    chain->sum += term;
    chain->magnitude += fabs(term);
    chain->terms++;
}

// A float sum of n products rounds at most once for each of them, and twice more where a dot product adds a bias and what the
// output holds. Each rounding is off by at most 2⁻²⁴ of a sum that the magnitudes bound, or 2⁻¹⁵⁰ among the subnormal
// numbers; one term more than there are roundings is above their second order, up to thousands of terms.
static expectation expect(chain chain, bool rectify) {
    const double roundings = (double)chain.terms + 3;
    const double value = rectify && chain.sum < 0 ? 0 : chain.sum;
    return (expectation){value, roundings * (0x1p-24 * chain.magnitude + 0x1p-150), true};
}

static void expect_plan(const call *call, expectation *cells) {
    const vae_plan *plan = &call->plan;
    // From one float of a run to the next, and from a column to the next.
    const ptrdiff_t down = call->kind == DOT ? 1 : plan->columns, across = call->kind == DOT ? plan->run_length : 1;
    for (const vae_segment *segment = plan->segments; segment < plan->segments + plan->segment_count; segment++) {
        for (ptrdiff_t position = 0; position < segment->positions; position++) {
            const ptrdiff_t output = segment->output + position * segment->output_step;
            for (ptrdiff_t n = 0; n < plan->columns; n++) {
                chain total = {0, 0, 0};
                if (call->accumulate) {
                    add(&total, call->before.floats[output + n]);
                } else if (call->bias.count > 0) {
                    add(&total, call->bias.floats[n]);
                }
                const vae_run *runs = plan->runs + segment->first_run;
                for (const vae_run *run = runs; run < runs + segment->runs; run++) {
                    const float *x = call->first.floats + run->input + position * segment->input_step;
                    const float *w = call->second.floats + run->weights + n * across;
                    for (ptrdiff_t k = 0; k < plan->run_length; k++) add(&total, (double)x[k] * w[k * down]);
                }
                cells[output + n] = expect(total, call->rectify);
            }
        }
    }
}

static void expect_walk(const call *call, expectation *cells) {
    const vae_walk *walk = &call->walk;
    for (const vae_overlap *overlap = walk->overlaps; overlap < walk->overlaps + walk->overlap_count; overlap++) {
        for (ptrdiff_t k = 0; k < walk->run_length; k++) {
            for (ptrdiff_t n = 0; n < walk->columns; n++) {
                const ptrdiff_t weight = overlap->weights + k * walk->columns + n;
                chain total = {0, 0, 0};
                if (call->accumulate) add(&total, call->before.floats[weight]);
                for (ptrdiff_t image = 0; image < call->count; image++) {
                    const float *x = call->first.floats + image * walk->image_size + overlap->image + k;
                    const float *g = call->second.floats + image * walk->grid_size + overlap->grid + n;
                    for (ptrdiff_t row = 0; row < overlap->height; row++)
                        for (ptrdiff_t position = 0; position < overlap->width; position++)
                            add(&total, (double)x[row * walk->image_row + position * walk->image_step] *
                                            g[row * walk->grid_row + position * walk->grid_step]);
                }
                cells[weight] = expect(total, false);
            }
        }
    }
}

static void expect_matrices(const call *call, expectation *cells) {
    const ptrdiff_t size = call->rows * call->columns;
    for (ptrdiff_t i = 0; i < call->count * size; i++) {
        const ptrdiff_t row = i % size / call->columns, column = i % call->columns;
        cells[i / size * size + column * call->rows + row] = (expectation){call->first.floats[i], 0, true};
    }
}

/// Floats of the scratch or of the output, with what bounds their rounding.
typedef struct {
    chain *scratch, *output;
} memory;

static chain *cell_of(const memory *memory, const vae_place *place, ptrdiff_t position, ptrdiff_t column) {
    return (place->side == VAE_OUTPUT ? memory->output : memory->scratch) + place->first + position * place->step + column;
}

static void add_cell(chain *sum, const chain *cell) {
    sum->sum += cell->sum;
    sum->magnitude += cell->magnitude;
    sum->terms += cell->terms + 1;
}

static void combine_cells(const call *call, const vae_combination *combination, ptrdiff_t image, chain *scratch) {
    const ptrdiff_t made = image * call->filter.made_size;
    for (ptrdiff_t i = 0; i < combination->count; i++) {
        for (ptrdiff_t k = 0; k < combination->length; k++) {
            const ptrdiff_t at = i * combination->step + k;
            chain first = {0, 0, 0}, second = {0, 0, 0};
            const float *input = call->first.floats + image * call->filter.input_size;
            if (combination->first_is_made) first = scratch[made + combination->first + at];
            else if (!combination->first_is_zero) add(&first, input[combination->first + at]);
            if (combination->second_is_made) second = scratch[made + combination->second + at];
            else add(&second, input[combination->second + at]);
            const bool is_sum = combination->is_sum && !combination->first_is_zero;
            scratch[made + combination->result + i * combination->result_step + k] = (chain){
                is_sum ? first.sum + second.sum : first.sum - second.sum, first.magnitude + second.magnitude,
                first.terms + second.terms};
        }
    }
}

static void expect_chain(const call *call, const vae_chain *here, const memory *memory, expectation *cells) {
    const vae_filter *filter = &call->filter;
    const ptrdiff_t positions = filter->is_across_images ? call->count : here->positions;
    for (ptrdiff_t position = 0; position < positions; position++) {
        for (ptrdiff_t n = 0; n < filter->columns; n++) {
            chain total = {0, 0, 0};
            ptrdiff_t roundings = 0;
            if (call->bias.count > 0 && here->takes_bias) add(&total, call->bias.floats[n]);
            if (here->start.side != VAE_NOWHERE) add_cell(&total, cell_of(memory, &here->start, position, n));
            if (here->other_start.side != VAE_NOWHERE) add_cell(&total, cell_of(memory, &here->other_start, position, n));
            const vae_filtered_run *runs = filter->runs + here->first_run;
            for (ptrdiff_t r = 0; r <= here->runs; r++) {
                if (here->midway.side != VAE_NOWHERE && r == here->runs_before_midway) {
                    chain *cell = cell_of(memory, &here->midway, position, n);
                    *cell = (chain){total.sum, total.magnitude, total.terms + roundings};
                }
                if (r == here->runs) break;
                for (ptrdiff_t k = 0; k < filter->run_length; k++) {
                    const ptrdiff_t at = runs[r].input + position * runs[r].step + k;
                    const double w = call->second.floats[runs[r].weights + k * filter->columns + n];
                    if (runs[r].is_made) {
                        const chain *x = memory->scratch + at;
                        total.sum += x->sum * w;
                        total.magnitude += x->magnitude * fabs(w);
                        if (x->terms > roundings) roundings = x->terms;
                    } else {
                        total.sum += call->first.floats[at] * w;
                        total.magnitude += fabs(call->first.floats[at] * w);
                    }
                    total.terms++;
                }
            }
            total.terms += roundings;
            if (here->is_result) {
                const ptrdiff_t cell = here->end.first + position * here->end.step + n;
                if (call->accumulate) add(&total, call->before.floats[cell]);
                cells[cell] = expect(total, call->rectify);
            } else {
                *cell_of(memory, &here->end, position, n) = total;
            }
        }
    }
}

static void expect_filter(const call *call, expectation *cells) {
    const vae_filter *filter = &call->filter;
    const memory memory = {calloc((size_t)call->scratch.count, sizeof(chain)), NULL};
    if (!memory.scratch) abort();
    for (const vae_block *block = filter->blocks; block < filter->blocks + filter->block_count; block++) {
        for (ptrdiff_t image = 0; image < call->count; image++)
            for (ptrdiff_t i = 0; i < block->combinations; i++)
                combine_cells(call, filter->combinations + block->first_combination + i, image, memory.scratch);
        for (ptrdiff_t i = 0; i < block->chains; i++)
            expect_chain(call, filter->chains + block->first_chain + i, &memory, cells);
    }
    free(memory.scratch);
}

void call_expect(const call *call, expectation *cells) {
    for (ptrdiff_t i = 0; i < call->before.count; i++) cells[i] = (expectation){0, 0, false};
    switch (call->kind) {
        case FILTER: expect_filter(call, cells); break;
        case TRANSPOSE: expect_matrices(call, cells); break;
        case CORRELATE: expect_walk(call, cells); break;
        default: expect_plan(call, cells); break;
    }
}

ptrdiff_t call_work(const call *call) {
    ptrdiff_t work = 0;
    switch (call->kind) {
        case FILTER:
            for (ptrdiff_t i = 0; i < call->blocks[call->filter.block_count - 1].first_chain + call->blocks[call->filter.block_count - 1].chains; i++)
                work += call->chains[i].positions * call->chains[i].runs;
            return work * call->filter.run_length * call->filter.columns;
        case TRANSPOSE: return call->count * call->rows * call->columns;
        case CORRELATE:
            for (ptrdiff_t i = 0; i < call->walk.overlap_count; i++)
                work += call->overlaps[i].width * call->overlaps[i].height;
            return call->count * work * call->walk.run_length * call->walk.columns;
        default:
            for (ptrdiff_t i = 0; i < call->plan.segment_count; i++)
                work += call->segments[i].positions * call->segments[i].runs;
            return work * call->plan.run_length * call->plan.columns;
    }
}

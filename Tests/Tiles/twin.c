// What a call should give: plain loops in double, in which a product of two floats is exact.
#include <math.h>

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

void call_expect(const call *call, expectation *cells) {
    for (ptrdiff_t i = 0; i < call->before.count; i++) cells[i] = (expectation){0, 0, false};
    switch (call->kind) {
        case TRANSPOSE: expect_matrices(call, cells); break;
        case CORRELATE: expect_walk(call, cells); break;
        default: expect_plan(call, cells); break;
    }
}

ptrdiff_t call_work(const call *call) {
    ptrdiff_t work = 0;
    switch (call->kind) {
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

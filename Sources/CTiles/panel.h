// The tiles of implicit_gemm and weight_gradient for panels whose vectors are WIDTH columns wide. Included by tile.h once for each width;
// every name ends in it.
#define PANEL(name) NAMED(name, WIDTH)
#define vec PANEL(vec)

typedef float vec __attribute__((ext_vector_type(WIDTH)));

INLINE vec PANEL(load)(const float *p) {
    vec v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}

INLINE void PANEL(store)(float *p, vec v) { __builtin_memcpy(p, &v, sizeof v); }

INLINE vec PANEL(rectified)(vec x) { return x < 0 ? (vec)0 : x; }

/// Adds one run at every position: sums[position] += Σ over k of x[position][k] · w[k].
INLINE void PANEL(add_run)(const int rows, const int vectors, const float *x, ptrdiff_t step, const float *w, ptrdiff_t length,
                           ptrdiff_t columns, vec sum[ROWS][VECTORS]) {
    for (ptrdiff_t k = 0; k < length; k++, x++, w += columns) {
        vec b[VECTORS];
        UNROLL for (int v = 0; v < vectors; v++) b[v] = PANEL(load)(w + v * WIDTH);
        UNROLL for (int m = 0; m < rows; m++) {
            const vec a = x[m * step];
            UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = __builtin_elementwise_fma(a, b[v], sum[m][v]);
        }
    }
}

// MARK: implicit_gemm

INLINE void PANEL(implicit_gemm_tile)(const int rows, const int vectors, const vae_plan *plan, const vae_segment *segment,
                               const float *input, const float *weights, const float *bias, bool accumulate, bool rectify,
                               float *output) {
    vec sum[ROWS][VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) {
        const vec start = bias ? PANEL(load)(bias + v * WIDTH) : (vec)0;
        UNROLL for (int m = 0; m < rows; m++)
            sum[m][v] = accumulate ? PANEL(load)(output + m * segment->output_step + v * WIDTH) : start;
    }
    const ptrdiff_t step = segment->input_step, columns = plan->columns, length = plan->run_length;
    const vae_run *run = plan->runs + segment->first_run;
    for (const vae_run *end = run + segment->runs; run < end; run++)
        PANEL(add_run)(rows, vectors, input + run->input, step, weights + run->weights, length, columns, sum);
    UNROLL for (int m = 0; m < rows; m++) {
        float *position = output + m * segment->output_step;
        UNROLL for (int v = 0; v < vectors; v++)
            PANEL(store)(position + v * WIDTH, rectify ? PANEL(rectified)(sum[m][v]) : sum[m][v]);
    }
}

#define GATHER_CASE(n)                                                                                               \
    case n:                                                                                                          \
        PANEL(implicit_gemm_tile)(n, vectors, plan, segment, input, weights, bias, accumulate, rectify, output);            \
        break;

INLINE void PANEL(implicit_gemm_columns)(const int vectors, const vae_plan *plan, const float *image, const float *weights,
                                  const float *bias, bool accumulate, bool rectify, float *image_output) {
    for (ptrdiff_t s = 0; s < plan->segment_count; s++) {
        const vae_segment *segment = plan->segments + s;
        const float *input = image;
        float *output = image_output + segment->output;
        // Tiles of even sizes rather than full ones and a remnant.
        ptrdiff_t positions = segment->positions;
        for (ptrdiff_t tiles = (positions + ROWS - 1) / ROWS; tiles > 0; tiles--) {
            const ptrdiff_t rows = (positions + tiles - 1) / tiles;
            switch (rows) { EACH_ROW_COUNT(GATHER_CASE) }
            input += rows * segment->input_step;
            output += rows * segment->output_step;
            positions -= rows;
        }
    }
}

// MARK: filtered_gemm

#define EACH_SUM UNROLL for (int m = 0; m < rows; m++) UNROLL for (int v = 0; v < vectors; v++)

INLINE void PANEL(load_sums)(const int rows, const int vectors, const vae_place *place, ptrdiff_t skipped, const float *scratch,
                             const float *output, vec sum[ROWS][VECTORS]) {
    const float *p = (place->side == VAE_OUTPUT ? output : scratch) + place->first + skipped * place->step;
    EACH_SUM sum[m][v] += PANEL(load)(p + m * place->step + v * WIDTH);
}

INLINE void PANEL(store_sums)(const int rows, const int vectors, const vae_place *place, ptrdiff_t skipped, float *scratch,
                              float *output, vec sum[ROWS][VECTORS]) {
    float *p = (place->side == VAE_OUTPUT ? output : scratch) + place->first + skipped * place->step;
    EACH_SUM PANEL(store)(p + m * place->step + v * WIDTH, sum[m][v]);
}

/// Adds the runs from `run` up to `end`.
INLINE void PANEL(add_runs)(const int rows, const int vectors, const vae_filter *filter, const vae_filtered_run *run,
                            const vae_filtered_run *end, ptrdiff_t skipped, const float *input, const float *weights,
                            const float *scratch, vec sum[ROWS][VECTORS]) {
    for (; run < end; run++) {
        const float *x = (run->is_made ? scratch : input) + run->input + skipped * run->step;
        PANEL(add_run)(rows, vectors, x, run->step, weights + run->weights, filter->run_length, filter->columns, sum);
    }
}

/// Some positions of a chain, after the `skipped` ones. `weights`, `bias` and `output` are those of the panel, and `sums` its part of the scratch.
INLINE void PANEL(filtered_gemm_tile)(const int rows, const int vectors, const vae_filter *filter, const vae_chain *chain,
                                      ptrdiff_t skipped, const float *input, const float *weights, const float *bias,
                                      bool accumulate, bool rectify, const float *scratch, float *sums, float *output) {
    vec sum[ROWS][VECTORS];
    UNROLL for (int v = 0; v < vectors; v++) {
        const vec start = bias && chain->takes_bias ? PANEL(load)(bias + v * WIDTH) : (vec)0;
        UNROLL for (int m = 0; m < rows; m++) sum[m][v] = start;
    }
    if (chain->start.side != VAE_NOWHERE) PANEL(load_sums)(rows, vectors, &chain->start, skipped, sums, output, sum);
    if (chain->other_start.side != VAE_NOWHERE) PANEL(load_sums)(rows, vectors, &chain->other_start, skipped, sums, output, sum);
    const vae_filtered_run *run = filter->runs + chain->first_run, *end = run + chain->runs;
    if (chain->midway.side != VAE_NOWHERE) {
        const vae_filtered_run *middle = run + chain->runs_before_midway;
        PANEL(add_runs)(rows, vectors, filter, run, middle, skipped, input, weights, scratch, sum);
        PANEL(store_sums)(rows, vectors, &chain->midway, skipped, sums, output, sum);
        run = middle;
    }
    PANEL(add_runs)(rows, vectors, filter, run, end, skipped, input, weights, scratch, sum);
    if (chain->is_result && accumulate) PANEL(load_sums)(rows, vectors, &chain->end, skipped, sums, output, sum);
    if (chain->is_result && rectify) EACH_SUM sum[m][v] = PANEL(rectified)(sum[m][v]);
    PANEL(store_sums)(rows, vectors, &chain->end, skipped, sums, output, sum);
}

#define CHAIN_CASE(n)                                                                                                \
    case n:                                                                                                          \
        PANEL(filtered_gemm_tile)(n, vectors, filter, chain, skipped, input, weights, bias, accumulate, rectify, scratch, sums,   \
                                  output);                                                                           \
        break;

INLINE void PANEL(filtered_gemm_columns)(const int vectors, const vae_filter *filter, const vae_block *block, const float *input,
                                         ptrdiff_t images, const float *weights, const float *bias, bool accumulate,
                                         bool rectify, const float *scratch, float *sums, float *output) {
    const vae_chain *chain = filter->chains + block->first_chain;
    for (const vae_chain *end = chain + block->chains; chain < end; chain++) {
        ptrdiff_t left = filter->is_across_images ? images : chain->positions, skipped = 0;
        for (ptrdiff_t tiles = (left + ROWS - 1) / ROWS; tiles > 0; tiles--) {
            const ptrdiff_t rows = (left + tiles - 1) / tiles;
            switch (rows) { EACH_ROW_COUNT(CHAIN_CASE) }
            skipped += rows;
            left -= rows;
        }
    }
}

// MARK: weight_gradient

INLINE void PANEL(weight_gradient_tile)(const int rows, const int vectors, const vae_walk *walk, const vae_overlap *overlap,
                                  const float *images, const float *grids, ptrdiff_t count, bool accumulate,
                                  float *weights) {
    vec sum[ROWS][VECTORS];
    const ptrdiff_t columns = walk->columns, step = walk->image_step;
    UNROLL for (int m = 0; m < rows; m++) UNROLL for (int v = 0; v < vectors; v++)
        sum[m][v] = accumulate ? PANEL(load)(weights + m * columns + v * WIDTH) : (vec)0;
    for (ptrdiff_t image = 0; image < count; image++) {
        for (ptrdiff_t row = 0; row < overlap->height; row++) {
            const float *x = images + image * walk->image_size + row * walk->image_row;
            const float *g = grids + image * walk->grid_size + row * walk->grid_row;
            for (ptrdiff_t position = 0; position < overlap->width; position++, x += step, g += walk->grid_step) {
                vec b[VECTORS];
                UNROLL for (int v = 0; v < vectors; v++) b[v] = PANEL(load)(g + v * WIDTH);
                UNROLL for (int m = 0; m < rows; m++) {
                    const vec a = x[m];
                    UNROLL for (int v = 0; v < vectors; v++)
                        sum[m][v] = __builtin_elementwise_fma(a, b[v], sum[m][v]);
                }
            }
        }
    }
    UNROLL for (int m = 0; m < rows; m++) UNROLL for (int v = 0; v < vectors; v++)
        PANEL(store)(weights + m * columns + v * WIDTH, sum[m][v]);
}

#define CORRELATE_CASE(n)                                                                                            \
    case n:                                                                                                          \
        PANEL(weight_gradient_tile)(n, vectors, walk, overlap, x, g, count, accumulate, w);                                \
        break;

INLINE void PANEL(weight_gradient_columns)(const int vectors, const vae_walk *walk, const float *images, const float *grids,
                                     ptrdiff_t count, bool accumulate, float *weights) {
    for (ptrdiff_t index = 0; index < walk->overlap_count; index++) {
        const vae_overlap *overlap = walk->overlaps + index;
        const float *x = images + overlap->image, *g = grids + overlap->grid;
        float *w = weights + overlap->weights;
        ptrdiff_t left = walk->run_length;
        for (ptrdiff_t tiles = (left + ROWS - 1) / ROWS; tiles > 0; tiles--) {
            const ptrdiff_t rows = (left + tiles - 1) / tiles;
            switch (rows) { EACH_ROW_COUNT(CORRELATE_CASE) }
            x += rows;
            w += rows * walk->columns;
            left -= rows;
        }
    }
}

#undef GATHER_CASE
#undef CHAIN_CASE
#undef EACH_SUM
#undef CORRELATE_CASE
#undef vec
#undef PANEL

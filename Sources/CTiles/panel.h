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
    for (const vae_run *end = run + segment->runs; run < end; run++) {
        const float *x = input + run->input, *w = weights + run->weights;
        for (ptrdiff_t k = 0; k < length; k++, x++, w += columns) {
            vec b[VECTORS];
            UNROLL for (int v = 0; v < vectors; v++) b[v] = PANEL(load)(w + v * WIDTH);
            UNROLL for (int m = 0; m < rows; m++) {
                const vec a = x[m * step];
                UNROLL for (int v = 0; v < vectors; v++) sum[m][v] = __builtin_elementwise_fma(a, b[v], sum[m][v]);
            }
        }
    }
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
            for (ptrdiff_t position = 0; position < overlap->width; position++, x += step, g += columns) {
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
#undef CORRELATE_CASE
#undef vec
#undef PANEL

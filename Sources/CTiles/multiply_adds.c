// The processor's multiply-add peak: chains of x · a + b that wait for nothing but themselves.
//
// A multiply-add takes 4 or 5 cycles and a core begins two a cycle, so that ten chains keep it busy; twelve, with a and b,
// fit the 16 registers of x86-64. AArch64 has 32, and cores that begin four a cycle.
#include "include/processor.h"

#if defined(__x86_64__)
#define CHAINS 12
#else
#define CHAINS 24
#endif
#define UNROLL _Pragma("clang loop unroll(full)")

// x tends to 1 and stays a normal number, which some processors are faster on. The chains begin apart, or they would be one.
#define DEFINE(function, lanes, multiply_add)                                                  \
    static float function(ptrdiff_t steps, float seed) {                                       \
        typedef float vec __attribute__((ext_vector_type(lanes)));                             \
        const vec a = seed * 0.5f, b = 1 - seed * 0.5f;                                        \
        vec x[CHAINS];                                                                         \
        UNROLL for (int n = 0; n < CHAINS; n++) x[n] = seed + n;                               \
        for (ptrdiff_t step = 0; step < steps; step++) {                                       \
            UNROLL for (int n = 0; n < CHAINS; n++) x[n] = multiply_add;                       \
        }                                                                                      \
        vec sum = 0;                                                                           \
        UNROLL for (int n = 0; n < CHAINS; n++) sum += x[n];                                   \
        float total = 0;                                                                       \
        for (int lane = 0; lane < lanes; lane++) total += sum[lane];                           \
        return total;                                                                          \
    }
#define OPERATIONS(lanes) (2 * CHAINS * (lanes))
#define FUSED __builtin_elementwise_fma(x[n], a, b)

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)
DEFINE(avx512, 16, FUSED)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
DEFINE(avx2, 8, FUSED)
#pragma clang attribute pop
// No fused one: a multiplication and an addition.
#pragma clang attribute push(__attribute__((target("avx"))), apply_to = function)
DEFINE(avx, 8, x[n] * a + b)
#pragma clang attribute pop
DEFINE(plain, 4, x[n] * a + b)
#define PLAIN_NAME "SSE"
#else
// A call of a library, were there no instruction for it.
#if defined(__FP_FAST_FMAF)
DEFINE(plain, 4, FUSED)
#else
DEFINE(plain, 4, x[n] * a + b)
#endif
#define PLAIN_NAME "four lanes"
#endif

const vae_multiply_adds *vae_widest_multiply_adds(void) {
#if defined(__x86_64__)
    static const vae_multiply_adds with_avx512 = {"AVX-512", OPERATIONS(16), avx512};
    static const vae_multiply_adds with_avx2 = {"AVX2", OPERATIONS(8), avx2};
    static const vae_multiply_adds with_avx = {"AVX", OPERATIONS(8), avx};
    const vae_processor processor = vae_this_processor();
    if (processor.avx512) return &with_avx512;
    if (processor.avx2) return &with_avx2;
    if (processor.avx) return &with_avx;
#endif
    static const vae_multiply_adds with_plain = {PLAIN_NAME, OPERATIONS(4), plain};
    return &with_plain;
}

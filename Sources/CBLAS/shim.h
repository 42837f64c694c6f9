// OpenBLAS: CBLAS products and the calls that say which build and core is in use.
#include <cblas.h>

// Whether the processor has the AVX-512 subsets that OpenBLAS's SkylakeX kernels use.
static inline int vae_cpu_has_avx512(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
        && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#else
    return 0;
#endif
}

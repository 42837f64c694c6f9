// Asked of the processor at run time. `__builtin_cpu_supports` also asks whether the system saves the registers.
#include "include/processor.h"

vae_processor vae_this_processor(void) {
#if defined(__x86_64__)
    return (vae_processor){
        .is_x86_64 = true,
        .is_amd = __builtin_cpu_is("amd"),
        .avx = __builtin_cpu_supports("avx"),
        .avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"),
        .avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512cd") &&
                  __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
                  __builtin_cpu_supports("avx512vl"),
        .fma4 = __builtin_cpu_supports("fma4"),
    };
#else
    return (vae_processor){0};
#endif
}

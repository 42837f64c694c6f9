// Which tiles the processor can run. Asked once by whoever keeps the answer; not an ifunc, which not every C library has.
#include "include/tiles.h"

#if defined(__x86_64__)
extern const vae_tiles vae_tiles_avx512, vae_tiles_avx2;

const vae_tiles *const *vae_available_tiles(void) {
    static const vae_tiles *const all[] = {&vae_tiles_avx512, &vae_tiles_avx2, NULL};
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return all + 2;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq");
    return wide ? all : all + 1;
}
#elif defined(__aarch64__)
extern const vae_tiles vae_tiles_neon;

const vae_tiles *const *vae_available_tiles(void) {
    // Every AArch64 processor that Linux runs on has these vectors: nothing to ask.
    static const vae_tiles *const all[] = {&vae_tiles_neon, NULL};
    return all;
}
#else
const vae_tiles *const *vae_available_tiles(void) {
    static const vae_tiles *const none[] = {NULL};
    return none;
}
#endif

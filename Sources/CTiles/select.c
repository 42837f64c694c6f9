// Which tiles the processor can run. Asked once by whoever keeps the answer; not an ifunc, which not every C library has.
#include "include/processor.h"
#include "include/tiles.h"

#if defined(__x86_64__)
extern const vae_tiles vae_tiles_avx512, vae_tiles_avx2;

const vae_tiles *const *vae_available_tiles(void) {
    static const vae_tiles *const all[] = {&vae_tiles_avx512, &vae_tiles_avx2, NULL};
    const vae_processor processor = vae_this_processor();
    return processor.avx512 && processor.avx2 ? all : processor.avx2 ? all + 1 : all + 2;
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

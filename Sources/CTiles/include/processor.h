// What the processor can do.
#ifndef VAE_PROCESSOR_H
#define VAE_PROCESSOR_H

#include <stdbool.h>

/// The instruction sets of matrix products that the processor and the system have; none of them on other architectures
/// than x86-64.
typedef struct {
    bool is_x86_64, is_amd;
    bool avx;
    /// AVX2 and FMA.
    bool avx2;
    /// AVX-512 F, CD, BW, DQ and VL: all that compilers take for a Skylake server.
    bool avx512;
    /// Four-operand multiply-adds, which only AMD's Bulldozer family has.
    bool fma4;
} vae_processor;

vae_processor vae_this_processor(void);

#endif

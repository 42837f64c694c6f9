// What the processor can do, and how fast it multiplies and adds at most.
#ifndef VAE_PROCESSOR_H
#define VAE_PROCESSOR_H

#include <stdbool.h>
#include <stddef.h>

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

/// A loop of multiply-adds that touches registers alone.
typedef struct {
    /// The instruction set, as people call it.
    const char *name;
    /// Operations of a step, an addition and a multiplication for each lane of each chain.
    ptrdiff_t operations;
    /// Does `steps` steps that begin with `seed`. The result is there to be used, so that no compiler drops the loop.
    float (*run)(ptrdiff_t steps, float seed);
} vae_multiply_adds;

/// The loop for the widest registers that the processor has.
const vae_multiply_adds *vae_widest_multiply_adds(void);

#endif

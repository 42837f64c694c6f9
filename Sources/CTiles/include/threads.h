// Where threads run, and how they spin.
#ifndef VAE_THREADS_H
#define VAE_THREADS_H

#include <stdbool.h>
#include <stddef.h>

/// Reads the processors that the calling thread may run on as a mask of `bytes` bytes, a multiple of eight; false where the system does not say.
bool vae_read_affinity(void *mask, size_t bytes);

/// Binds the calling thread to the processors of a mask; false where the system refuses.
bool vae_write_affinity(const void *mask, size_t bytes);

/// Tells the processor that this thread spins: it yields to the other hyper-thread of its core and saves power.
static inline void vae_relax(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ volatile("yield");
#endif
}

#endif

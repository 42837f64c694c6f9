#define _GNU_SOURCE
#include "AllocationCounter.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

// The dynamic linker looks a symbol up in the executable first, so these definitions replace those of the C
// library for the whole process, the Swift runtime included. glibc exports its own under other names; `free`
// needs no replacement, since the blocks are still glibc's.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);

static atomic_int counting;
static atomic_long count;

// The sanitizers have a malloc of their own, which would go blind behind this one.
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
int allocation_counter_works(void) { return 0; }
#else
int allocation_counter_works(void) { return 1; }

// OpenBLAS's kernels of small products for AVX-512 ask for memory to pack into; that is theirs, and goes uncounted.
static int is_of_openblas(void *caller) {
    Dl_info info;
    return dladdr(caller, &info) && info.dli_fname && strstr(info.dli_fname, "openblas");
}

static void note(void *caller) {
    if (!atomic_load_explicit(&counting, memory_order_relaxed) || is_of_openblas(caller)) return;
    atomic_fetch_add_explicit(&count, 1, memory_order_relaxed);
}

void *malloc(size_t size) {
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *calloc(size_t items, size_t size) {
    note(__builtin_return_address(0));
    return __libc_calloc(items, size);
}

void *realloc(void *block, size_t size) {
    note(__builtin_return_address(0));
    return __libc_realloc(block, size);
}

void *memalign(size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **result, size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    void *block = __libc_memalign(alignment, size);
    if (!block) return ENOMEM;
    *result = block;
    return 0;
}

#endif

void allocation_counter_start(void) {
    atomic_store(&count, 0);
    atomic_store(&counting, 1);
}

long allocation_counter_stop(void) {
    atomic_store(&counting, 0);
    return atomic_load(&count);
}

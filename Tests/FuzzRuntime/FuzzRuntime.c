#include "FuzzRuntime.h"

#include <errno.h>
#include <malloc.h>
#include <stdatomic.h>
#include <stdlib.h>

// The dynamic linker looks a symbol up in the executable first, so these definitions replace those of the C
// library for the whole process, the Swift runtime included.
extern void *__libc_malloc(size_t);
extern void *__libc_calloc(size_t, size_t);
extern void *__libc_realloc(void *, size_t);
extern void *__libc_memalign(size_t, size_t);
extern void __libc_free(void *);

static atomic_long in_use;
static atomic_long peak;

static void *added(void *block) {
    if (!block) return block;
    long size = (long)malloc_usable_size(block);
    long now = atomic_fetch_add_explicit(&in_use, size, memory_order_relaxed) + size;
    long highest = atomic_load_explicit(&peak, memory_order_relaxed);
    while (now > highest && !atomic_compare_exchange_weak(&peak, &highest, now)) {}
    return block;
}

static void removed(void *block) {
    if (block) atomic_fetch_sub_explicit(&in_use, (long)malloc_usable_size(block), memory_order_relaxed);
}

void *malloc(size_t size) { return added(__libc_malloc(size)); }

void *calloc(size_t items, size_t size) { return added(__libc_calloc(items, size)); }

void *realloc(void *block, size_t size) {
    long before = block ? (long)malloc_usable_size(block) : 0;
    void *result = __libc_realloc(block, size);
    if (!result && size) return result;
    atomic_fetch_sub_explicit(&in_use, before, memory_order_relaxed);
    return added(result);
}

void *memalign(size_t alignment, size_t size) { return added(__libc_memalign(alignment, size)); }

void *aligned_alloc(size_t alignment, size_t size) { return added(__libc_memalign(alignment, size)); }

int posix_memalign(void **result, size_t alignment, size_t size) {
    void *block = added(__libc_memalign(alignment, size));
    if (!block) return ENOMEM;
    *result = block;
    return 0;
}

void free(void *block) {
    int code = errno;
    removed(block);
    __libc_free(block);
    errno = code;
}

long memory_in_use(void) { return atomic_load(&in_use); }

void memory_peak_reset(void) { atomic_store(&peak, atomic_load(&in_use)); }

long memory_peak(void) { return atomic_load(&peak); }

#include <stdlib.h>
#include <string.h>

#include "cases.h"

// The address sanitizer guards a block itself, and sees reads too: only the float before is left, for the odd address.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
enum { BEFORE = 1, AFTER = 0 };
#else
enum { BEFORE = 65, AFTER = 64 };
#endif
#else
enum { BEFORE = 65, AFTER = 64 };
#endif

const uint32_t unwritten = 0xC7C0FFEE;

uint32_t bits_of(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

guarded guarded_make(ptrdiff_t count) {
    float *block = malloc((size_t)(BEFORE + count + AFTER) * sizeof *block);
    if (!block) abort();
    for (ptrdiff_t i = 0; i < BEFORE + count + AFTER; i++) memcpy(block + i, &unwritten, sizeof unwritten);
    return (guarded){block + BEFORE, count};
}

void guarded_free(guarded *memory) {
    if (memory->floats) free(memory->floats - BEFORE);
    memory->floats = NULL;
}

bool guarded_is_intact(const guarded *memory) {
    if (!memory->floats) return true;
    for (ptrdiff_t i = 0; i < BEFORE; i++)
        if (bits_of(memory->floats[i - BEFORE]) != unwritten) return false;
    for (ptrdiff_t i = 0; i < AFTER; i++)
        if (bits_of(memory->floats[memory->count + i]) != unwritten) return false;
    return true;
}

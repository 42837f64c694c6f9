#ifndef FUZZ_RUNTIME_H
#define FUZZ_RUNTIME_H

#include <stddef.h>
#include <stdint.h>

/// libFuzzer's main loop (FuzzerInterface.h): calls `check` on one input after the other until its flags say to stop.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*check)(const uint8_t *data, size_t size));

/// Bytes of memory in use that were asked for with malloc and its relatives.
long memory_in_use(void);

/// Begins to watch for a new peak of `memory_in_use`.
void memory_peak_reset(void);

/// The highest `memory_in_use` since then.
long memory_peak(void);

#endif

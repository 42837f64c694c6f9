// For the masks of processors, which POSIX does not have.
#define _GNU_SOURCE
#include "threads.h"

#include <sched.h>

bool vae_read_affinity(void *mask, size_t bytes) { return sched_getaffinity(0, bytes, mask) == 0; }

bool vae_write_affinity(const void *mask, size_t bytes) { return sched_setaffinity(0, bytes, mask) == 0; }

#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/// Whether allocations can be counted: not under a sanitizer.
int allocation_counter_works(void);

/// Counts allocations on all threads of the process from now on, starting at 0.
void allocation_counter_start(void);

/// Stops counting.
/// @return how many blocks of memory were asked for since the start
long allocation_counter_stop(void);

#endif

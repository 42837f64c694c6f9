// How fast the tiles are at the products of the default model's layers, each by itself with its data in the caches.
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cases.h"
#include "processor.h"

/// Rounds of at least so many seconds each. Other programs make a round slower, never faster: the best one counts.
enum { ROUNDS = 12 };
static const double shortest_round = 1e-3;

static double now(void) {
    struct timespec time;
    timespec_get(&time, TIME_UTC);
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static const char *const kind_names[] = {
    [GATHER] = "implicit_gemm", [DOT] = "narrow_product", [TRANSPOSE] = "transpose", [CORRELATE] = "weight_gradient",
    [FILTER] = "filtered_gemm"};

/// The seconds that one call takes in the best of the rounds.
static double seconds_of(const call *call, const vae_tiles *tiles, float *output) {
    double best = 0;
    ptrdiff_t calls = 1;
    for (int round = 0; round < ROUNDS;) {
        const double start = now();
        for (ptrdiff_t i = 0; i < calls; i++) call_run(call, tiles, output);
        const double taken = now() - start;
        // The first rounds only find how many calls are long enough to be timed.
        if (taken < shortest_round && calls < 1 << 20) {
            calls *= 2;
            continue;
        }
        if (round == 0 || taken / (double)calls < best) best = taken / (double)calls;
        round++;
    }
    return best;
}

/// What nothing made of multiply-adds can be faster than, in operations a second.
static double peak_of(const vae_multiply_adds *loop) {
    enum { STEPS = 1 << 14 };
    double best = 0;
    for (int round = 0; round < 5 * ROUNDS; round++) {
        const double start = now();
        // Compiled in another file: the call stays although nobody reads its result.
        loop->run(STEPS, 0.5f);
        const double speed = (double)STEPS * (double)loop->operations / (now() - start);
        if (speed > best) best = speed;
    }
    return best;
}

void print_speeds(void) {
    const vae_tiles *const *all = vae_available_tiles();
    printf("\n%-10s %-51s", "function", "shape and product");
    for (const vae_tiles *const *tiles = all; *tiles; tiles++) printf(" %9s", (*tiles)->name);
    printf("\n");
    for (ptrdiff_t index = 0; index < layer_count(); index++) {
        call call;
        layer_make(&call, index);
        guarded output = guarded_make(call.before.count);
        // A float that is moved is read and written, eight bytes; a multiply-add is two operations.
        const double work = (double)call_work(&call) * (call.kind == TRANSPOSE ? 8 : 2);
        printf("%-10s %-51s", kind_names[call.kind], call.title);
        for (const vae_tiles *const *tiles = all; *tiles; tiles++)
            printf(" %9.1f", work / seconds_of(&call, *tiles, output.floats) / 1e9);
        printf(" %s\n", call.kind == TRANSPOSE ? "GB/s" : "GFLOP/s");
        guarded_free(&output);
        call_free(&call);
    }
    const vae_multiply_adds *loop = vae_widest_multiply_adds();
    printf("Multiply-adds in registers alone (%s): %.1f GFLOP/s.\n", loop->name, peak_of(loop) / 1e9);
}

// Runs every function of every instruction set's tiles over some hundred shapes, compares the results with plain sums in double
// and with the bits that a file holds: driver [--write FILE | --check FILE]. Without a file, with the first set's bits.
// driver --speed FILE is --check, compares the layers of the default model as well, and measures them if nothing differs.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"

enum { FAILED = 1, USAGE = 64, BAD_DATA = 65, NO_INPUT = 66, UNAVAILABLE = 69, CANT_CREATE = 73 };

static int failures;

static void report(const vae_tiles *tiles, const call *call, const char *what) {
    fprintf(stderr, "%s: %s: %s\n", tiles->name, call->title, what);
    failures++;
}

// FNV-1a of the bytes from the lowest up. Which NaN comes out is the processor's choice, that one does is not.
static uint64_t hash_of(const guarded *output) {
    uint64_t hash = 0xCBF29CE484222325;
    for (ptrdiff_t i = 0; i < output->count; i++) {
        const float value = output->floats[i];
        const uint32_t bits = isnan(value) ? 0x7FC00000 : bits_of(value);
        for (int shift = 0; shift < 32; shift += 8) hash = (hash ^ (bits >> shift & 0xFF)) * 0x100000001B3;
    }
    return hash;
}

static bool agrees(float value, double expected, double bound) {
    if (isnan(expected)) return isnan(value);
    if (isinf(expected)) return value == expected;
    return fabs(value - expected) <= bound;
}

static uint64_t run(const call *call, const vae_tiles *tiles, const expectation *cells) {
    guarded output = guarded_make(call->before.count);
    memcpy(output.floats, call->before.floats, (size_t)output.count * sizeof *output.floats);
    call_run(call, tiles, output.floats);

    char what[120];
    for (ptrdiff_t i = 0; i < output.count; i++) {
        const float value = output.floats[i];
        if (!cells[i].is_output) {
            if (bits_of(value) == bits_of(call->before.floats[i])) continue;
            snprintf(what, sizeof what, "cell %td lies between the positions and was written", i);
        } else if (bits_of(value) == unwritten) {
            snprintf(what, sizeof what, "cell %td was not written", i);
        } else if (!agrees(value, cells[i].value, cells[i].bound)) {
            snprintf(what, sizeof what, "cell %td is %.9g, expected %.9g ± %.2g", i, value, cells[i].value, cells[i].bound);
        } else {
            continue;
        }
        report(tiles, call, what);
        break;
    }
    if (!guarded_is_intact(&output) || !guarded_is_intact(&call->first) || !guarded_is_intact(&call->second) ||
        !guarded_is_intact(&call->bias) || !guarded_is_intact(&call->scratch))
        report(tiles, call, "something beside an array was written");
    const uint64_t hash = hash_of(&output);
    guarded_free(&output);
    return hash;
}

// Compares the outputs of all sets with sums in double and with the bits of `name`, or of the first set where it is NULL.
static uint64_t run_call(const call *call, const uint64_t *known, const char *name) {
    expectation *cells = malloc((size_t)call->before.count * sizeof *cells);
    if (!cells) abort();
    call_expect(call, cells);
    const vae_tiles *const *all = vae_available_tiles();
    uint64_t expected = known ? *known : 0;
    for (const vae_tiles *const *tiles = all; *tiles; tiles++) {
        const uint64_t hash = run(call, *tiles, cells);
        if (!known && tiles == all) expected = hash;
        if (hash == expected) continue;
        char what[400];
        snprintf(what, sizeof what, "not the bits of %s", known ? name : (*all)->name);
        report(*tiles, call, what);
    }
    free(cells);
    return expected;
}

// The bits that the file has for a shape. Ends the program where its shapes are others than ours.
static uint64_t read_hash(FILE *file, const char *name, const char *title) {
    char line[256], *rest;
    if (!fgets(line, sizeof line, file)) line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    const uint64_t hash = strtoull(line, &rest, 16);
    if (strncmp(rest, "  ", 2) == 0 && strcmp(rest + 2, title) == 0) return hash;
    fprintf(stderr, "%s: expected the bits of \"%s\", found \"%s\"; if the shapes were changed, write the file anew\n", name,
            title, line);
    exit(BAD_DATA);
}

static void run_shape(kind kind, ptrdiff_t index, FILE *read, FILE *written, const char *name) {
    call call;
    call_make(&call, kind, index);
    const uint64_t known = read ? read_hash(read, name, call.title) : 0;
    const uint64_t hash = run_call(&call, read ? &known : NULL, name);
    if (written) fprintf(written, "%016llx  %s\n", (unsigned long long)hash, call.title);
    call_free(&call);
}

static void run_layer(ptrdiff_t index) {
    call call;
    layer_make(&call, index);
    run_call(&call, NULL, NULL);
    call_free(&call);
}

int main(int count, char **arguments) {
    const bool writes = count == 3 && strcmp(arguments[1], "--write") == 0;
    const bool measures = count == 3 && strcmp(arguments[1], "--speed") == 0;
    const bool checks = measures || (count == 3 && strcmp(arguments[1], "--check") == 0);
    if (count != 1 && !writes && !checks) {
        fprintf(stderr, "usage: %s [--write FILE | --check FILE | --speed FILE]\n", arguments[0]);
        return USAGE;
    }
    if (!*vae_available_tiles()) {
        fputs("this processor has no tiles: they take AVX2 and FMA, or AArch64\n", stderr);
        return UNAVAILABLE;
    }
    const char *name = count == 3 ? arguments[2] : NULL;
    FILE *file = name ? fopen(name, writes ? "w" : "r") : NULL;
    if (name && !file) {
        perror(name);
        return writes ? CANT_CREATE : NO_INPUT;
    }
    int shapes = 0;
    for (kind kind = 0; kind < KINDS; kind++)
        for (ptrdiff_t index = 0; index < call_count(kind); index++, shapes++)
            run_shape(kind, index, checks ? file : NULL, writes ? file : NULL, name);
    if (checks && fgetc(file) != EOF) {
        fprintf(stderr, "%s: has more than %d shapes; if shapes were taken out, write the file anew\n", name, shapes);
        return BAD_DATA;
    }
    if (file && fclose(file) != 0) {
        perror(name);
        return CANT_CREATE;
    }
    if (measures)
        for (ptrdiff_t index = 0; index < layer_count(); index++, shapes++) run_layer(index);
    for (const vae_tiles *const *tiles = vae_available_tiles(); *tiles; tiles++) printf("%s ", (*tiles)->name);
    printf("on %d shapes: %d differences\n", shapes, failures);
    if (measures && failures == 0) print_speeds();
    return failures > 0 ? FAILED : 0;
}

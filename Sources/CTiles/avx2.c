// 16 registers of 8 floats: 6 × 2 accumulators, 2 operands and a broadcast.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define TILES vae_tiles_avx2
#define TITLE "AVX2"
#define LANES 8
#define ROWS 6
#define VECTORS 2
#define EACH_ROW_COUNT(f) f(1) f(2) f(3) f(4) f(5) f(6)
#define DOT_ROWS 6
#define EACH_DOT_ROW_COUNT(f) EACH_ROW_COUNT(f)
#include "tile.h"
#pragma clang attribute pop
#endif

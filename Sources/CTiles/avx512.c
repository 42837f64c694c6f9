// 32 registers of 16 floats: 14 × 2 accumulators, 2 operands and a broadcast.
#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512vl,avx512bw,avx512dq,avx2,fma"))), apply_to = function)
#define TILES vae_tiles_avx512
#define TITLE "AVX-512"
#define LANES 16
#define ROWS 14
#define VECTORS 2
#define EACH_ROW_COUNT(f) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14)
#define DOT_ROWS 8
#define EACH_DOT_ROW_COUNT(f) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8)
#include "tile.h"
#pragma clang attribute pop
#endif

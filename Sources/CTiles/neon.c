// 32 registers of 4 floats: 6 × 4 accumulators, 4 operands and a broadcast.
#if defined(__aarch64__)
#define TILES vae_tiles_neon
#define TITLE "NEON"
#define LANES 4
#define ROWS 6
#define VECTORS 4
#define EACH_ROW_COUNT(f) f(1) f(2) f(3) f(4) f(5) f(6)
#define DOT_ROWS 7
#define EACH_DOT_ROW_COUNT(f) EACH_ROW_COUNT(f) f(7)
#include "tile.h"
#endif

// What the ARM64 kernels share. A tile is MR pixels x 16 channels, half a panel, MR a constant of the
// instantiation; `sum[i][j]` holds channels 4j...4j+3 of pixel i. Each instruction set has a header with
// its dot products of a tile (QV_DOT), which the templates of convolution, gradients and style gradient are
// stamped with.
#ifndef QV_TILES_ARM_H
#define QV_TILES_ARM_H

#include <arm_neon.h>
#include <string.h>

#include "arm_table.h"

#define QV_INLINE static inline __attribute__((always_inline))
/// Bytes of the weights of a panel and 4 k.
#define QV_GROUP (4 * QV_PANEL)
#define QV_UNROLL _Pragma("clang loop unroll(full)")

/// Covers the pixels of a row with tiles: TILE(MR), MR one of the constants in the name, the largest first.
#define QV_TILES_2_1(width, TILE)                  \
    int64_t x = 0;                                 \
    for (; x + 2 <= (width); x += 2) { TILE(2); }  \
    if (x < (width)) { TILE(1); }
#define QV_TILES_4_3_2_1(width, TILE)              \
    int64_t x = 0;                                 \
    for (; x + 4 <= (width); x += 4) { TILE(4); }  \
    switch ((width) - x) {                         \
        case 3: TILE(3); break;                    \
        case 2: TILE(2); break;                    \
        case 1: TILE(1); break;                    \
        default: break;                            \
    }
#define QV_TILES_8_4_2_1(width, TILE)              \
    int64_t x = 0;                                 \
    for (; x + 8 <= (width); x += 8) { TILE(8); }  \
    if (x + 4 <= (width)) { TILE(4); x += 4; }     \
    if (x + 2 <= (width)) { TILE(2); x += 2; }     \
    if (x < (width)) { TILE(1); }

#endif

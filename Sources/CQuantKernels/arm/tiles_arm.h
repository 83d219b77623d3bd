// What the ARM64 tile kernels share. A tile is MR pixels x 16 channels, half a panel, MR a constant of the
// instantiation; `sum[i][j]` holds channels 4j...4j+3 of pixel i.
//
// Bytes are shifted by 128 (xor 0x80) to become signed: activations a become a - 128, which the caller makes up
// for with 128 times the sum of the weights; gradients are stored as h + 128 and become h.
#ifndef QV_TILES_ARM_H
#define QV_TILES_ARM_H

#include <arm_neon.h>
#include <string.h>

#include "arm_table.h"

#define QV_INLINE static inline __attribute__((always_inline))
#define QV_INLINE_DOTPROD QV_INLINE QV_TARGET_DOTPROD
#define QV_UNROLL _Pragma("clang loop unroll(full)")

/// Baseline ARMv8-A: two products fit into an Int16 lane (2 * 128 * 127 < 2^15), so SMULL and SMLAL are followed
/// by one SADALP into Int32. count is a multiple of 8.
QV_INLINE void qv_dot_tile__neon(int32x4_t sum[][4], const int MR, const uint8_t *pixels, int64_t stride,
                                 const int8_t *weights, int64_t count) {
    int32x4_t acc[2][4][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) acc[i][j][0] = acc[i][j][1] = vdupq_n_s32(0);
    }
    for (int64_t k = 0; k < count; k += 8, weights += 8 * QV_PANEL) {
        int8x8_t value[2][2];
        QV_UNROLL for (int i = 0; i < MR; i++) {
            const uint8x8_t bytes = veor_u8(vld1_u8(pixels + i * stride + k), vdup_n_u8(0x80));
            const int32x2_t words = vreinterpret_s32_u8(bytes);
            value[i][0] = vreinterpret_s8_s32(vdup_lane_s32(words, 0));
            value[i][1] = vreinterpret_s8_s32(vdup_lane_s32(words, 1));
        }
        QV_UNROLL for (int j = 0; j < 4; j++) {
            const int8x16_t first = vld1q_s8(weights + 16 * j);
            const int8x16_t second = vld1q_s8(weights + 16 * j + 4 * QV_PANEL);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const int16x8_t low = vmlal_s8(vmull_s8(vget_low_s8(first), value[i][0]), vget_low_s8(second), value[i][1]);
                const int16x8_t high = vmlal_s8(vmull_s8(vget_high_s8(first), value[i][0]), vget_high_s8(second), value[i][1]);
                acc[i][j][0] = vpadalq_s16(acc[i][j][0], low);
                acc[i][j][1] = vpadalq_s16(acc[i][j][1], high);
            }
        }
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) sum[i][j] = vaddq_s32(sum[i][j], vpaddq_s32(acc[i][j][0], acc[i][j][1]));
    }
}

/// ARMv8.2-A dot products by element: 16 bytes of a pixel are four groups of 4. count is a multiple of 16.
QV_INLINE_DOTPROD void qv_dot_tile__dotprod(int32x4_t sum[][4], const int MR, const uint8_t *pixels, int64_t stride,
                                            const int8_t *weights, int64_t count) {
    for (int64_t k = 0; k < count; k += 16, weights += 16 * QV_PANEL) {
        int8x16_t value[4];
        QV_UNROLL for (int i = 0; i < MR; i++)
            value[i] = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(pixels + i * stride + k), vdupq_n_u8(0x80)));
#define QV_STEP(lane)                                                                                    \
    QV_UNROLL for (int j = 0; j < 4; j++) {                                                              \
        const int8x16_t weight = vld1q_s8(weights + (lane)*4 * QV_PANEL + 16 * j);                       \
        QV_UNROLL for (int i = 0; i < MR; i++) sum[i][j] = vdotq_laneq_s32(sum[i][j], weight, value[i], lane); \
    }
        QV_STEP(0)
        QV_STEP(1)
        QV_STEP(2)
        QV_STEP(3)
#undef QV_STEP
    }
}

/// Calls TILE(MR) with the constant MR that equals `mr`, at most 2 or 4.
#define QV_SWITCH_TILE_2(mr, TILE) \
    switch (mr) {                  \
        case 1: TILE(1); break;    \
        default: TILE(2); break;   \
    }
#define QV_SWITCH_TILE(mr, TILE)  \
    switch (mr) {                 \
        case 1: TILE(1); break;   \
        case 2: TILE(2); break;   \
        case 3: TILE(3); break;   \
        default: TILE(4); break;  \
    }

#endif

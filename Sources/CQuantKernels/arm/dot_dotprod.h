// The dot products of ARMv8.2-A: SDOT by element, a tile of up to 4 pixels x 16 channels.
#ifndef QV_DOT_DOTPROD_H
#define QV_DOT_DOTPROD_H

#include "tiles_arm.h"

// Bytes are shifted by 128 (xor 0x80) to become signed: an activation misses 128 times its weight, a
// gradient, stored as h + 128, becomes h.
#define QV_DOT qv_dot_tile__dotprod
#define QV_DOT_ROWS(sum, MR, rows, ...) QV_DOT(sum, MR, (rows)[0], __VA_ARGS__)
#define QV_ACTIVATION_SHIFT 128
#define QV_GRADIENT_SHIFT 0

/// 16 bytes of a pixel are four groups of 4 k. Groups of 4 k lie `group` bytes apart; count is a multiple of 16.
QV_INLINE QV_TARGET_DOTPROD void qv_dot_tile__dotprod(int32x4_t sum[][4], const int MR, const uint8_t *pixels,
                                                      int64_t stride, const int8_t *weights, int64_t group,
                                                      int64_t count) {
    for (int64_t k = 0; k < count; k += 16, weights += 4 * group) {
        int8x16_t value[4];
        QV_UNROLL for (int i = 0; i < MR; i++)
            value[i] = vreinterpretq_s8_u8(veorq_u8(vld1q_u8(pixels + i * stride + k), vdupq_n_u8(0x80)));
#define QV_STEP(lane)                                                                     \
    QV_UNROLL for (int j = 0; j < 4; j++) {                                               \
        const int8x16_t weight = vld1q_s8(weights + (lane)*group + 16 * j);        \
        QV_UNROLL for (int i = 0; i < MR; i++)                                            \
            sum[i][j] = vdotq_laneq_s32(sum[i][j], weight, value[i], lane);               \
    }
        QV_STEP(0)
        QV_STEP(1)
        QV_STEP(2)
        QV_STEP(3)
#undef QV_STEP
    }
}

#endif

// The dot products of ARMv8.6-A: USMMLA multiplies 2 pixels x 8 k by 8 k x 2 channels, up to 8 x 8 at a time.
#ifndef QV_DOT_I8MM_H
#define QV_DOT_I8MM_H

#include "tiles_arm.h"

// Pixels stay unsigned: an activation is itself, a gradient, stored as h + 128, has 128 times its weight
// too much.
#define QV_DOT qv_dot_tile__i8mm
#define QV_DOT_ROWS qv_dot_rows__i8mm
#define QV_ACTIVATION_SHIFT 0
#define QV_GRADIENT_SHIFT (-128)

/// Every fourth pixel begins a row. Groups of 4 k lie `group` bytes apart; count is a multiple of 8; MR is 1 or even. A
/// tile of one pixel computes it twice.
QV_INLINE QV_TARGET_I8MM void qv_dot_rows__i8mm(int32x4_t sum[][4], const int MR, const uint8_t *const rows[],
                                                int64_t stride, const int8_t *weights, int64_t group,
                                                int64_t count) {
    const int pairs = (MR + 1) / 2;
    QV_UNROLL for (int first = 0; first < 4; first += 2) {
        // acc[p][j][h]: pixels 2p and 2p + 1, channels 4j + 2h and 4j + 2h + 1 of each.
        int32x4_t acc[4][2][2];
        QV_UNROLL for (int p = 0; p < pairs; p++) {
            QV_UNROLL for (int j = 0; j < 2; j++) acc[p][j][0] = acc[p][j][1] = vdupq_n_s32(0);
        }
        const int8_t *weight = weights + 16 * first;
        for (int64_t k = 0; k < count; k += 8, weight += 2 * group) {
            uint8x16_t value[4];
            QV_UNROLL for (int p = 0; p < pairs; p++) {
                const uint8_t *pixel = rows[p / 2] + p % 2 * 2 * stride + k;
                value[p] = vcombine_u8(vld1_u8(pixel), vld1_u8(MR == 1 ? pixel : pixel + stride));
            }
            QV_UNROLL for (int j = 0; j < 2; j++) {
                // Two groups of 4 k of four channels become 8 k of two channels, twice.
                const int32x4_t even = vreinterpretq_s32_s8(vld1q_s8(weight + 16 * j));
                const int32x4_t odd = vreinterpretq_s32_s8(vld1q_s8(weight + 16 * j + group));
                const int8x16_t low = vreinterpretq_s8_s32(vzip1q_s32(even, odd));
                const int8x16_t high = vreinterpretq_s8_s32(vzip2q_s32(even, odd));
                QV_UNROLL for (int p = 0; p < pairs; p++) {
                    acc[p][j][0] = vusmmlaq_s32(acc[p][j][0], value[p], low);
                    acc[p][j][1] = vusmmlaq_s32(acc[p][j][1], value[p], high);
                }
            }
        }
        QV_UNROLL for (int i = 0; i < MR; i++) {
            QV_UNROLL for (int j = 0; j < 2; j++) {
                const int64x2_t low = vreinterpretq_s64_s32(acc[i / 2][j][0]);
                const int64x2_t high = vreinterpretq_s64_s32(acc[i / 2][j][1]);
                const int64x2_t both = i % 2 == 0 ? vzip1q_s64(low, high) : vzip2q_s64(low, high);
                sum[i][first + j] = vaddq_s32(sum[i][first + j], vreinterpretq_s32_s64(both));
            }
        }
    }
}

QV_INLINE QV_TARGET_I8MM void qv_dot_tile__i8mm(int32x4_t sum[][4], const int MR, const uint8_t *pixels,
                                                int64_t stride, const int8_t *weights, int64_t group,
                                                int64_t count) {
    const uint8_t *const rows[2] = {pixels, pixels + 4 * stride};
    qv_dot_rows__i8mm(sum, MR, rows, stride, weights, group, count);
}

#endif

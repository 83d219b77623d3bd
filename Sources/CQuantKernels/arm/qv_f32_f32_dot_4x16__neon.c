#if defined(__aarch64__)
// Float32 dot products, one fused multiply-add after the other; lanes are channels.
#pragma STDC FP_CONTRACT OFF
#include "tiles_arm.h"

/// Adds the products of one k: lane `lane` of the pixels' values, QV_PANEL * lane floats into the weights.
#define QV_STEP(lane)                                                           \
    QV_UNROLL for (int j = 0; j < 4; j++) {                                     \
        const float32x4_t weight = vld1q_f32(weights + (lane)*QV_PANEL + 4 * j); \
        QV_UNROLL for (int i = 0; i < MR; i++)                                  \
            acc[i][j] = vfmaq_laneq_f32(acc[i][j], weight, value[i], lane);     \
    }

QV_INLINE void tile(const qv_f32_dot *a, int64_t x, int half, const int MR) {
    const int64_t stride = a->pixel_stride;
    const int lane = half * 16;
    float *out = a->out + x * a->out_stride + lane;
    float32x4_t acc[4][4];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        const float *start = a->accumulate ? out + i * (int64_t)a->out_stride : a->start + lane;
        QV_UNROLL for (int j = 0; j < 4; j++) acc[i][j] = vld1q_f32(start + 4 * j);
    }
    const float *weights = a->weights + lane;
    for (int32_t row = 0; row < a->row_count; row++) {
        const float *pixels = a->rows[row] + x * stride;
        int32_t k = 0;
        for (; k + 4 <= a->length; k += 4, weights += 4 * QV_PANEL) {
            float32x4_t value[4];
            QV_UNROLL for (int i = 0; i < MR; i++) value[i] = vld1q_f32(pixels + i * stride + k);
            QV_STEP(0)
            QV_STEP(1)
            QV_STEP(2)
            QV_STEP(3)
        }
        for (; k < a->length; k++, weights += QV_PANEL) {
            float32x4_t value[4];
            QV_UNROLL for (int i = 0; i < MR; i++) value[i] = vdupq_n_f32(pixels[i * stride + k]);
            QV_STEP(0)
        }
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) {
            const uint32x4_t open = vcgtq_f32(acc[i][j], vdupq_n_f32(0));
            const uint32x4_t kept = vandq_u32(vreinterpretq_u32_f32(acc[i][j]), open);
            const float32x4_t positive = vreinterpretq_f32_u32(kept);
            vst1q_f32(out + i * (int64_t)a->out_stride + 4 * j, a->relu ? positive : acc[i][j]);
        }
    }
}

void qv_f32_f32_dot_4x16__neon(const qv_f32_dot *a) {
    QV_CHECK(f32_dot, a);
#define TILE(MR) tile(a, x, half, MR)
    for (int half = 0; half < 2; half++) {
        QV_TILES_4_3_2_1(a->width, TILE)
    }
}
#else
typedef int qv_f32_f32_dot_4x16__neon_is_empty;
#endif

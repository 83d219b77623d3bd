#if defined(__aarch64__)
// Float32 dot products, one fused multiply-add after the other; lanes are channels.
#pragma STDC FP_CONTRACT OFF
#include "tiles_arm.h"

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
        for (int32_t k = 0; k < a->length; k++, weights += QV_PANEL) {
            float32x4_t weight[4];
            QV_UNROLL for (int j = 0; j < 4; j++) weight[j] = vld1q_f32(weights + 4 * j);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const float32x4_t value = vdupq_n_f32(pixels[i * stride + k]);
                QV_UNROLL for (int j = 0; j < 4; j++) acc[i][j] = vfmaq_f32(acc[i][j], value, weight[j]);
            }
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
#define TILE(MR) tile(a, x, half, MR)
    for (int half = 0; half < 2; half++) {
        QV_TILES_4_3_2_1(a->width, TILE)
    }
}
#else
typedef int qv_f32_f32_dot_4x16__neon_is_empty;
#endif

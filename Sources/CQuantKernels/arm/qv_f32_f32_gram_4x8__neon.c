#if defined(__aarch64__)
// One 8 x 32 block of a row's Gram matrix, 4 x 8 at a time: Float32 over the row, added to Float64.
#pragma STDC FP_CONTRACT OFF
#include "tiles_arm.h"

QV_INLINE void block(const qv_f32_gram *a, int first, int column) {
    const float *pixel = a->row;
    float32x4_t acc[4][2];
    QV_UNROLL for (int i = 0; i < 4; i++) acc[i][0] = acc[i][1] = vdupq_n_f32(0);
    for (int32_t x = 0; x < a->width; x++, pixel += a->channels) {
        const float32x4_t low = vld1q_f32(pixel + a->panel + column);
        const float32x4_t high = vld1q_f32(pixel + a->panel + column + 4);
        QV_UNROLL for (int i = 0; i < 4; i++) {
            const float32x4_t value = vdupq_n_f32(pixel[a->first + first + i]);
            acc[i][0] = vfmaq_f32(acc[i][0], value, low);
            acc[i][1] = vfmaq_f32(acc[i][1], value, high);
        }
    }
    QV_UNROLL for (int i = 0; i < 4; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++) {
            double *out = a->sums + (first + i) * (int64_t)a->channels + column + 4 * j;
            vst1q_f64(out, vaddq_f64(vld1q_f64(out), vcvt_f64_f32(vget_low_f32(acc[i][j]))));
            vst1q_f64(out + 2, vaddq_f64(vld1q_f64(out + 2), vcvt_high_f64_f32(acc[i][j])));
        }
    }
}

void qv_f32_f32_gram_4x8__neon(const qv_f32_gram *a) {
    QV_CHECK(f32_gram, a);
    for (int first = 0; first < 8; first += 4)
        for (int column = 0; column < QV_PANEL; column += 8) block(a, first, column);
}
#else
typedef int qv_f32_f32_gram_4x8__neon_is_empty;
#endif

// Backward convolution, stamped per instruction set: QV_TARGET, QV_FUNCTION, QV_LARGEST (pixels), QV_TILES,
// and from the header of the dot products QV_DOT, QV_GRADIENT_SHIFT. Per tap exact sums, scaled by the
// source pixel's scale and added in Float32 in the order of taps.
#pragma STDC FP_CONTRACT OFF
#include "tiles_arm.h"

QV_INLINE QV_TARGET void tile(const qv_u8_conv_backward *a, int64_t x, int half, const int MR) {
    const int64_t channels = a->channels;
    const int lane = half * 16;
    float32x4_t total[QV_LARGEST][4];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) total[i][j] = vdupq_n_f32(0);
    }
    for (int tap = 0; tap < 9; tap++) {
        const int64_t first = x + tap % 3;
        int32x4_t sum[QV_LARGEST][4];
        QV_UNROLL for (int j = 0; j < 4; j++) {
            const int32x4_t sums = vld1q_s32(a->weight_sums + tap * QV_PANEL + lane + 4 * j);
            QV_UNROLL for (int i = 0; i < MR; i++) sum[i][j] = vmulq_n_s32(sums, QV_GRADIENT_SHIFT);
        }
        QV_DOT(sum, MR, a->rows[tap / 3] + first * channels, channels,
               a->weights + tap * channels * QV_PANEL + lane * 4, channels);
        const float *scales = a->scales[tap / 3] + first;
        QV_UNROLL for (int i = 0; i < MR; i++) {
            const float32x4_t scale = vdupq_n_f32(scales[i]);
            QV_UNROLL for (int j = 0; j < 4; j++)
                total[i][j] = vfmaq_f32(total[i][j], scale, vcvtq_f32_s32(sum[i][j]));
        }
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        float *out = a->out + (x + i) * a->out_stride + lane;
        QV_UNROLL for (int j = 0; j < 4; j++) vst1q_f32(out + 4 * j, total[i][j]);
    }
}

QV_TARGET void QV_FUNCTION(const qv_u8_conv_backward *a) {
    QV_CHECK(u8_conv_backward, a);
#define TILE(MR) tile(a, x, half, MR)
    for (int half = 0; half < 2; half++) {
        QV_TILES(a->width, TILE)
    }
}

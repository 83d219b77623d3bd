// Style gradient, stamped per instruction set: QV_TARGET, QV_FUNCTION, QV_LARGEST (pixels), QV_TILES, and
// from the header of the dot products QV_DOT, QV_ACTIVATION_SHIFT. The exact products with the high parts
// of the 15-bit matrix, then with the low parts.
#pragma STDC FP_CONTRACT OFF
#include "tiles_arm.h"

QV_INLINE QV_TARGET void tile(const qv_u8_style_gradient *a, int64_t x, int half, const int MR) {
    const int64_t channels = a->channels;
    const int lane = half * 16;
    const int8_t *parts[2] = {a->high, a->low};
    const int32_t *part_sums[2] = {a->high_sums, a->low_sums};
    int32x4_t sum[2][QV_LARGEST][4];
    QV_UNROLL for (int part = 0; part < 2; part++) {
        QV_UNROLL for (int j = 0; j < 4; j++) {
            const int32x4_t sums = vld1q_s32(part_sums[part] + lane + 4 * j);
            const int32x4_t start = vmulq_n_s32(sums, QV_ACTIVATION_SHIFT);
            QV_UNROLL for (int i = 0; i < MR; i++) sum[part][i][j] = start;
        }
        QV_DOT(sum[part], MR, a->row + x * channels, channels, parts[part] + lane * 4, QV_GROUP, channels);
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) {
            float *out = a->out + (x + i) * a->out_stride + lane + 4 * j;
            const float32x4_t high = vcvtq_f32_s32(sum[0][i][j]);
            const float32x4_t value = vfmaq_f32(vcvtq_f32_s32(sum[1][i][j]), high, vdupq_n_f32(128));
            vst1q_f32(out, vfmaq_f32(vld1q_f32(out), vld1q_f32(a->scale + lane + 4 * j), value));
        }
    }
}

QV_TARGET void QV_FUNCTION(const qv_u8_style_gradient *a) {
    QV_CHECK(u8_style_gradient, a);
#define TILE(MR) tile(a, x, half, MR)
    for (int half = 0; half < 2; half++) {
        QV_TILES(a->width, TILE)
    }
}

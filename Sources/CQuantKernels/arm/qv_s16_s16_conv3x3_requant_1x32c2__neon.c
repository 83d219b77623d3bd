#if defined(__aarch64__)
// conv1_1: Int16 pixels, 18 pairs of products per output.
#pragma STDC FP_CONTRACT OFF
#include "requant_arm.h"

void qv_s16_s16_conv3x3_requant_1x32c2__neon(const qv_s16_conv_forward *a) {
    QV_CHECK(s16_conv_forward, a);
    for (int64_t x = 0; x < a->width; x++) {
        int32x4_t sum[8];
        QV_UNROLL for (int j = 0; j < 8; j++) sum[j] = vld1q_s32(a->bias + 4 * j);
        const int16_t *weights = a->weights;
        for (int row = 0; row < 3; row++) {
            const int16_t *pixel = a->rows[row] + x * 4;
            for (int pair = 0; pair < 6; pair++, weights += 2 * QV_PANEL) {
                QV_UNROLL for (int j = 0; j < 4; j++) {
                    const int16x8x2_t w = vld2q_s16(weights + 16 * j);
                    int32x4_t *low = &sum[2 * j], *high = &sum[2 * j + 1];
                    *low = vmlal_n_s16(*low, vget_low_s16(w.val[0]), pixel[2 * pair]);
                    *low = vmlal_n_s16(*low, vget_low_s16(w.val[1]), pixel[2 * pair + 1]);
                    *high = vmlal_n_s16(*high, vget_high_s16(w.val[0]), pixel[2 * pair]);
                    *high = vmlal_n_s16(*high, vget_high_s16(w.val[1]), pixel[2 * pair + 1]);
                }
            }
        }
        uint8_t *out = a->out + x * a->out_stride;
        const uint32_t low = qv_requantize_pixel(sum, a->multiplier, out);
        const uint32_t high = qv_requantize_pixel(sum + 4, a->multiplier + 16, out + 16);
        a->mask[x * a->mask_stride] = high << 16 | low;
    }
}
#else
typedef int qv_s16_s16_conv3x3_requant_1x32c2__neon_is_empty;
#endif

// Forward convolution, stamped per instruction set: QV_TARGET, QV_FUNCTION, QV_LARGEST (pixels), QV_TILES,
// and from the header of the dot products QV_DOT, QV_ACTIVATION_SHIFT. A pixel's three taps of a row are 3K
// neighbouring bytes, so the window is three long dot products.
#pragma STDC FP_CONTRACT OFF
#include "requant_arm.h"

QV_INLINE QV_TARGET void tile(const qv_u8_conv_forward *a, int64_t x, int half, const int MR) {
    const int64_t channels = a->channels;
    const int first = half * 16;
    int32x4_t sum[QV_LARGEST][4];
    QV_UNROLL for (int j = 0; j < 4; j++) {
        const int32x4_t sums = vld1q_s32(a->weight_sums + first + 4 * j);
        const int32x4_t start = vmlaq_n_s32(vld1q_s32(a->bias + first + 4 * j), sums, QV_ACTIVATION_SHIFT);
        QV_UNROLL for (int i = 0; i < MR; i++) sum[i][j] = start;
    }
    const int8_t *weights = a->weights + first * 4;
    for (int row = 0; row < 3; row++, weights += 3 * channels * QV_PANEL)
        QV_DOT(sum, MR, a->rows[row] + x * channels, channels, weights, QV_GROUP, 3 * channels);
    QV_UNROLL for (int i = 0; i < MR; i++) {
        uint8_t *out = a->out + (x + i) * a->out_stride + first;
        const uint16_t mask = (uint16_t)qv_requantize_pixel(sum[i], a->multiplier + first, out);
        memcpy((uint8_t *)(a->mask + (x + i) * a->mask_stride) + 2 * half, &mask, sizeof mask);
    }
}

QV_TARGET void QV_FUNCTION(const qv_u8_conv_forward *a) {
    QV_CHECK(u8_conv_forward, a);
#define TILE(MR) tile(a, x, half, MR)
    for (int half = 0; half < 2; half++) {
        QV_TILES(a->width, TILE)
    }
}

#if defined(__x86_64__)
// conv1_1: Int16 pixels, 18 pairs of products per output.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

QV_INLINE_AVX512VNNI void tile(const qv_s16_conv_forward *a, int64_t x, const int MR) {
    const __m512i low = _mm512_loadu_si512(a->bias);
    const __m512i high = _mm512_loadu_si512(a->bias + 16);
    __m512i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        acc[i][0] = low;
        acc[i][1] = high;
    }
    const int16_t *weights = a->weights;
    for (int row = 0; row < 3; row++) {
        const int16_t *pixels = a->rows[row] + x * 4;
        for (int pair = 0; pair < 6; pair++, weights += 2 * QV_PANEL) {
            const __m512i first = _mm512_load_si512(weights);
            const __m512i second = _mm512_load_si512(weights + QV_PANEL);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m512i pixel = qv_broadcast4(pixels + i * 4 + pair * 2);
                acc[i][0] = _mm512_dpwssd_epi32(acc[i][0], pixel, first);
                acc[i][1] = _mm512_dpwssd_epi32(acc[i][1], pixel, second);
            }
        }
    }
    qv_requantize_tile(acc, MR, a->multiplier, a->out + x * a->out_stride, a->out_stride,
                       a->mask + x * a->mask_stride, a->mask_stride);
}

QV_TARGET_AVX512VNNI void qv_s16_s16_conv3x3_requant_14x32c2__avx512vnni(const qv_s16_conv_forward *a) {
    QV_CHECK(s16_conv_forward, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_14(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_s16_s16_conv3x3_requant_14x32c2__avx512vnni_is_empty;
#endif

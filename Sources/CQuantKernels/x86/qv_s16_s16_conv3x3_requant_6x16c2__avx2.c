#if defined(__x86_64__)
// conv1_1: Int16 pixels, 18 pairs of products per output.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

QV_INLINE_AVX2 void tile(const qv_s16_conv_forward *a, int64_t x, int half, const int MR) {
    const int first = half * 16;
    __m256i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        acc[i][0] = _mm256_loadu_si256((const __m256i *)(a->bias + first));
        acc[i][1] = _mm256_loadu_si256((const __m256i *)(a->bias + first + 8));
    }
    const int16_t *weights = a->weights + first * 2;
    for (int row = 0; row < 3; row++) {
        const int16_t *pixels = a->rows[row] + x * 4;
        for (int pair = 0; pair < 6; pair++, weights += 2 * QV_PANEL) {
            const __m256i low = _mm256_loadu_si256((const __m256i *)weights);
            const __m256i high = _mm256_loadu_si256((const __m256i *)(weights + 16));
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256i pixel = qv_broadcast4_avx2(pixels + i * 4 + pair * 2);
                acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_madd_epi16(pixel, low));
                acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_madd_epi16(pixel, high));
            }
        }
    }
    qv_requantize_tile_avx2(acc, MR, a->multiplier + first, a->out + x * a->out_stride + first, a->out_stride,
                            a->mask + x * a->mask_stride, a->mask_stride, half);
}

QV_TARGET_AVX2 void qv_s16_s16_conv3x3_requant_6x16c2__avx2(const qv_s16_conv_forward *a) {
    QV_CHECK(s16_conv_forward, a);
    for (int half = 0; half < 2; half++) {
#define TILE(MR) tile(a, x_, half, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
        QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
    }
}
#else
typedef int qv_s16_s16_conv3x3_requant_6x16c2__avx2_is_empty;
#endif

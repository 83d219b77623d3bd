#if defined(__x86_64__)
// Forward convolution, see the AVX-512 VNNI kernel; 6 pixels x 16 channels at a time.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

QV_INLINE_AVX2 void tile(const qv_u8_conv_forward *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    const int64_t window = (MR + 2) * channels;
    int16_t pixels[3 * (QV_LARGEST_TILE + 2) * QV_MOST_CHANNELS];
    for (int row = 0; row < 3; row++)
        qv_widen_pixels(a->rows[row] + x * channels, window, 0, pixels + row * window);
    for (int half = 0; half < 2; half++) {
        const int first = half * 16;
        __m256i acc[QV_LARGEST_TILE][2];
        QV_UNROLL for (int i = 0; i < MR; i++) {
            acc[i][0] = _mm256_loadu_si256((const __m256i *)(a->bias + first));
            acc[i][1] = _mm256_loadu_si256((const __m256i *)(a->bias + first + 8));
        }
        for (int row = 0; row < 3; row++)
            qv_dot_tile_avx2(acc, MR, pixels + row * window, channels,
                             a->weights + row * 3 * channels * QV_PANEL + first * 4, 3 * channels);
        qv_requantize_tile_avx2(acc, MR, a->multiplier + first, a->out + x * a->out_stride + first, a->out_stride,
                                a->mask + x * a->mask_stride, a->mask_stride, half);
    }
}

QV_TARGET_AVX2 void qv_u8_s8_conv3x3_requant_6x16c4__avx2(const qv_u8_conv_forward *a) {
    QV_CHECK(u8_conv_forward, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_u8_s8_conv3x3_requant_6x16c4__avx2_is_empty;
#endif

#if defined(__x86_64__)
// Forward convolution: up to 14 pixels x 32 channels of exact sums in registers, then requantized.
// A pixel's three taps of a row are 3K neighbouring bytes, so the window is three long dot products.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

QV_INLINE_AVX512VNNI void tile(const qv_u8_conv_forward *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    const __m512i low = _mm512_loadu_si512(a->bias);
    const __m512i high = _mm512_loadu_si512(a->bias + 16);
    __m512i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        acc[i][0] = low;
        acc[i][1] = high;
    }
    for (int row = 0; row < 3; row++)
        qv_dot_tile(acc, MR, a->rows[row] + x * channels, channels, a->weights + row * 3 * channels * QV_PANEL,
                    3 * channels);
    qv_requantize_tile(acc, MR, a->multiplier, a->out + x * a->out_stride, a->out_stride,
                       a->mask + x * a->mask_stride, a->mask_stride);
}

QV_TARGET_AVX512VNNI void qv_u8_s8_conv3x3_requant_14x32c4__avx512vnni(const qv_u8_conv_forward *a) {
    QV_CHECK(u8_conv_forward, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_14(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_u8_s8_conv3x3_requant_14x32c4__avx512vnni_is_empty;
#endif

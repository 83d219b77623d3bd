#if defined(__x86_64__)
// Backward convolution: per tap up to 7 pixels x 32 channels of exact sums, scaled by the source pixel's
// scale and added in Float32 in the order of taps; 7 pixels are as many as leave both kinds of sums in registers.
// Rows hold h + 128 and VPDPBUSD takes unsigned x signed, so sums start at -128 times the sum of the tap's weights.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

#define LARGEST_TILE 7

QV_INLINE_AVX512VNNI void tile(const qv_u8_conv_backward *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    __m512 sum[LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        sum[i][0] = _mm512_setzero_ps();
        sum[i][1] = _mm512_setzero_ps();
    }
    for (int tap = 0; tap < 9; tap++) {
        const int64_t first = x + tap % 3;
        const int32_t *weight_sums = a->weight_sums + tap * QV_PANEL;
        const __m512i low = _mm512_slli_epi32(_mm512_loadu_si512(weight_sums), 7);
        const __m512i high = _mm512_slli_epi32(_mm512_loadu_si512(weight_sums + 16), 7);
        __m512i acc[LARGEST_TILE][2];
        QV_UNROLL for (int i = 0; i < MR; i++) {
            acc[i][0] = _mm512_sub_epi32(_mm512_setzero_si512(), low);
            acc[i][1] = _mm512_sub_epi32(_mm512_setzero_si512(), high);
        }
        qv_dot_tile(acc, MR, a->rows[tap / 3] + first * channels, channels, a->weights + tap * channels * QV_PANEL,
                    channels);
        const float *scales = a->scales[tap / 3] + first;
        QV_UNROLL for (int i = 0; i < MR; i++) {
            const __m512 scale = _mm512_set1_ps(scales[i]);
            sum[i][0] = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(acc[i][0]), sum[i][0]);
            sum[i][1] = _mm512_fmadd_ps(scale, _mm512_cvtepi32_ps(acc[i][1]), sum[i][1]);
        }
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        float *out = a->out + (x + i) * a->out_stride;
        _mm512_storeu_ps(out, sum[i][0]);
        _mm512_storeu_ps(out + 16, sum[i][1]);
    }
}

QV_TARGET_AVX512VNNI void qv_u8_s8_conv3x3_transposed_7x32c4__avx512vnni(const qv_u8_conv_backward *a) {
    QV_CHECK(u8_conv_backward, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_7(mr, TILE)
    QV_FOR_EACH_TILE(a->width, LARGEST_TILE, TILES);
}
#else
typedef int qv_u8_s8_conv3x3_transposed_7x32c4__avx512vnni_is_empty;
#endif

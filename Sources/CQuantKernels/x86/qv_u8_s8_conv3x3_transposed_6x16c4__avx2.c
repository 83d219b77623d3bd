#if defined(__x86_64__)
// Backward convolution, see the AVX-512 VNNI kernel; 6 pixels x 16 channels at a time, and the widened
// gradient has its 128 taken off.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

QV_INLINE_AVX2 void tile(const qv_u8_conv_backward *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    const int64_t window = (MR + 2) * channels;
    int16_t pixels[3 * (QV_LARGEST_TILE + 2) * QV_MOST_CHANNELS];
    for (int row = 0; row < 3; row++)
        qv_widen_pixels(a->rows[row] + x * channels, window, 128, pixels + row * window);
    for (int half = 0; half < 2; half++) {
        const int lane = half * 16;
        __m256 sum[QV_LARGEST_TILE][2];
        QV_UNROLL for (int i = 0; i < MR; i++) {
            sum[i][0] = _mm256_setzero_ps();
            sum[i][1] = _mm256_setzero_ps();
        }
        for (int tap = 0; tap < 9; tap++) {
            __m256i acc[QV_LARGEST_TILE][2];
            QV_UNROLL for (int i = 0; i < MR; i++) acc[i][0] = acc[i][1] = _mm256_setzero_si256();
            qv_dot_tile_avx2(acc, MR, pixels + tap / 3 * window + tap % 3 * channels, channels,
                             a->weights + tap * channels * QV_PANEL + lane * 4, channels);
            const float *scales = a->scales[tap / 3] + x + tap % 3;
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256 scale = _mm256_set1_ps(scales[i]);
                sum[i][0] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(acc[i][0]), sum[i][0]);
                sum[i][1] = _mm256_fmadd_ps(scale, _mm256_cvtepi32_ps(acc[i][1]), sum[i][1]);
            }
        }
        QV_UNROLL for (int i = 0; i < MR; i++) {
            float *out = a->out + (x + i) * a->out_stride + lane;
            _mm256_storeu_ps(out, sum[i][0]);
            _mm256_storeu_ps(out + 8, sum[i][1]);
        }
    }
}

QV_TARGET_AVX2 void qv_u8_s8_conv3x3_transposed_6x16c4__avx2(const qv_u8_conv_backward *a) {
    QV_CHECK(u8_conv_backward, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_u8_s8_conv3x3_transposed_6x16c4__avx2_is_empty;
#endif

#if defined(__x86_64__)
// Backward convolution, see the AVX-512 VNNI kernel; 4 pixels x 16 channels at a time.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

QV_INLINE_AVX2 void tile(const qv_u8_conv_backward *a, int64_t x, int half, const int MR) {
    const int64_t channels = a->channels;
    const int lane = half * 16;
    __m256 sum[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        sum[i][0] = _mm256_setzero_ps();
        sum[i][1] = _mm256_setzero_ps();
    }
    for (int tap = 0; tap < 9; tap++) {
        const int64_t first = x + tap % 3;
        const int32_t *weight_sums = a->weight_sums + tap * QV_PANEL + lane;
        __m256i acc[QV_LARGEST_TILE][2];
        QV_UNROLL for (int i = 0; i < MR; i++) {
            QV_UNROLL for (int j = 0; j < 2; j++) {
                const __m256i sums = _mm256_loadu_si256((const __m256i *)(weight_sums + j * 8));
                acc[i][j] = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_slli_epi32(sums, 7));
            }
        }
        qv_dot_tile_avx2(acc, MR, a->rows[tap / 3] + first * channels, channels,
                         a->weights + tap * channels * QV_PANEL + lane * 4, channels);
        const float *scales = a->scales[tap / 3] + first;
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

QV_TARGET_AVX2 void qv_u8_s8_conv3x3_transposed_4x16c4__avx2(const qv_u8_conv_backward *a) {
    for (int half = 0; half < 2; half++) {
#define TILE(MR) tile(a, x_, half, MR)
#define TILES(x, mr) QV_SWITCH_TILE_AVX2(mr, TILE)
        QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
    }
}
#else
typedef int qv_u8_s8_conv3x3_transposed_4x16c4__avx2_is_empty;
#endif

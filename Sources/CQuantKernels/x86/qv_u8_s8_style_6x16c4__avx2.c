#if defined(__x86_64__)
// Style gradient: the exact products with the high parts of the 15-bit matrix, then with the low parts.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

QV_INLINE_AVX2 void tile(const qv_u8_style_gradient *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    int16_t pixels[QV_LARGEST_TILE * QV_MOST_CHANNELS];
    qv_widen_pixels(a->row + x * channels, MR * channels, 0, pixels);
    for (int half = 0; half < 2; half++) {
        const int lane = half * 16;
        __m256i acc[QV_LARGEST_TILE][2];
        __m256 high[QV_LARGEST_TILE][2];
        QV_UNROLL for (int i = 0; i < MR; i++) acc[i][0] = acc[i][1] = _mm256_setzero_si256();
        qv_dot_tile_avx2(acc, MR, pixels, channels, a->high + lane * 4, channels);
        QV_UNROLL for (int i = 0; i < MR; i++) {
            QV_UNROLL for (int j = 0; j < 2; j++) {
                high[i][j] = _mm256_cvtepi32_ps(acc[i][j]);
                acc[i][j] = _mm256_setzero_si256();
            }
        }
        qv_dot_tile_avx2(acc, MR, pixels, channels, a->low + lane * 4, channels);
        const __m256 factor = _mm256_set1_ps(128.0f);
        QV_UNROLL for (int i = 0; i < MR; i++) {
            QV_UNROLL for (int j = 0; j < 2; j++) {
                float *out = a->out + (x + i) * a->out_stride + lane + j * 8;
                const __m256 value = _mm256_fmadd_ps(high[i][j], factor, _mm256_cvtepi32_ps(acc[i][j]));
                const __m256 scale = _mm256_loadu_ps(a->scale + lane + j * 8);
                _mm256_storeu_ps(out, _mm256_fmadd_ps(scale, value, _mm256_loadu_ps(out)));
            }
        }
    }
}

QV_TARGET_AVX2 void qv_u8_s8_style_6x16c4__avx2(const qv_u8_style_gradient *a) {
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_AVX2(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_u8_s8_style_6x16c4__avx2_is_empty;
#endif

#if defined(__x86_64__)
// Style gradient. 128 * high + low is a 16-bit factor for VPMADDWD, and its sums are exact in Int32:
// 512 * 255 * (127 * 128 + 64) < 2^31. Rounding such a sum to Float32 is what the contract's last two
// operations do, because high's sum is below 2^24.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

/// 128 * high + low of bytes 0 and 2, or 1 and 3, of every lane.
QV_INLINE_AVX2 __m256i join(const int8_t *high, const int8_t *low, const int odd) {
    const __m256i h = _mm256_loadu_si256((const __m256i *)high);
    const __m256i l = _mm256_loadu_si256((const __m256i *)low);
    const __m256i upper = odd ? _mm256_and_si256(h, _mm256_set1_epi16((short)0xff00)) : _mm256_slli_epi16(h, 8);
    return _mm256_add_epi16(_mm256_srai_epi16(upper, 1), odd ? qv_odd_s8(l) : qv_even_s8(l));
}

QV_INLINE_AVX2 void tile(const qv_u8_style_gradient *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    int16_t pixels[QV_LARGEST_TILE * QV_MOST_CHANNELS];
    qv_widen_pixels(a->row + x * channels, MR * channels, 0, pixels);
    for (int half = 0; half < 2; half++) {
        const int lane = half * 16;
        const int8_t *high = a->high + lane * 4;
        const int8_t *low = a->low + lane * 4;
        __m256i acc[QV_LARGEST_TILE][2];
        QV_UNROLL for (int i = 0; i < MR; i++) acc[i][0] = acc[i][1] = _mm256_setzero_si256();
        for (int64_t k = 0; k < channels; k += 4, high += 4 * QV_PANEL, low += 4 * QV_PANEL) {
            QV_UNROLL for (int odd = 0; odd < 2; odd++) {
                const __m256i factor[2] = {join(high, low, odd), join(high + 32, low + 32, odd)};
                QV_UNROLL for (int i = 0; i < MR; i++) {
                    const __m256i pixel = qv_broadcast4_avx2(pixels + i * channels + k + 2 * odd);
                    acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_madd_epi16(pixel, factor[0]));
                    acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_madd_epi16(pixel, factor[1]));
                    // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                    __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
                }
            }
        }
        QV_UNROLL for (int i = 0; i < MR; i++) {
            QV_UNROLL for (int j = 0; j < 2; j++) {
                float *out = a->out + (x + i) * a->out_stride + lane + j * 8;
                const __m256 scale = _mm256_loadu_ps(a->scale + lane + j * 8);
                const __m256 sum = _mm256_cvtepi32_ps(acc[i][j]);
                _mm256_storeu_ps(out, _mm256_fmadd_ps(scale, sum, _mm256_loadu_ps(out)));
            }
        }
    }
}

QV_TARGET_AVX2 void qv_u8_s8_style_6x16c4__avx2(const qv_u8_style_gradient *a) {
    QV_CHECK(u8_style_gradient, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_u8_s8_style_6x16c4__avx2_is_empty;
#endif

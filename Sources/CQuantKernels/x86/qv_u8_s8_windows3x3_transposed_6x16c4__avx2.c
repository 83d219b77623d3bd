#if defined(__x86_64__)
// The gradient from windows, see the AVX-512 VNNI kernel; 6 pixels x 16 channels at a time, and the widened values have
// their 128 taken off.
#pragma STDC FP_CONTRACT OFF
#include "windows_avx2.h"

/// Pairs from `place` on, of one tile, whose window's values begin at `values`.
QV_INLINE_AVX2 void pairs(const qv_u8_window_gradient *a, const int16_t *values, int64_t place, int half,
                          const int COUNT) {
    const int64_t channels = a->channels;
    const int16_t *pixels[QV_MOST_PAIRS];
    __m256i acc[2 * QV_MOST_PAIRS][2];
    QV_UNROLL for (int p = 0; p < COUNT; p++) {
        const qv_pair pair = qv_pair_at(a, place + p);
        pixels[p] = values + (pair.row * 6 + pair.x) * channels;
        QV_UNROLL for (int i = 0; i < 4; i++) acc[2 * p + i / 2][i % 2] = _mm256_setzero_si256();
    }
    const int8_t *weights = a->weights + half * 64;
    for (int row = 0; row < 3; row++) {
        // The three taps of a row are 3K neighbouring values.
        for (int64_t k = 0; k < 3 * channels; k += 4, weights += 4 * QV_PANEL) {
            QV_UNROLL for (int odd = 0; odd < 2; odd++) {
                const __m256i first = _mm256_loadu_si256((const __m256i *)weights);
                const __m256i second = _mm256_loadu_si256((const __m256i *)(weights + 32));
                const __m256i wide[2] = {odd ? qv_odd_s8(first) : qv_even_s8(first),
                                         odd ? qv_odd_s8(second) : qv_even_s8(second)};
                QV_UNROLL for (int i = 0; i < 2 * COUNT; i++) {
                    const __m256i pixel = qv_broadcast4_avx2(pixels[i / 2] + i % 2 * channels + 2 * odd);
                    acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_madd_epi16(pixel, wide[0]));
                    acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_madd_epi16(pixel, wide[1]));
                    // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                    __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
                }
            }
            QV_UNROLL for (int p = 0; p < COUNT; p++) pixels[p] += 4;
        }
        QV_UNROLL for (int p = 0; p < COUNT; p++) pixels[p] += 3 * channels;
    }
    qv_store_pairs(a, place, acc, COUNT, half);
}

QV_TARGET_AVX2 void qv_u8_s8_windows3x3_transposed_6x16c4__avx2(const qv_u8_window_gradient *a) {
    QV_CHECK(u8_window_gradient, a);
    const int64_t window = QV_WINDOW(a->channels);
    const int each = 2 * (a->rows - a->top);
    int16_t values[36 * QV_MOST_CHANNELS];
    for (int32_t tile = 0; tile < a->count; tile++) {
        qv_widen_pixels(a->windows + tile * window, window, 128, values);
        for (int half = 0; half < 2; half++) {
#define PAIRS(COUNT) pairs(a, values, tile * (int64_t)each + x_, half, COUNT)
#define TILES(x, mr) QV_SWITCH_PAIRS(mr, PAIRS)
            QV_FOR_EACH_TILE(each, QV_MOST_PAIRS, TILES);
        }
    }
}
#else
typedef int qv_u8_s8_windows3x3_transposed_6x16c4__avx2_is_empty;
#endif

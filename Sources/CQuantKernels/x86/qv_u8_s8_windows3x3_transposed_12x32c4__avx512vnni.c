#if defined(__x86_64__)
// The gradient from windows: up to three rows of four pixels, of any tiles, x 32 channels of exact sums.
// Windows hold h' + 128 and VPDPBUSD takes unsigned x signed, so sums start at -128 times the sum of all weights.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

#define MOST_ROWS 3

/// `COUNT` rows from the row `first` on; a tile has `a->rows - a->top` of them.
QV_INLINE_AVX512VNNI void rows(const qv_u8_window_gradient *a, const __m512i start[2], int64_t first, const int COUNT) {
    const int64_t channels = a->channels;
    const int each = a->rows - a->top;
    const uint8_t *pixels[MOST_ROWS];
    __m512i acc[4 * MOST_ROWS][2];
    QV_UNROLL for (int r = 0; r < COUNT; r++) {
        pixels[r] = a->windows + ((first + r) / each * 6 + (first + r) % each + a->top) * 6 * channels;
        QV_UNROLL for (int i = 0; i < 4; i++) {
            acc[4 * r + i][0] = start[0];
            acc[4 * r + i][1] = start[1];
        }
    }
    const int8_t *weights = a->weights;
    for (int row = 0; row < 3; row++) {
        // The three taps of a row are 3K neighbouring bytes.
        for (int64_t k = 0; k < 3 * channels; k += 16, weights += 512) {
            QV_UNROLL for (int step = 0; step < 4; step++) {
                const __m512i low = _mm512_load_si512(weights + step * 128);
                const __m512i high = _mm512_load_si512(weights + step * 128 + 64);
                QV_UNROLL for (int i = 0; i < 4 * COUNT; i++) {
                    const __m512i pixel = qv_broadcast4(pixels[i / 4] + i % 4 * channels + step * 4);
                    acc[i][0] = _mm512_dpbusd_epi32(acc[i][0], pixel, low);
                    acc[i][1] = _mm512_dpbusd_epi32(acc[i][1], pixel, high);
                    // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                    __asm__ volatile("" : "+v"(acc[i][0]), "+v"(acc[i][1]) : : "memory");
                }
            }
            QV_UNROLL for (int r = 0; r < COUNT; r++) pixels[r] += 16;
        }
        QV_UNROLL for (int r = 0; r < COUNT; r++) pixels[r] += 3 * channels;
    }
    QV_UNROLL for (int r = 0; r < COUNT; r++) {
        const int64_t tile = (first + r) / each, x = 4 * (a->first + tile);
        const __m512 scale = _mm512_set1_ps(a->tile_scales[tile]);
        float *out = a->out[(first + r) % each + a->top] + x * a->out_stride;
        QV_UNROLL for (int i = 0; i < 4; i++) {
            if (x + i >= a->width) break;
            QV_UNROLL for (int half = 0; half < 2; half++)
                _mm512_storeu_ps(out + i * (int64_t)a->out_stride + half * 16,
                                 _mm512_mul_ps(scale, _mm512_cvtepi32_ps(acc[4 * r + i][half])));
        }
    }
}

QV_TARGET_AVX512VNNI void qv_u8_s8_windows3x3_transposed_12x32c4__avx512vnni(const qv_u8_window_gradient *a) {
    QV_CHECK(u8_window_gradient, a);
    __m512i start[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
    for (int tap = 0; tap < 9; tap++) {
        const int32_t *sums = a->weight_sums + tap * QV_PANEL;
        start[0] = _mm512_sub_epi32(start[0], _mm512_loadu_si512(sums));
        start[1] = _mm512_sub_epi32(start[1], _mm512_loadu_si512(sums + 16));
    }
    QV_UNROLL for (int half = 0; half < 2; half++) start[half] = _mm512_slli_epi32(start[half], 7);
#define ROWS(COUNT) rows(a, start, x_, COUNT)
#define TILES(x, mr)               \
    switch (mr) {                  \
        case 1: ROWS(1); break;    \
        case 2: ROWS(2); break;    \
        default: ROWS(3); break;   \
    }
    QV_FOR_EACH_TILE(a->count * (a->rows - a->top), MOST_ROWS, TILES);
}
#else
typedef int qv_u8_s8_windows3x3_transposed_12x32c4__avx512vnni_is_empty;
#endif

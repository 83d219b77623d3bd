// 256-bit VPDPBUSD, stamped twice: with VEX encoding for processors that have AVX-VNNI, and with EVEX encoding
// for those that have AVX-512 VNNI instead. The including file defines QV_TARGET_VNNI256 and QV_DPBUSD.
//
// A tile is MR pixels x 16 channels, half a panel; everything but the dot products is AVX2's.
#pragma STDC FP_CONTRACT OFF
#include "windows_avx2.h"

#define QV_INLINE_VNNI256 static inline __attribute__((always_inline)) QV_TARGET_VNNI256

/// acc[i] += sum over k < count of pixel i's bytes times the half panel's weights; pixels lie `stride` bytes
/// apart, count is a multiple of 16. Exact.
QV_INLINE_VNNI256 void dot_tile(__m256i acc[][2], const int MR, const uint8_t *pixels, int64_t stride,
                                const int8_t *weights, int64_t count) {
    const uint8_t *half[2] = {pixels, pixels + 3 * stride};
    for (int64_t k = 0; k < count; k += 16, weights += 16 * QV_PANEL) {
        QV_UNROLL for (int step = 0; step < 4; step++) {
            const __m256i low = _mm256_load_si256((const __m256i *)(weights + step * 4 * QV_PANEL));
            const __m256i high = _mm256_load_si256((const __m256i *)(weights + step * 4 * QV_PANEL + 32));
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256i pixel = qv_broadcast4_avx2(half[i / 3] + i % 3 * stride + step * 4);
                acc[i][0] = QV_DPBUSD(acc[i][0], pixel, low);
                acc[i][1] = QV_DPBUSD(acc[i][1], pixel, high);
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
            }
        }
        half[0] += 16;
        half[1] += 16;
    }
}

QV_INLINE_VNNI256 void forward_tile(const qv_u8_conv_forward *a, int64_t x, int half, const int MR) {
    const int64_t channels = a->channels;
    const int first = half * 16;
    __m256i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        acc[i][0] = _mm256_loadu_si256((const __m256i *)(a->bias + first));
        acc[i][1] = _mm256_loadu_si256((const __m256i *)(a->bias + first + 8));
    }
    for (int row = 0; row < 3; row++)
        dot_tile(acc, MR, a->rows[row] + x * channels, channels,
                 a->weights + row * 3 * channels * QV_PANEL + first * 4, 3 * channels);
    qv_requantize_tile_avx2(acc, MR, a->multiplier + first, a->out + x * a->out_stride + first, a->out_stride,
                            a->mask + x * a->mask_stride, a->mask_stride, half);
}

/// Rows hold h + 128, so sums start at -128 times the sum of a column's weights.
QV_INLINE_VNNI256 void image_tile(const uint8_t *pixels, int64_t channels, const int8_t *weights, const __m256i start[2],
                                  float *out, const int MR) {
    const uint8_t *half[2] = {pixels, pixels + 3 * channels};
    __m256i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        acc[i][0] = start[0];
        acc[i][1] = start[1];
    }
    for (int64_t k = 0; k < channels; k += 16, weights += 16 * QV_IMAGE_COLUMNS) {
        QV_UNROLL for (int step = 0; step < 4; step++) {
            const __m256i low = _mm256_load_si256((const __m256i *)(weights + step * 4 * QV_IMAGE_COLUMNS));
            const __m256i high = _mm256_load_si256((const __m256i *)(weights + step * 4 * QV_IMAGE_COLUMNS + 32));
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256i pixel = qv_broadcast4_avx2(half[i / 3] + i % 3 * channels + step * 4);
                acc[i][0] = QV_DPBUSD(acc[i][0], pixel, low);
                acc[i][1] = QV_DPBUSD(acc[i][1], pixel, high);
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
            }
        }
        half[0] += 16;
        half[1] += 16;
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++)
            _mm256_store_ps(out + i * QV_IMAGE_COLUMNS + 8 * j, _mm256_cvtepi32_ps(acc[i][j]));
    }
}

/// For the template of the image's gradient.
__attribute__((unused)) static QV_TARGET_VNNI256 void source_dots(const qv_u8_image_gradient *a, int row, int64_t first,
                                                                  int count, float *out) {
    const int64_t channels = a->channels;
    const uint8_t *pixels = a->rows[row] + first * channels;
    const int8_t *weights = a->weights + row * channels * QV_IMAGE_COLUMNS;
    __m256i start[2];
    QV_UNROLL for (int j = 0; j < 2; j++) {
        const __m256i sums = _mm256_loadu_si256((const __m256i *)(a->weight_sums + row * QV_IMAGE_COLUMNS + 8 * j));
        start[j] = _mm256_sub_epi32(_mm256_setzero_si256(), _mm256_slli_epi32(sums, 7));
    }
#define TILE_image_tile(MR) \
    image_tile(pixels + x_ * channels, channels, weights, start, out + x_ * QV_IMAGE_COLUMNS, MR)
#define TILES_image_tile(x, mr) QV_SWITCH_TILE_6(mr, TILE_image_tile)
    QV_FOR_EACH_TILE(count, QV_LARGEST_TILE, TILES_image_tile);
}

/// Pairs of pixels from `place` on. Windows hold h' + 128, so sums start at -128 times the sum of all weights.
QV_INLINE_VNNI256 void window_pairs(const qv_u8_window_gradient *a, int64_t place, int half, const int COUNT) {
    const int64_t channels = a->channels;
    __m256i start[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()};
    for (int tap = 0; tap < 9; tap++) {
        const int32_t *sums = a->weight_sums + tap * QV_PANEL + half * 16;
        start[0] = _mm256_sub_epi32(start[0], _mm256_loadu_si256((const __m256i *)sums));
        start[1] = _mm256_sub_epi32(start[1], _mm256_loadu_si256((const __m256i *)(sums + 8)));
    }
    const uint8_t *pixels[QV_MOST_PAIRS];
    __m256i acc[2 * QV_MOST_PAIRS][2];
    QV_UNROLL for (int p = 0; p < COUNT; p++) {
        const qv_pair pair = qv_pair_at(a, place + p);
        pixels[p] = a->windows + ((pair.tile * 6 + pair.row) * 6 + pair.x) * channels;
        QV_UNROLL for (int i = 0; i < 4; i++) acc[2 * p + i / 2][i % 2] = _mm256_slli_epi32(start[i % 2], 7);
    }
    const int8_t *weights = a->weights + half * 64;
    for (int row = 0; row < 3; row++) {
        // The three taps of a row are 3K neighbouring bytes.
        for (int64_t k = 0; k < 3 * channels; k += 16, weights += 16 * QV_PANEL) {
            QV_UNROLL for (int step = 0; step < 4; step++) {
                const __m256i low = _mm256_load_si256((const __m256i *)(weights + step * 4 * QV_PANEL));
                const __m256i high = _mm256_load_si256((const __m256i *)(weights + step * 4 * QV_PANEL + 32));
                QV_UNROLL for (int i = 0; i < 2 * COUNT; i++) {
                    const __m256i pixel = qv_broadcast4_avx2(pixels[i / 2] + i % 2 * channels + step * 4);
                    acc[i][0] = QV_DPBUSD(acc[i][0], pixel, low);
                    acc[i][1] = QV_DPBUSD(acc[i][1], pixel, high);
                    // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                    __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
                }
            }
            QV_UNROLL for (int p = 0; p < COUNT; p++) pixels[p] += 16;
        }
        QV_UNROLL for (int p = 0; p < COUNT; p++) pixels[p] += 3 * channels;
    }
    qv_store_pairs(a, place, acc, COUNT, half);
}

/// Defines `name`, a kernel of qv_<type> that calls `tile` for at most `largest` of `size` pixels or pairs, and for both
/// halves of the panel.
#define QV_VNNI256_KERNEL(name, type, tile, size, largest) \
    QV_TARGET_VNNI256 void name(const qv_##type *a) {      \
        QV_CHECK(type, a);                                 \
        for (int half = 0; half < 2; half++) {             \
            QV_FOR_EACH_TILE(size, largest, TILES_##tile); \
        }                                                  \
    }
#define TILE_forward_tile(MR) forward_tile(a, x_, half, MR)
#define TILES_forward_tile(x, mr) QV_SWITCH_TILE_6(mr, TILE_forward_tile)
#define PAIRS_window_pairs(COUNT) window_pairs(a, x_, half, COUNT)
#define TILES_window_pairs(x, mr) QV_SWITCH_PAIRS(mr, PAIRS_window_pairs)

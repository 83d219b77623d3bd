#if defined(__x86_64__)
// void qv_u8_s8_image3x3_transposed_6x16c4__avx2(const qv_u8_image_gradient *): the template. 6 pixels x 16 columns at a
// time, and the widened gradient has its 128 taken off.
#include "tiles_avx2.h"

QV_INLINE_AVX2 void tile(const uint8_t *pixels, int64_t channels, const int8_t *weights, float *out, const int MR) {
    int16_t values[QV_LARGEST_TILE * QV_MOST_CHANNELS];
    __m256i acc[QV_LARGEST_TILE][2];
    qv_widen_pixels(pixels, MR * channels, 128, values);
    QV_UNROLL for (int i = 0; i < MR; i++) acc[i][0] = acc[i][1] = _mm256_setzero_si256();
    const int16_t *half[2] = {values, values + 3 * channels};
    for (int64_t k = 0; k < channels; k += 4, weights += 4 * QV_IMAGE_COLUMNS) {
        QV_UNROLL for (int odd = 0; odd < 2; odd++) {
            const __m256i first = _mm256_load_si256((const __m256i *)weights);
            const __m256i second = _mm256_load_si256((const __m256i *)(weights + 32));
            const __m256i wide[2] = {odd ? qv_odd_s8(first) : qv_even_s8(first),
                                     odd ? qv_odd_s8(second) : qv_even_s8(second)};
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256i pixel = qv_broadcast4_avx2(half[i / 3] + i % 3 * channels + 2 * odd);
                acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_madd_epi16(pixel, wide[0]));
                acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_madd_epi16(pixel, wide[1]));
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
            }
        }
        half[0] += 4;
        half[1] += 4;
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++)
            _mm256_store_ps(out + i * QV_IMAGE_COLUMNS + 8 * j, _mm256_cvtepi32_ps(acc[i][j]));
    }
}

static QV_TARGET_AVX2 void source_dots(const qv_u8_image_gradient *a, int row, int64_t first, int count, float *out) {
    const int64_t channels = a->channels;
    const uint8_t *pixels = a->rows[row] + first * channels;
    const int8_t *weights = a->weights + row * channels * QV_IMAGE_COLUMNS;
#define TILE(MR) tile(pixels + x_ * channels, channels, weights, out + x_ * QV_IMAGE_COLUMNS, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
    QV_FOR_EACH_TILE(count, QV_LARGEST_TILE, TILES);
}

#define QV_TARGET QV_TARGET_AVX2
#define QV_FUNCTION qv_u8_s8_image3x3_transposed_6x16c4__avx2
#include "../image_gradient_template.h"
#else
typedef int qv_u8_s8_image3x3_transposed_6x16c4__avx2_is_empty;
#endif

#if defined(__x86_64__)
// void qv_u8_s8_image3x3_transposed_14x16c4__avx512vnni(const qv_u8_image_gradient *): the template. Up to 14 pixels x
// 16 columns of exact sums. Rows hold h + 128 and VPDPBUSD takes unsigned x signed, so sums start at -128 times the sum
// of a column's weights.
#include "tiles_avx512vnni.h"

QV_INLINE_AVX512VNNI void tile(const uint8_t *pixels, int64_t channels, const int8_t *weights, __m512i start,
                               float *out, const int MR) {
    const uint8_t *third[5];
    __m512i acc[QV_LARGEST_TILE];
    QV_UNROLL for (int i = 0; i < 5; i++) third[i] = pixels + 3 * i * channels;
    QV_UNROLL for (int i = 0; i < MR; i++) acc[i] = start;
    for (int64_t k = 0; k < channels; k += 16, weights += 16 * QV_IMAGE_COLUMNS) {
        QV_UNROLL for (int step = 0; step < 4; step++) {
            const __m512i columns = _mm512_load_si512(weights + step * 4 * QV_IMAGE_COLUMNS);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m512i pixel = qv_broadcast4(third[i / 3] + i % 3 * channels + step * 4);
                acc[i] = _mm512_dpbusd_epi32(acc[i], pixel, columns);
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+v"(acc[i]) : : "memory");
            }
        }
        QV_UNROLL for (int i = 0; i < 5; i++) third[i] += 16;
    }
    QV_UNROLL for (int i = 0; i < MR; i++) _mm512_store_ps(out + i * QV_IMAGE_COLUMNS, _mm512_cvtepi32_ps(acc[i]));
}

static QV_TARGET_AVX512VNNI void source_dots(const qv_u8_image_gradient *a, int row, int64_t first, int count,
                                             float *out) {
    const int64_t channels = a->channels;
    const uint8_t *pixels = a->rows[row] + first * channels;
    const int8_t *weights = a->weights + row * channels * QV_IMAGE_COLUMNS;
    const __m512i sums = _mm512_loadu_si512(a->weight_sums + row * QV_IMAGE_COLUMNS);
    const __m512i start = _mm512_sub_epi32(_mm512_setzero_si512(), _mm512_slli_epi32(sums, 7));
#define TILE(MR) tile(pixels + x_ * channels, channels, weights, start, out + x_ * QV_IMAGE_COLUMNS, MR)
#define TILES(x, mr) QV_SWITCH_TILE_14(mr, TILE)
    QV_FOR_EACH_TILE(count, QV_LARGEST_TILE, TILES);
}

#define QV_TARGET QV_TARGET_AVX512VNNI
#define QV_FUNCTION qv_u8_s8_image3x3_transposed_14x16c4__avx512vnni
#include "../image_gradient_template.h"
#else
typedef int qv_u8_s8_image3x3_transposed_14x16c4__avx512vnni_is_empty;
#endif

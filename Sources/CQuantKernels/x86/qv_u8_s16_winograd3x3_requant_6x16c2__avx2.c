#if defined(__x86_64__)
// Winograd convolution: 6 squares of 2 x 2 pixels by 16 channels at a time. VPMADDWD takes the 16-bit
// numbers of the transformed picture as it takes the widened bytes of the direct kernel.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

enum {
    SQUARES = QV_LARGEST_TILE,
    /// Values after each square's channels that keep squares and products out of each other's places of the cache.
    GAP = 16,
};

/// 16 channels of a column of 4 pixels, as B^T d of F(2, 3).
QV_INLINE_AVX2 void transform_column(const qv_u8_conv_winograd *a, int64_t offset, __m256i out[4]) {
    __m256i d[4];
    QV_UNROLL for (int i = 0; i < 4; i++)
        d[i] = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(a->rows[i] + offset)));
    out[0] = _mm256_sub_epi16(d[0], d[2]);
    out[1] = _mm256_add_epi16(d[1], d[2]);
    out[2] = _mm256_sub_epi16(d[2], d[1]);
    out[3] = _mm256_sub_epi16(d[1], d[3]);
}

/// The squares from `first` on, each with a pixel around it: [16 products][SQUARES][channels + GAP].
QV_INLINE_AVX2 void transform_pixels(const qv_u8_conv_winograd *a, int64_t first, int count, int16_t *out) {
    const int64_t channels = a->channels;
    const int64_t square_stride = channels + GAP;
    const int64_t product_stride = SQUARES * square_stride;
    for (int64_t k = 0; k < channels; k += 16) {
        __m256i columns[4][4];
        transform_column(a, 2 * first * channels + k, columns[0]);
        transform_column(a, (2 * first + 1) * channels + k, columns[1]);
        for (int square = 0; square < count; square++) {
            const int64_t x = 2 * (first + square);
            transform_column(a, (x + 2) * channels + k, columns[2]);
            if (x + 3 <= a->width + 1) {
                transform_column(a, (x + 3) * channels + k, columns[3]);
            } else {
                QV_UNROLL for (int i = 0; i < 4; i++) columns[3][i] = _mm256_setzero_si256();
            }
            QV_UNROLL for (int i = 0; i < 4; i++) {
                __m256i *to = (__m256i *)(out + 4 * i * product_stride + square * square_stride + k);
                const int64_t stride = product_stride / 16;
                _mm256_store_si256(to, _mm256_sub_epi16(columns[0][i], columns[2][i]));
                _mm256_store_si256(to + stride, _mm256_add_epi16(columns[1][i], columns[2][i]));
                _mm256_store_si256(to + 2 * stride, _mm256_sub_epi16(columns[2][i], columns[1][i]));
                _mm256_store_si256(to + 3 * stride, _mm256_sub_epi16(columns[1][i], columns[3][i]));
                columns[0][i] = columns[2][i];
                columns[1][i] = columns[3][i];
            }
        }
    }
}

/// A product's sums over the channels.
QV_INLINE_AVX2 void multiply(const int16_t *pixels, const int16_t *weights, int64_t channels, const int MR,
                             __m256i acc[][2]) {
    const int64_t stride = channels + GAP;
    const int16_t *half[2] = {pixels, pixels + 3 * stride};
    QV_UNROLL for (int i = 0; i < MR; i++) acc[i][0] = acc[i][1] = _mm256_setzero_si256();
    for (int64_t k = 0; k < channels; k += 2, weights += 32) {
        const __m256i first = _mm256_load_si256((const __m256i *)weights);
        const __m256i second = _mm256_load_si256((const __m256i *)(weights + 16));
        QV_UNROLL for (int i = 0; i < MR; i++) {
            const __m256i pixel = qv_broadcast4_avx2(half[i / 3] + i % 3 * stride + k);
            acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_madd_epi16(pixel, first));
            acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_madd_epi16(pixel, second));
            // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
            __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
        }
    }
}

/// The factor of a product in row or column `i` of a square: the rows of A^T of F(2, 3).
static const int inverse[2][4] = {{1, 1, 1, 0}, {0, 1, -1, -1}};

QV_INLINE_AVX2 void add_product(__m256i sums[][2], __m256i acc[][2], const int MR, int sign) {
    if (sign > 0) {
        QV_UNROLL for (int i = 0; i < MR; i++) {
            sums[i][0] = _mm256_add_epi32(sums[i][0], acc[i][0]);
            sums[i][1] = _mm256_add_epi32(sums[i][1], acc[i][1]);
        }
    } else if (sign < 0) {
        QV_UNROLL for (int i = 0; i < MR; i++) {
            sums[i][0] = _mm256_sub_epi32(sums[i][0], acc[i][0]);
            sums[i][1] = _mm256_sub_epi32(sums[i][1], acc[i][1]);
        }
    }
}

QV_INLINE_AVX2 void tile(const qv_u8_conv_winograd *a, int64_t first, const int MR, int16_t *pixels) {
    const int64_t channels = a->channels;
    transform_pixels(a, first, MR, pixels);
    for (int half = 0; half < 2; half++) {
        const int lane = half * 16;
        const int16_t *weights = a->weights + half * QV_WINOGRAD_COUNT(channels) / 2;
        // Four times the convolution.
        __m256i sums[2][2][SQUARES][2];
        memset(sums, 0, sizeof sums);
        for (int product = 0; product < 16; product++) {
            __m256i acc[SQUARES][2];
            multiply(pixels + product * SQUARES * (channels + GAP), weights + product * QV_WINOGRAD_PART(channels),
                     channels, MR, acc);
            for (int pixel = 0; pixel < 4; pixel++)
                add_product(sums[pixel / 2][pixel % 2], acc, MR,
                            inverse[pixel / 2][product / 4] * inverse[pixel % 2][product % 4]);
        }
        const __m256i bias[2] = {_mm256_loadu_si256((const __m256i *)(a->bias + lane)),
                                 _mm256_loadu_si256((const __m256i *)(a->bias + lane + 8))};
        for (int row = 0; row < 2; row++) {
            for (int i = 0; i < 2 * MR; i++) {
                const int64_t x = 2 * first + i;
                if (x == a->width) break;
                __m256i *four = sums[row][i % 2][i / 2];
                __m256i sum[1][2] = {{_mm256_add_epi32(_mm256_srai_epi32(four[0], 2), bias[0]),
                                      _mm256_add_epi32(_mm256_srai_epi32(four[1], 2), bias[1])}};
                qv_requantize_tile_avx2(sum, 1, a->multiplier + lane, a->out[row] + x * a->out_stride + lane, 0,
                                        a->mask[row] + x * a->mask_stride, 0, half);
            }
        }
    }
}

QV_TARGET_AVX2 void qv_u8_s16_winograd3x3_requant_6x16c2__avx2(const qv_u8_conv_winograd *a) {
    QV_CHECK(u8_conv_winograd, a);
    _Alignas(32) int16_t pixels[16 * SQUARES * (QV_MOST_CHANNELS + GAP)];
#define TILE(MR) tile(a, x_, MR, pixels)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
    QV_FOR_EACH_TILE((a->width + 1) / 2, SQUARES, TILES);
}
#else
typedef int qv_u8_s16_winograd3x3_requant_6x16c2__avx2_is_empty;
#endif

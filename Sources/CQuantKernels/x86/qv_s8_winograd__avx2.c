#if defined(__x86_64__)
// Filters for the Winograd convolution: [2 halves][16 products][K/2][16 channels][2], and a cache line after
// each product.
#include "tiles_avx2.h"

/// a, b, c become 2a, a + b + c, a - b + c, 2c: twice the G of F(2, 3).
QV_INLINE_AVX2 void transform(__m256i a, __m256i b, __m256i c, __m256i out[4]) {
    const __m256i ends = _mm256_add_epi16(a, c);
    out[0] = _mm256_slli_epi16(a, 1);
    out[1] = _mm256_add_epi16(ends, b);
    out[2] = _mm256_sub_epi16(ends, b);
    out[3] = _mm256_slli_epi16(c, 1);
}

/// The filters of 4 output channels x 4 input channels.
QV_INLINE_AVX2 void transform_filters(const int8_t *weights, int64_t tap_stride, __m256i out[16]) {
    __m256i columns[3][4];
    QV_UNROLL for (int j = 0; j < 3; j++) {
        __m256i taps[3];
        QV_UNROLL for (int i = 0; i < 3; i++)
            taps[i] = _mm256_cvtepi8_epi16(_mm_loadu_si128((const __m128i *)(weights + (3 * i + j) * tap_stride)));
        transform(taps[0], taps[1], taps[2], columns[j]);
    }
    QV_UNROLL for (int i = 0; i < 4; i++) transform(columns[0][i], columns[1][i], columns[2][i], out + 4 * i);
}

QV_TARGET_AVX2 void qv_s8_winograd__avx2(const qv_s8_winograd *a) {
    QV_CHECK(s8_winograd, a);
    const int64_t channels = a->channels;
    for (int64_t k = 0; k < channels; k += 4) {
        for (int n = 0; n < QV_PANEL; n += 8) {
            __m256i filters[2][16];
            QV_UNROLL for (int i = 0; i < 2; i++)
                transform_filters(a->weights + k * QV_PANEL + (n + 4 * i) * 4, channels * QV_PANEL, filters[i]);
            int16_t *out = a->out + n / 16 * QV_WINOGRAD_COUNT(channels) / 2 + (k * 16 + n % 16 * 2);
            QV_UNROLL for (int product = 0; product < 16; product++) {
                // [channel][4 k] of two times 4 channels become [channel][2 k] of 8, twice.
                const __m256 low = _mm256_castsi256_ps(filters[0][product]);
                const __m256 high = _mm256_castsi256_ps(filters[1][product]);
                const __m256i even = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0x88));
                const __m256i odd = _mm256_castps_si256(_mm256_shuffle_ps(low, high, 0xdd));
                int16_t *part = out + product * QV_WINOGRAD_PART(channels);
                _mm256_store_si256((__m256i *)part, _mm256_permute4x64_epi64(even, 0xd8));
                _mm256_store_si256((__m256i *)(part + 32), _mm256_permute4x64_epi64(odd, 0xd8));
            }
        }
    }
}
#else
typedef int qv_s8_winograd__avx2_is_empty;
#endif

#if defined(__x86_64__)
// One 8 x 32 block of a Gram matrix, 8 columns at a time; |sum| <= 4 * 8192 * 255^2 < 2^31.
#include "tiles_avx2.h"

QV_TARGET_AVX2 void qv_u8_u8_gram_8x8c4__avx2(const qv_u8_gram *a) {
    QV_CHECK(u8_gram, a);
    const int64_t stride = a->channels * (int64_t)4;
    for (int part = 0; part < QV_PANEL; part += 8) {
        const uint8_t *rows = a->positions + a->first * (int64_t)4;
        const uint8_t *columns = a->positions + (a->panel + part) * (int64_t)4;
        __m256i acc[8];
        QV_UNROLL for (int i = 0; i < 8; i++) acc[i] = _mm256_setzero_si256();
        for (int32_t group = 0; group < a->groups; group++, rows += stride, columns += stride) {
            const __m256i column = _mm256_loadu_si256((const __m256i *)columns);
            const __m256i even = qv_even_u8(column);
            const __m256i odd = qv_odd_u8(column);
            QV_UNROLL for (int i = 0; i < 8; i++) {
                const __m256i row = qv_broadcast4_avx2(rows + i * 4);
                acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(qv_even_u8(row), even));
                acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(qv_odd_u8(row), odd));
            }
        }
        QV_UNROLL for (int i = 0; i < 8; i++) {
            __m256i *out = (__m256i *)(a->sums + i * (int64_t)a->channels + part);
            const __m256i low = _mm256_cvtepi32_epi64(_mm256_castsi256_si128(acc[i]));
            const __m256i high = _mm256_cvtepi32_epi64(_mm256_extracti128_si256(acc[i], 1));
            _mm256_storeu_si256(out, _mm256_add_epi64(_mm256_loadu_si256(out), low));
            _mm256_storeu_si256(out + 1, _mm256_add_epi64(_mm256_loadu_si256(out + 1), high));
        }
    }
}
#else
typedef int qv_u8_u8_gram_8x8c4__avx2_is_empty;
#endif

#if defined(__x86_64__)
// One 8 x 32 block of a Gram matrix. VPDPBUSD takes unsigned x signed: the columns are shifted by 128, and
// 128 times the row's sum is added back. |sum| <= 4 * 8192 * 255 * 128 < 2^31.
#include "tiles_avx512vnni.h"

QV_TARGET_AVX512VNNI void qv_u8_u8_gram_8x32c4__avx512vnni(const qv_u8_gram *a) {
    QV_CHECK(u8_gram, a);
    const int64_t stride = a->channels * (int64_t)4;
    const uint8_t *rows = a->positions + a->first * (int64_t)4;
    const uint8_t *columns = a->positions + a->panel * (int64_t)4;
    const __m512i shift = _mm512_set1_epi8((char)0x80);
    const __m256i ones = _mm256_set1_epi8(1);
    __m256i row_sums = _mm256_setzero_si256();
    __m512i acc[8][2];
    QV_UNROLL for (int i = 0; i < 8; i++) {
        acc[i][0] = _mm512_setzero_si512();
        acc[i][1] = _mm512_setzero_si512();
    }
    for (int32_t group = 0; group < a->groups; group++, rows += stride, columns += stride) {
        const __m512i low = _mm512_xor_si512(_mm512_loadu_si512(columns), shift);
        const __m512i high = _mm512_xor_si512(_mm512_loadu_si512(columns + 64), shift);
        row_sums = _mm256_dpbusd_epi32(row_sums, _mm256_loadu_si256((const __m256i *)rows), ones);
        QV_UNROLL for (int i = 0; i < 8; i++) {
            const __m512i row = qv_broadcast4(rows + i * 4);
            acc[i][0] = _mm512_dpbusd_epi32(acc[i][0], row, low);
            acc[i][1] = _mm512_dpbusd_epi32(acc[i][1], row, high);
        }
    }
    int32_t sums[8];
    _mm256_storeu_si256((__m256i *)sums, row_sums);
    for (int i = 0; i < 8; i++) {
        const __m512i shifted = _mm512_set1_epi64((int64_t)sums[i] * 128);
        int64_t *out = a->sums + i * (int64_t)a->channels;
        QV_UNROLL for (int half = 0; half < 2; half++) {
            const __m512i first = _mm512_cvtepi32_epi64(_mm512_castsi512_si256(acc[i][half]));
            const __m512i second = _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64(acc[i][half], 1));
            int64_t *part = out + half * 16;
            _mm512_storeu_si512(part, _mm512_add_epi64(_mm512_loadu_si512(part), _mm512_add_epi64(first, shifted)));
            _mm512_storeu_si512(part + 8,
                                _mm512_add_epi64(_mm512_loadu_si512(part + 8), _mm512_add_epi64(second, shifted)));
        }
    }
}
#else
typedef int qv_u8_u8_gram_8x32c4__avx512vnni_is_empty;
#endif

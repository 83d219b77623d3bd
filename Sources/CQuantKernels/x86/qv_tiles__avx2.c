#if defined(__x86_64__)
#include "tiles_avx2.h"

/// 8 channels, see qv_requantize_tile_avx2.
QV_INLINE_AVX2 void requantize(__m256i sums, const float *multiplier, uint8_t *out, uint32_t *mask, int n) {
    __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(sums), _mm256_loadu_ps(multiplier));
    value = _mm256_min_ps(_mm256_max_ps(value, _mm256_setzero_ps()), _mm256_set1_ps(255.0f));
    const __m256i rounded = _mm256_cvtps_epi32(value);
    const __m128i halves = _mm_packus_epi32(_mm256_castsi256_si128(rounded), _mm256_extracti128_si256(rounded, 1));
    _mm_storel_epi64((__m128i *)out, _mm_packus_epi16(halves, halves));
    const __m256i passes = _mm256_cmpgt_epi32(sums, _mm256_setzero_si256());
    ((uint8_t *)mask)[n / 8] = (uint8_t)_mm256_movemask_ps(_mm256_castsi256_ps(passes));
}

#define QV_TARGET QV_TARGET_AVX2
#define QV_NAME(op) qv_##op##__avx2
#define QV_BYTES 32
#define QV_ROUNDING_PRODUCT(a, b) ((words)_mm256_mulhrs_epi16((__m256i)(a), (__m256i)(b)))
#define QV_REQUANTIZE(sums, multiplier, out, mask, n) requantize((__m256i)(sums), multiplier, out, mask, n)
#include "../tiles_template.h"
#else
typedef int qv_tiles__avx2_is_empty;
#endif

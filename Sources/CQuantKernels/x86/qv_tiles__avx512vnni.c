#if defined(__x86_64__)
#include "tiles_avx512vnni.h"

/// 16 channels, see qv_requantize_tile.
QV_INLINE_AVX512VNNI void requantize(__m512i sums, const float *multiplier, uint8_t *out, uint32_t *mask, int n) {
    __m512 value = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_loadu_ps(multiplier));
    // What is too large becomes 255 as it is narrowed; beyond Int32 it is 2^31.
    value = _mm512_max_ps(value, _mm512_setzero_ps());
    _mm_storeu_si128((__m128i *)out, _mm512_cvtusepi32_epi8(_mm512_cvtps_epi32(value)));
    const uint16_t bits = (uint16_t)_mm512_cmpgt_epi32_mask(sums, _mm512_setzero_si512());
    memcpy((uint8_t *)mask + n / 8, &bits, sizeof bits);
}

#define QV_TARGET QV_TARGET_AVX512VNNI
#define QV_NAME(op) qv_##op##__avx512vnni
#define QV_BYTES 64
#define QV_ROUNDING_PRODUCT(a, b) ((words)_mm512_mulhrs_epi16((__m512i)(a), (__m512i)(b)))
#define QV_REQUANTIZE(sums, multiplier, out, mask, n) requantize((__m512i)(sums), multiplier, out, mask, n)
#include "../tiles_template.h"
#else
typedef int qv_tiles__avx512vnni_is_empty;
#endif

// What the AVX2 tile kernels share: a tile is MR pixels x 16 channels, half a panel.
//
// VPMADDUBSW saturates at Int16 and is not exact for u8 x s8, so bytes are widened to Int16 and
// multiplied by VPMADDWD, whose sums of two products are exact in Int32. A tile's pixels are widened once,
// into a buffer that stays in the first-level cache; weights are widened as they are loaded.
#ifndef QV_TILES_AVX2_H
#define QV_TILES_AVX2_H

#include <immintrin.h>
#include <string.h>

#include "x86_table.h"

#define QV_INLINE_AVX2 static inline __attribute__((always_inline)) QV_TARGET_AVX2
#define QV_UNROLL _Pragma("clang loop unroll(full)")
#define QV_LARGEST_TILE 6

/// Four neighbouring bytes in every 32-bit lane.
QV_INLINE_AVX2 __m256i qv_broadcast4_avx2(const void *bytes) {
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return _mm256_set1_epi32(value);
}

/// Bytes 0 and 2 of every lane as Int16, unsigned and signed; bytes 1 and 3.
QV_INLINE_AVX2 __m256i qv_even_u8(__m256i v) { return _mm256_and_si256(v, _mm256_set1_epi16(0xff)); }
QV_INLINE_AVX2 __m256i qv_odd_u8(__m256i v) { return _mm256_srli_epi16(v, 8); }
QV_INLINE_AVX2 __m256i qv_even_s8(__m256i v) { return _mm256_srai_epi16(_mm256_slli_epi16(v, 8), 8); }
QV_INLINE_AVX2 __m256i qv_odd_s8(__m256i v) { return _mm256_srai_epi16(v, 8); }

/// out[k] = in[k] - zero_point as Int16, with each four reordered 0, 2, 1, 3: the order in which `qv_dot_tile_avx2`
/// widens weights. count is a multiple of 16.
QV_INLINE_AVX2 void qv_widen_pixels(const uint8_t *in, int64_t count, int16_t zero_point, int16_t *out) {
    const __m128i zero = _mm_set1_epi16(zero_point);
    for (int64_t k = 0; k < count; k += 16) {
        const __m128i bytes = _mm_loadu_si128((const __m128i *)(in + k));
        const __m128i even = _mm_sub_epi16(_mm_and_si128(bytes, _mm_set1_epi16(0xff)), zero);
        const __m128i odd = _mm_sub_epi16(_mm_srli_epi16(bytes, 8), zero);
        _mm_storeu_si128((__m128i *)(out + k), _mm_unpacklo_epi32(even, odd));
        _mm_storeu_si128((__m128i *)(out + k + 8), _mm_unpackhi_epi32(even, odd));
    }
}

/// acc[i] += sum over k < count of pixel i's widened values times the half panel's weights; pixels lie `stride`
/// values apart, count is a multiple of 4. Exact.
QV_INLINE_AVX2 void qv_dot_tile_avx2(__m256i acc[][2], const int MR, const int16_t *pixels, int64_t stride,
                                     const int8_t *weights, int64_t count) {
    const int16_t *half[2] = {pixels, pixels + 3 * stride};
    for (int64_t k = 0; k < count; k += 4, weights += 4 * QV_PANEL) {
        QV_UNROLL for (int odd = 0; odd < 2; odd++) {
            const __m256i first = _mm256_loadu_si256((const __m256i *)weights);
            const __m256i second = _mm256_loadu_si256((const __m256i *)(weights + 32));
            const __m256i wide[2] = {odd ? qv_odd_s8(first) : qv_even_s8(first),
                                     odd ? qv_odd_s8(second) : qv_even_s8(second)};
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256i pixel = qv_broadcast4_avx2(half[i / 3] + i % 3 * stride + 2 * odd);
                acc[i][0] = _mm256_add_epi32(acc[i][0], _mm256_madd_epi16(pixel, wide[0]));
                acc[i][1] = _mm256_add_epi32(acc[i][1], _mm256_madd_epi16(pixel, wide[1]));
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
            }
        }
        half[0] += 4;
        half[1] += 4;
    }
}

/// Exact sums as activations and ReLU masks, see CQuantKernels.h: clamped, then rounded to nearest even. The mask's
/// bits are the low (`half` 0) or high 16 of a word.
QV_INLINE_AVX2 void qv_requantize_tile_avx2(__m256i acc[][2], const int MR, const float *multiplier, uint8_t *out,
                                            int64_t stride, uint32_t *mask, int64_t mask_stride, int half) {
    const __m256 scale[2] = {_mm256_loadu_ps(multiplier), _mm256_loadu_ps(multiplier + 8)};
    const __m256 most = _mm256_set1_ps(255.0f);
    QV_UNROLL for (int i = 0; i < MR; i++) {
        __m256i rounded[2];
        QV_UNROLL for (int j = 0; j < 2; j++) {
            __m256 value = _mm256_mul_ps(_mm256_cvtepi32_ps(acc[i][j]), scale[j]);
            value = _mm256_min_ps(_mm256_max_ps(value, _mm256_setzero_ps()), most);
            rounded[j] = _mm256_cvtps_epi32(value);
        }
        // Packing works within 128-bit halves; the permutation puts the channels back in order.
        const __m256i words = _mm256_permute4x64_epi64(_mm256_packus_epi32(rounded[0], rounded[1]), 0xd8);
        const __m128i bytes = _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
        _mm_storeu_si128((__m128i *)(out + i * stride), bytes);
        const __m256i low = _mm256_cmpgt_epi32(acc[i][0], _mm256_setzero_si256());
        const __m256i high = _mm256_cmpgt_epi32(acc[i][1], _mm256_setzero_si256());
        const uint16_t bits = (uint16_t)(_mm256_movemask_ps(_mm256_castsi256_ps(high)) << 8 |
                                         _mm256_movemask_ps(_mm256_castsi256_ps(low)));
        memcpy((uint8_t *)(mask + i * mask_stride) + 2 * half, &bits, sizeof bits);
    }
}

#endif

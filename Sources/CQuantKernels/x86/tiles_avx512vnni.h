// What the AVX-512 VNNI tile kernels share: a tile is MR pixels x 32 channels, MR a constant of the
// instantiation, so that its 2 * MR accumulators are registers.
#ifndef QV_TILES_AVX512VNNI_H
#define QV_TILES_AVX512VNNI_H

#include <immintrin.h>
#include <string.h>

#include "x86_table.h"

#define QV_INLINE_AVX512VNNI static inline __attribute__((always_inline)) QV_TARGET_AVX512VNNI
#define QV_UNROLL _Pragma("clang loop unroll(full)")
#define QV_LARGEST_TILE 14

/// Four neighbouring bytes in every 32-bit lane.
QV_INLINE_AVX512VNNI __m512i qv_broadcast4(const void *bytes) {
    int32_t value;
    memcpy(&value, bytes, sizeof value);
    return _mm512_set1_epi32(value);
}

/// acc[i] += sum over k < count of pixel i's bytes times the panel's weights; pixels lie `stride` bytes
/// apart, count is a multiple of 16. Exact.
QV_INLINE_AVX512VNNI void qv_dot_tile(__m512i acc[][2], const int MR, const uint8_t *pixels, int64_t stride,
                                      const int8_t *weights, int64_t count) {
    // Every third pixel has a pointer of its own; the two after it are one index register away.
    const uint8_t *third[5];
    QV_UNROLL for (int i = 0; i < 5; i++) third[i] = pixels + 3 * i * stride;
    for (int64_t k = 0; k < count; k += 16) {
        QV_UNROLL for (int step = 0; step < 4; step++) {
            const __m512i low = _mm512_load_si512(weights + step * 128);
            const __m512i high = _mm512_load_si512(weights + step * 128 + 64);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m512i pixel = qv_broadcast4(third[i / 3] + i % 3 * stride + step * 4);
                acc[i][0] = _mm512_dpbusd_epi32(acc[i][0], pixel, low);
                acc[i][1] = _mm512_dpbusd_epi32(acc[i][1], pixel, high);
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+v"(acc[i][0]), "+v"(acc[i][1]) : : "memory");
            }
        }
        QV_UNROLL for (int i = 0; i < 5; i++) third[i] += 16;
        weights += 512;
    }
}

/// Exact sums as activations and ReLU masks, see CQuantKernels.h: clamped, then rounded to nearest even.
QV_INLINE_AVX512VNNI void qv_requantize_tile(__m512i acc[][2], const int MR, const float *multiplier, uint8_t *out,
                                             int64_t stride, uint32_t *mask, int64_t mask_stride) {
    const __m512 scale[2] = {_mm512_loadu_ps(multiplier), _mm512_loadu_ps(multiplier + 16)};
    const __m512 most = _mm512_set1_ps(255.0f);
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int half = 0; half < 2; half++) {
            __m512 value = _mm512_mul_ps(_mm512_cvtepi32_ps(acc[i][half]), scale[half]);
            value = _mm512_min_ps(_mm512_max_ps(value, _mm512_setzero_ps()), most);
            const __m128i bytes = _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(value));
            _mm_storeu_si128((__m128i *)(out + i * stride + half * 16), bytes);
        }
        const __mmask16 low = _mm512_cmpgt_epi32_mask(acc[i][0], _mm512_setzero_si512());
        const __mmask16 high = _mm512_cmpgt_epi32_mask(acc[i][1], _mm512_setzero_si512());
        mask[i * mask_stride] = (uint32_t)high << 16 | low;
    }
}

#endif

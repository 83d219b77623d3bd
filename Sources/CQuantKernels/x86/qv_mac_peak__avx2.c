#if defined(__x86_64__)
// The multiply-accumulate instructions alone, on 12 independent registers.
#include "tiles_avx2.h"

QV_TARGET_AVX2 int64_t qv_u8_mac_peak__avx2(int64_t iterations) {
    __m256i acc[12];
    __m256i factor = _mm256_set1_epi32((int32_t)iterations);
    QV_UNROLL for (int i = 0; i < 12; i++) acc[i] = factor;
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 12; i++) {
            __asm__ volatile("" : "+x"(acc[i]), "+x"(factor));
            acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(factor, factor));
        }
    }
    return iterations * 12 * 16;
}

QV_TARGET_AVX2 int64_t qv_f32_mac_peak__avx2(int64_t iterations) {
    __m256 acc[12];
    __m256 factor = _mm256_set1_ps(0.5f);
    QV_UNROLL for (int i = 0; i < 12; i++) acc[i] = factor;
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 12; i++) {
            acc[i] = _mm256_fmadd_ps(acc[i], factor, factor);
            __asm__ volatile("" : "+x"(acc[i]));
        }
    }
    return iterations * 12 * 8;
}
#else
typedef int qv_mac_peak__avx2_is_empty;
#endif

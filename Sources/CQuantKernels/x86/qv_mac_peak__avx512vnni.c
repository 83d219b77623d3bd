#if defined(__x86_64__)
// The multiply-accumulate instructions alone, on 24 independent registers.
#include "tiles_avx512vnni.h"

QV_TARGET_AVX512VNNI int64_t qv_u8_mac_peak__avx512vnni(int64_t iterations) {
    __m512i acc[24];
    __m512i factor = _mm512_set1_epi32((int32_t)iterations);
    QV_UNROLL for (int i = 0; i < 24; i++) acc[i] = factor;
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 24; i++) {
            acc[i] = _mm512_dpbusd_epi32(acc[i], factor, factor);
            __asm__ volatile("" : "+v"(acc[i]));
        }
    }
    return iterations * 24 * 64;
}

QV_TARGET_AVX512VNNI int64_t qv_f32_mac_peak__avx512vnni(int64_t iterations) {
    __m512 acc[24];
    __m512 factor = _mm512_set1_ps(0.5f);
    QV_UNROLL for (int i = 0; i < 24; i++) acc[i] = factor;
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 24; i++) {
            acc[i] = _mm512_fmadd_ps(acc[i], factor, factor);
            __asm__ volatile("" : "+v"(acc[i]));
        }
    }
    return iterations * 24 * 16;
}
#else
typedef int qv_mac_peak__avx512vnni_is_empty;
#endif

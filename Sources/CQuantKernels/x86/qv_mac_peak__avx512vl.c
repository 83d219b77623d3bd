#if defined(__x86_64__)
// The multiply-accumulate instruction alone, on 12 independent registers.
#include "tiles_avx2.h"

QV_TARGET_AVX512VNNI int64_t qv_u8_mac_peak__avx512vl(int64_t iterations) {
    __m256i acc[12];
    __m256i factor = _mm256_set1_epi32((int32_t)iterations);
    QV_UNROLL for (int i = 0; i < 12; i++) acc[i] = factor;
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 12; i++) {
            acc[i] = _mm256_dpbusd_epi32(acc[i], factor, factor);
            __asm__ volatile("" : "+x"(acc[i]));
        }
    }
    return iterations * 12 * 32;
}
#else
typedef int qv_mac_peak__avx512vl_is_empty;
#endif

#if defined(__aarch64__)
// The multiply-accumulate instruction alone, on 24 independent registers.
#include "tiles_arm.h"

QV_TARGET_DOTPROD int64_t qv_u8_mac_peak__dotprod(int64_t iterations) {
    int32x4_t acc[24];
    const int8x16_t factor = vdupq_n_s8((int8_t)iterations);
    QV_UNROLL for (int i = 0; i < 24; i++) acc[i] = vdupq_n_s32(0);
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 24; i++) {
            acc[i] = vdotq_s32(acc[i], factor, factor);
            __asm__ volatile("" : "+w"(acc[i]));
        }
    }
    return iterations * 24 * 16;
}
#else
typedef int qv_mac_peak__dotprod_is_empty;
#endif

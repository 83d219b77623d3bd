#if defined(__aarch64__)
// The multiply-accumulate instruction alone, on 24 independent registers.
#include "tiles_arm.h"

QV_TARGET_I8MM int64_t qv_u8_mac_peak__i8mm(int64_t iterations) {
    int32x4_t acc[24];
    const int8x16_t factor = vdupq_n_s8((int8_t)iterations);
    const uint8x16_t pixels = vreinterpretq_u8_s8(factor);
    QV_UNROLL for (int i = 0; i < 24; i++) acc[i] = vdupq_n_s32(0);
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 24; i++) {
            acc[i] = vusmmlaq_s32(acc[i], pixels, factor);
            __asm__ volatile("" : "+w"(acc[i]));
        }
    }
    return iterations * 24 * 32;
}
#else
typedef int qv_mac_peak__i8mm_is_empty;
#endif

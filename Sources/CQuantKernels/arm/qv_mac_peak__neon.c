#if defined(__aarch64__)
// The multiply-accumulate instructions alone, on 12 independent registers.
#include "tiles_arm.h"

int64_t qv_u8_mac_peak__neon(int64_t iterations) {
    int32x4_t acc[12];
    int8x8_t factor = vdup_n_s8((int8_t)iterations);
    QV_UNROLL for (int i = 0; i < 12; i++) acc[i] = vdupq_n_s32(0);
    for (int64_t n = 0; n < iterations; n++) {
        int16x8_t product[12];
        QV_UNROLL for (int i = 0; i < 12; i++) {
            product[i] = vmull_s8(factor, factor);
            __asm__ volatile("" : "+w"(product[i]));
        }
        QV_UNROLL for (int i = 0; i < 12; i++) {
            product[i] = vmlal_s8(product[i], factor, factor);
            __asm__ volatile("" : "+w"(product[i]));
        }
        QV_UNROLL for (int i = 0; i < 12; i++) {
            acc[i] = vpadalq_s16(acc[i], product[i]);
            __asm__ volatile("" : "+w"(acc[i]));
        }
    }
    return iterations * 12 * 16;
}

int64_t qv_f32_mac_peak__neon(int64_t iterations) {
    float32x4_t acc[12];
    const float32x4_t factor = vdupq_n_f32(0.5f);
    QV_UNROLL for (int i = 0; i < 12; i++) acc[i] = factor;
    for (int64_t n = 0; n < iterations; n++) {
        QV_UNROLL for (int i = 0; i < 12; i++) {
            acc[i] = vfmaq_f32(factor, acc[i], factor);
            __asm__ volatile("" : "+w"(acc[i]));
        }
    }
    return iterations * 12 * 4;
}
#else
typedef int qv_mac_peak__neon_is_empty;
#endif

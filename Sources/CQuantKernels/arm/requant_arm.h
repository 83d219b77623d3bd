// The end of a forward tile: exact sums to activations and ReLU masks, see CQuantKernels.h.
#ifndef QV_REQUANT_ARM_H
#define QV_REQUANT_ARM_H

#include "tiles_arm.h"

/// 16 channels of one pixel; returns the mask's 16 bits.
QV_INLINE uint32_t qv_requantize_pixel(const int32x4_t sum[4], const float *multiplier, uint8_t *out) {
    static const uint32_t powers[4] = {1, 2, 4, 8};
    const uint32x4_t weights = vld1q_u32(powers);
    int16x4_t narrow[4];
    uint32_t mask = 0;
    QV_UNROLL for (int j = 0; j < 4; j++) {
        float32x4_t value = vmulq_f32(vcvtq_f32_s32(sum[j]), vld1q_f32(multiplier + 4 * j));
        value = vminq_f32(vmaxq_f32(value, vdupq_n_f32(0)), vdupq_n_f32(255));
        narrow[j] = vmovn_s32(vcvtnq_s32_f32(value));
        mask |= vaddvq_u32(vandq_u32(vcgtzq_s32(sum[j]), weights)) << 4 * j;
    }
    const uint8x8_t low = vmovn_u16(vreinterpretq_u16_s16(vcombine_s16(narrow[0], narrow[1])));
    const uint8x8_t high = vmovn_u16(vreinterpretq_u16_s16(vcombine_s16(narrow[2], narrow[3])));
    vst1q_u8(out, vcombine_u8(low, high));
    return mask;
}

#endif

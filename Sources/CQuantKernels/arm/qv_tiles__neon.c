#if defined(__aarch64__)
#include "requant_arm.h"

/// 4 channels, see qv_requantize_pixel. Half a byte of the mask: of an odd one, the half before is there.
QV_INLINE void requantize(int32x4_t sums, const float *multiplier, uint8_t *out, uint32_t *mask, int n) {
    static const uint32_t powers[4] = {1, 2, 4, 8};
    // Narrowing clamps.
    const uint32x4_t rounded = vcvtnq_u32_f32(vmulq_f32(vcvtq_f32_s32(sums), vld1q_f32(multiplier)));
    const uint16x4_t narrow = vqmovn_u32(rounded);
    const uint8x8_t bytes = vqmovn_u16(vcombine_u16(narrow, narrow));
    const uint32_t four = vget_lane_u32(vreinterpret_u32_u8(bytes), 0);
    memcpy(out, &four, sizeof four);
    const uint32_t bits = vaddvq_u32(vandq_u32(vcgtzq_s32(sums), vld1q_u32(powers)));
    uint8_t *byte = (uint8_t *)mask + n / 8;
    *byte = (uint8_t)(n % 8 ? *byte | bits << 4 : bits);
}

#undef QV_INLINE
#define QV_TARGET QV_TARGET_NEON
#define QV_NAME(op) qv_##op##__neon
#define QV_BYTES 16
#define QV_REQUANTIZE(sums, multiplier, out, mask, n) requantize((int32x4_t)(sums), multiplier, out, mask, n)
#include "../tiles_template.h"
#else
typedef int qv_tiles__neon_is_empty;
#endif

#if defined(__aarch64__)
// Four pixels x 16 channels at a time, interleaved by ST4.
#include "tiles_arm.h"

void qv_u8_interleave__neon(const qv_u8_interleave *a) {
    QV_CHECK(u8_interleave, a);
    const int64_t channels = a->channels;
    uint8_t *out = a->out;
    for (int32_t x = 0; x < a->width; x += 4) {
        for (int64_t c = 0; c < channels; c += 16, out += 64) {
            uint8x16x4_t pixels;
            for (int i = 0; i < 4; i++) {
                const uint8_t *source = a->row + (x + i) * channels + c;
                pixels.val[i] = x + i < a->width ? vld1q_u8(source) : vdupq_n_u8(0);
            }
            vst4q_u8(out, pixels);
        }
    }
}
#else
typedef int qv_u8_interleave__neon_is_empty;
#endif

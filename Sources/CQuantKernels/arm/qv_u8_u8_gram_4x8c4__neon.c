#if defined(__aarch64__)
// One 8 x 32 block of a Gram matrix, 4 x 8 at a time: unsigned products fit into 16 bits, sums of
// 4 * 8192 * 255^2 into UInt32.
#include "tiles_arm.h"

QV_INLINE void block(const qv_u8_gram *a, int first, int column) {
    const int64_t stride = a->channels * (int64_t)4;
    const uint8_t *rows = a->positions + (a->first + first) * (int64_t)4;
    const uint8_t *columns = a->positions + (a->panel + column) * (int64_t)4;
    uint32x4_t acc[4][4];
    QV_UNROLL for (int i = 0; i < 4; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) acc[i][j] = vdupq_n_u32(0);
    }
    for (int32_t group = 0; group < a->groups; group++, rows += stride, columns += stride) {
        uint8x8_t column8[4];
        QV_UNROLL for (int j = 0; j < 4; j++) column8[j] = vld1_u8(columns + 8 * j);
        QV_UNROLL for (int i = 0; i < 4; i++) {
            uint32_t word;
            memcpy(&word, rows + 4 * i, sizeof word);
            const uint8x8_t row = vreinterpret_u8_u32(vdup_n_u32(word));
            QV_UNROLL for (int j = 0; j < 4; j++)
                acc[i][j] = vpadalq_u16(acc[i][j], vmull_u8(row, column8[j]));
        }
    }
    QV_UNROLL for (int i = 0; i < 4; i++) {
        int64_t *out = a->sums + (first + i) * (int64_t)a->channels + column;
        QV_UNROLL for (int j = 0; j < 4; j++) {
            const int64x2_t sums = vreinterpretq_s64_u64(vpaddlq_u32(acc[i][j]));
            vst1q_s64(out + 2 * j, vaddq_s64(vld1q_s64(out + 2 * j), sums));
        }
    }
}

void qv_u8_u8_gram_4x8c4__neon(const qv_u8_gram *a) {
    QV_CHECK(u8_gram, a);
    for (int first = 0; first < 8; first += 4)
        for (int column = 0; column < QV_PANEL; column += 8) block(a, first, column);
}
#else
typedef int qv_u8_u8_gram_4x8c4__neon_is_empty;
#endif

#if defined(__aarch64__)
// void qv_s16_s8_tiles_8x8c2__neon(const qv_s8_tile_products *): the template. Up to 8 tiles x 8 channels of wrapping
// sums in registers. SMLAL multiplies a channel's weights of four outputs by a lane of a tile's pixels, which stand in
// v0-v15; LD2 parts the weights of two channels.
#include "tiles_arm.h"

enum {
    MOST_TILES = 8,
    OUTPUTS = 8,
    PAIR = 2 * QV_PANEL,  // weights of two channels
};

// Weights are loaded between the products of the pair before, a tile's pixels behind their last product, so that a core
// that issues in order need not wait for them; the compiler may not move them. Addresses stand together: each group of
// scalar instructions delays the vector instruction that follows.
#define MULTIPLY(c, half)                                                                                    \
    QV_UNROLL for (int i = 0; i < MR; i++) {                                                                 \
        acc[i][0] = vmlal_laneq_s16(acc[i][0], vget_low_s16(weight.val[half]), pixel[i], (c) % 8 + (half));  \
        acc[i][1] = vmlal_high_laneq_s16(acc[i][1], weight.val[half], pixel[i], (c) % 8 + (half));           \
        if ((c) % 8 + (half) == 7)                                                                           \
            pixel[i] = vld1q_s16(((c) + 2 < QV_TILE_CHANNELS ? pixels + (c) + 2 : after) + i * QV_TILE_CHANNELS); \
        __asm__ volatile("" : "+w"(acc[i][0]), "+w"(acc[i][1]) : : "memory");                                \
    }
#define MULTIPLY_2(c, from)             \
    {                                   \
        const int16x8x2_t weight = next; \
        MULTIPLY(c, 0)                  \
        next = vld2q_s16(from);         \
        MULTIPLY(c, 1)                  \
    }
#define MULTIPLY_8(c, step)                                                                                     \
    {                                                                                                           \
        const int16_t *second = weights + PAIR, *third = weights + 2 * PAIR, *fourth = weights + 3 * PAIR;      \
        weights = fourth + (step);                                                                              \
        __asm__ volatile("" : "+r"(second), "+r"(third), "+r"(fourth), "+r"(weights));                          \
        MULTIPLY_2(c, second)                                                                                   \
        MULTIPLY_2((c) + 2, third)                                                                              \
        MULTIPLY_2((c) + 4, fourth)                                                                             \
        MULTIPLY_2((c) + 6, weights)                                                                            \
    }

QV_INLINE void tile(const int16_t *pixels, const int16_t *weights, int32_t *sums, int64_t tiles, int64_t count,
                    int accumulate, const int MR) {
    int32x4_t acc[MOST_TILES][2];
    int16x8_t pixel[MOST_TILES];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++)
            acc[i][j] = accumulate ? vld1q_s32(sums + i * QV_PANEL + 4 * j) : vdupq_n_s32(0);
        pixel[i] = vld1q_s16(pixels + i * QV_TILE_CHANNELS);
    }
    int16x8x2_t next = vld2q_s16(weights);
    for (int64_t left = count; left > 0; left -= QV_TILE_CHANNELS) {
        // The last pass loads some of its own numbers again: nothing behind them is read.
        const int16_t *after = pixels;
        int64_t step = 0;
        if (left > QV_TILE_CHANNELS) {
            after += QV_TILE_CHANNELS * tiles;
            step = PAIR;
        }
        MULTIPLY_8(0, PAIR)
        MULTIPLY_8(8, PAIR)
        MULTIPLY_8(16, PAIR)
        MULTIPLY_8(24, step)
        pixels = after;
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++) vst1q_s32(sums + i * QV_PANEL + 4 * j, acc[i][j]);
    }
}

/// The sums of one part, over `count` channels.
static __attribute__((noinline)) void part_products(const int16_t *pixels, const int16_t *weights, int32_t *sums,
                                                    int32_t tiles, int64_t count, int accumulate) {
    const int32_t runs = (tiles + MOST_TILES - 1) / MOST_TILES;
    for (int n = 0; n < QV_PANEL; n += OUTPUTS, weights += 2 * OUTPUTS, sums += OUTPUTS) {
        int64_t x = 0;
        for (int32_t run = 0; run < runs; run++) {
            const int64_t end = (int64_t)tiles * (run + 1) / runs;
#define TILE(MR) \
    case MR: tile(pixels + x * QV_TILE_CHANNELS, weights, sums + x * QV_PANEL, tiles, count, accumulate, MR); break;
            switch (end - x) {
                TILE(1)
                TILE(2)
                TILE(3)
                TILE(4)
                TILE(5)
                TILE(6)
                TILE(7)
                TILE(8)
            }
            x = end;
        }
    }
}

#define QV_TARGET QV_TARGET_NEON
#define QV_FUNCTION qv_s16_s8_tiles_8x8c2__neon
#define QV_BYTES 16
#include "../tile_products_template.h"
#else
typedef int qv_s16_s8_tiles_8x8c2__neon_is_empty;
#endif

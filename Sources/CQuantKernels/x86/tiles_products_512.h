// Products of F(4x4, 3x3): up to 14 tiles x 32 channels of wrapping sums in registers. VPDPWSSD adds products of
// two neighbouring channels.
#include "tiles_avx512vnni.h"

QV_INLINE_AVX512VNNI void tile(const int16_t *pixels, const int16_t *weights, int32_t *sums, int64_t tiles,
                               int64_t count, int accumulate, const int MR) {
    __m512i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int half = 0; half < 2; half++)
            acc[i][half] = accumulate ? _mm512_load_si512(sums + i * QV_PANEL + half * 16) : _mm512_setzero_si512();
    }
    for (int64_t k = 0; k < count; k += QV_TILE_CHANNELS, pixels += QV_TILE_CHANNELS * tiles) {
        for (int c = 0; c < QV_TILE_CHANNELS; c += 8, weights += 256) {
            QV_UNROLL for (int step = 0; step < 4; step++) {
                const __m512i low = _mm512_load_si512(weights + step * 64);
                const __m512i high = _mm512_load_si512(weights + step * 64 + 32);
                QV_UNROLL for (int i = 0; i < MR; i++) {
                    const __m512i pixel = qv_broadcast4(pixels + QV_TILE_CHANNELS * i + c + step * 2);
                    // As intrinsics, many would be compiled to a product and an addition; and nothing is loaded
                    // ahead of its pixel, for which sums would be spilled.
                    __asm__ volatile(
                        "vpdpwssd %[low], %[pixel], %[first]\n\tvpdpwssd %[high], %[pixel], %[second]"
                        : [first] "+v"(acc[i][0]), [second] "+v"(acc[i][1])
                        : [pixel] "v"(pixel), [low] "v"(low), [high] "v"(high)
                        : "memory");
                }
            }
        }
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        _mm512_store_si512(sums + i * QV_PANEL, acc[i][0]);
        _mm512_store_si512(sums + i * QV_PANEL + 16, acc[i][1]);
    }
}

/// The sums of one part, over `count` channels.
static __attribute__((noinline)) QV_TARGET_AVX512VNNI void part_products(const int16_t *pixels, const int16_t *weights,
                                                                         int32_t *sums, int32_t tiles, int64_t count,
                                                                         int accumulate) {
#define TILE(MR) \
    tile(pixels + QV_TILE_CHANNELS * x_, weights, sums + x_ * QV_PANEL, tiles, count, accumulate, MR)
#define TILES(x, mr) QV_SWITCH_TILE_14(mr, TILE)
    QV_FOR_EACH_TILE(tiles, QV_LARGEST_TILE, TILES);
}

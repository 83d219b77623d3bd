// Products of F(4x4, 3x3) in 256 bits: up to 6 tiles x 16 channels of wrapping sums in registers. The including file
// defines QV_TARGET, and QV_ADD_PRODUCTS(acc, pixel, weights): products of two neighbouring channels are added to each
// lane.
#include "tiles_avx2.h"

static inline __attribute__((always_inline)) QV_TARGET void tile(const int16_t *pixels, const int16_t *weights,
                                                                 int32_t *sums, int64_t tiles, int64_t count,
                                                                 int accumulate, const int MR) {
    __m256i acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++)
            acc[i][j] = accumulate ? _mm256_load_si256((const __m256i *)(sums + i * QV_PANEL + 8 * j))
                                      : _mm256_setzero_si256();
    }
    for (int64_t k = 0; k < count; k += QV_TILE_CHANNELS, pixels += QV_TILE_CHANNELS * tiles) {
        for (int c = 0; c < QV_TILE_CHANNELS; c += 2, weights += 2 * QV_PANEL) {
            const __m256i first = _mm256_load_si256((const __m256i *)weights);
            const __m256i second = _mm256_load_si256((const __m256i *)(weights + 16));
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256i pixel = qv_broadcast4_avx2(pixels + QV_TILE_CHANNELS * i + c);
                QV_ADD_PRODUCTS(acc[i][0], pixel, first);
                QV_ADD_PRODUCTS(acc[i][1], pixel, second);
                // Nothing is loaded ahead of its pixel: the compiler would spill sums for it.
                __asm__ volatile("" : "+x"(acc[i][0]), "+x"(acc[i][1]) : : "memory");
            }
        }
    }
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++)
            _mm256_store_si256((__m256i *)(sums + i * QV_PANEL + 8 * j), acc[i][j]);
    }
}

/// The sums of one part, over `count` channels.
static __attribute__((noinline)) QV_TARGET void part_products(const int16_t *pixels, const int16_t *weights,
                                                              int32_t *sums, int32_t tiles, int64_t count,
                                                              int accumulate) {
    for (int half = 0; half < 2; half++, weights += QV_PANEL, sums += QV_PANEL / 2) {
#define TILE(MR) \
    tile(pixels + QV_TILE_CHANNELS * x_, weights, sums + x_ * QV_PANEL, tiles, count, accumulate, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
        QV_FOR_EACH_TILE(tiles, QV_LARGEST_TILE, TILES);
    }
}

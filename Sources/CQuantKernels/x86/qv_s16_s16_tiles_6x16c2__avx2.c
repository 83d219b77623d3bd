#if defined(__x86_64__)
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVX2
#define QV_ADD_PRODUCTS(acc, pixel, weights) acc = _mm256_add_epi32(acc, _mm256_madd_epi16(pixel, weights))
#include "tiles_products_256.h"

QV_TARGET_AVX2 void qv_s16_s16_tiles_6x16c2__avx2(const qv_s16_tile_products *a) {
    QV_CHECK(s16_tile_products, a);
    for (int part = 0; part < QV_TILE_PARTS; part++)
        part_products(a->pixels + part * QV_TILE_PIXELS((int64_t)a->tiles, a->channels),
                      a->weights + part * QV_TILE_WEIGHTS((int64_t)a->count),
                      a->sums + part * QV_TILE_SUMS((int64_t)a->tiles), a->tiles, a->count, a->accumulate);
}
#else
typedef int qv_s16_s16_tiles_6x16c2__avx2_is_empty;
#endif

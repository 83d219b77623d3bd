#if defined(__x86_64__)
#include "tiles_products_512.h"

QV_TARGET_AVX512VNNI void qv_s16_s16_tiles_14x32c2__avx512vnni(const qv_s16_tile_products *a) {
    QV_CHECK(s16_tile_products, a);
    for (int part = 0; part < QV_TILE_PARTS; part++)
        part_products(a->pixels + part * QV_TILE_PIXELS((int64_t)a->tiles, a->channels),
                      a->weights + part * QV_TILE_WEIGHTS((int64_t)a->count),
                      a->sums + part * QV_TILE_SUMS((int64_t)a->tiles), a->tiles, a->count, a->accumulate);
}
#else
typedef int qv_s16_s16_tiles_14x32c2__avx512vnni_is_empty;
#endif

#if defined(__x86_64__)
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVXVNNI
#define QV_NAME(op) op##__avxvnni
#define QV_ADD_PRODUCTS(acc, pixel, weights) acc = _mm256_dpwssd_avx_epi32(acc, pixel, weights)
#include "tiles_products_256.h"
// qv_s16_s16_tiles_6x16c2__avxvnni(const qv_s16_tile_products *)
#else
typedef int qv_s16_s16_tiles_6x16c2__avxvnni_is_empty;
#endif

#if defined(__x86_64__)
// void qv_s16_s8_tiles_6x16c2__avxvnni(const qv_s8_tile_products *): the template.
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVXVNNI
#define QV_ADD_PRODUCTS(acc, pixel, weights) acc = _mm256_dpwssd_avx_epi32(acc, pixel, weights)
#include "tiles_products_256.h"

#define QV_FUNCTION qv_s16_s8_tiles_6x16c2__avxvnni
#define QV_BYTES 32
#include "../tile_products_template.h"
#else
typedef int qv_s16_s8_tiles_6x16c2__avxvnni_is_empty;
#endif

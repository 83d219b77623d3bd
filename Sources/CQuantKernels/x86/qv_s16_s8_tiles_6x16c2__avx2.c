#if defined(__x86_64__)
// void qv_s16_s8_tiles_6x16c2__avx2(const qv_s8_tile_products *): the template.
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVX2
#define QV_ADD_PRODUCTS(acc, pixel, weights) acc = _mm256_add_epi32(acc, _mm256_madd_epi16(pixel, weights))
#include "tiles_products_256.h"

#define QV_FUNCTION qv_s16_s8_tiles_6x16c2__avx2
#define QV_BYTES 32
#include "../tile_products_template.h"
#else
typedef int qv_s16_s8_tiles_6x16c2__avx2_is_empty;
#endif

#if defined(__x86_64__)
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVX2
#define QV_NAME(op) op##__avx2
#define QV_ADD_PRODUCTS(acc, pixel, weights) acc = _mm256_add_epi32(acc, _mm256_madd_epi16(pixel, weights))
#include "tiles_products_256.h"
// qv_s16_s16_tiles_6x16c2__avx2(const qv_s16_tile_products *)
#else
typedef int qv_s16_s16_tiles_6x16c2__avx2_is_empty;
#endif

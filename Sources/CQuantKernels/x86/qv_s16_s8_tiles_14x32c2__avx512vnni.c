#if defined(__x86_64__)
// void qv_s16_s8_tiles_14x32c2__avx512vnni(const qv_s8_tile_products *): the template.
#include "tiles_products_512.h"

#define QV_TARGET QV_TARGET_AVX512VNNI
#define QV_FUNCTION qv_s16_s8_tiles_14x32c2__avx512vnni
#define QV_BYTES 64
#include "../tile_products_template.h"
#else
typedef int qv_s16_s8_tiles_14x32c2__avx512vnni_is_empty;
#endif

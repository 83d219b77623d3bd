#if defined(__aarch64__)
// void qv_u8_s8_image3x3_transposed_2x16c8__neon(const qv_u8_image_gradient *): the template.
#define QV_TARGET QV_TARGET_NEON
#define QV_FUNCTION qv_u8_s8_image3x3_transposed_2x16c8__neon
#define QV_LARGEST 2
#define QV_TILES QV_TILES_2_1
#include "dot_neon.h"
#include "image_dots_template.h"
#else
typedef int qv_u8_s8_image3x3_transposed_2x16c8__neon_is_empty;
#endif

#if defined(__aarch64__)
// void qv_u8_s8_image3x3_transposed_8x8c8__i8mm(const qv_u8_image_gradient *): the template.
#define QV_TARGET QV_TARGET_I8MM
#define QV_FUNCTION qv_u8_s8_image3x3_transposed_8x8c8__i8mm
#define QV_LARGEST 8
#define QV_TILES QV_TILES_8_4_2_1
#include "dot_i8mm.h"
#include "image_dots_template.h"
#else
typedef int qv_u8_s8_image3x3_transposed_8x8c8__i8mm_is_empty;
#endif

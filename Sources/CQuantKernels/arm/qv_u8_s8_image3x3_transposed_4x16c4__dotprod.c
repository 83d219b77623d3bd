#if defined(__aarch64__)
// void qv_u8_s8_image3x3_transposed_4x16c4__dotprod(const qv_u8_image_gradient *): the template.
#define QV_TARGET QV_TARGET_DOTPROD
#define QV_FUNCTION qv_u8_s8_image3x3_transposed_4x16c4__dotprod
#define QV_LARGEST 4
#define QV_TILES QV_TILES_4_3_2_1
#include "dot_dotprod.h"
#include "image_dots_template.h"
#else
typedef int qv_u8_s8_image3x3_transposed_4x16c4__dotprod_is_empty;
#endif

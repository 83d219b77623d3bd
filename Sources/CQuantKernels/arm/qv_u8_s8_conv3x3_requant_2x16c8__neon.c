#if defined(__aarch64__)
// void qv_u8_s8_conv3x3_requant_2x16c8__neon(const qv_u8_conv_forward *): the template.
#define QV_TARGET QV_TARGET_NEON
#define QV_FUNCTION qv_u8_s8_conv3x3_requant_2x16c8__neon
#define QV_LARGEST 2
#define QV_TILES QV_TILES_2_1
#include "dot_neon.h"
#include "forward_template.h"
#else
typedef int qv_u8_s8_conv3x3_requant_2x16c8__neon_is_empty;
#endif

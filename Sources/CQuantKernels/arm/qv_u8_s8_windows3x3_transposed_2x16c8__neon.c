#if defined(__aarch64__)
// void qv_u8_s8_windows3x3_transposed_2x16c8__neon(const qv_u8_window_gradient *): the template.
#define QV_TARGET QV_TARGET_NEON
#define QV_FUNCTION qv_u8_s8_windows3x3_transposed_2x16c8__neon
#define QV_PIXELS 2
#define QV_MOST_ROWS 1
#include "dot_neon.h"
#include "window_gradient_template.h"
#else
typedef int qv_u8_s8_windows3x3_transposed_2x16c8__neon_is_empty;
#endif

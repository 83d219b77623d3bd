#if defined(__aarch64__)
// void qv_u8_s8_windows3x3_transposed_8x8c8__i8mm(const qv_u8_window_gradient *): the template.
#define QV_TARGET QV_TARGET_I8MM
#define QV_FUNCTION qv_u8_s8_windows3x3_transposed_8x8c8__i8mm
#define QV_PIXELS 4
#define QV_MOST_ROWS 2
#include "dot_i8mm.h"
#include "window_gradient_template.h"
#else
typedef int qv_u8_s8_windows3x3_transposed_8x8c8__i8mm_is_empty;
#endif

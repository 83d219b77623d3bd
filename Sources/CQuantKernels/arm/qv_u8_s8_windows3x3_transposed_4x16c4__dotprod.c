#if defined(__aarch64__)
// void qv_u8_s8_windows3x3_transposed_4x16c4__dotprod(const qv_u8_window_gradient *): the template.
#define QV_TARGET QV_TARGET_DOTPROD
#define QV_FUNCTION qv_u8_s8_windows3x3_transposed_4x16c4__dotprod
#define QV_PIXELS 4
#define QV_MOST_ROWS 1
#include "dot_dotprod.h"
#include "window_gradient_template.h"
#else
typedef int qv_u8_s8_windows3x3_transposed_4x16c4__dotprod_is_empty;
#endif

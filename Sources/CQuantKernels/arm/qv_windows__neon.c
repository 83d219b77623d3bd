#if defined(__aarch64__)
#include <arm_neon.h>

#include "arm_table.h"
#define QV_TARGET
#define QV_NAME(op) qv_##op##__neon
#define QV_BYTES 16
#define QV_ROUNDING_PRODUCT(a, b) ((words)vqrdmulhq_s16((int16x8_t)(a), (int16x8_t)(b)))
#include "../windows_template.h"
#else
typedef int qv_windows__neon_is_empty;
#endif

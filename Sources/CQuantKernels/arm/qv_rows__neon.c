#if defined(__aarch64__)
#include "arm_table.h"
#define QV_TARGET
#define QV_NAME(op) qv_##op##__neon
#include "../rows_template.h"
#else
typedef int qv_rows__neon_is_empty;
#endif

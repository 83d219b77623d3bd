#if defined(__x86_64__)
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVX2
#define QV_NAME(op) qv_##op##__avx2
#include "../rows_template.h"
#else
typedef int qv_rows__avx2_is_empty;
#endif

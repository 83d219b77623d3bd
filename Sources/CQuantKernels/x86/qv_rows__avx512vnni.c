#if defined(__x86_64__)
#include "x86_table.h"
#define QV_TARGET QV_TARGET_AVX512VNNI
#define QV_NAME(op) qv_##op##__avx512vnni
#include "../rows_template.h"
#else
typedef int qv_rows__avx512vnni_is_empty;
#endif

#if defined(__x86_64__)
#include "tiles_avx2.h"

#define QV_TARGET QV_TARGET_AVX2
#define QV_NAME(op) qv_##op##__avx2
#define QV_BYTES 32
#define QV_ROUNDING_PRODUCT(a, b) ((words)_mm256_mulhrs_epi16((__m256i)(a), (__m256i)(b)))
#include "../windows_template.h"
#else
typedef int qv_windows__avx2_is_empty;
#endif

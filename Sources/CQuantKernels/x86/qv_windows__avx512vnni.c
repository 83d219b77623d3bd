#if defined(__x86_64__)
#include "tiles_avx512vnni.h"

#define QV_TARGET QV_TARGET_AVX512VNNI
#define QV_NAME(op) qv_##op##__avx512vnni
#define QV_BYTES 64
#define QV_ROUNDING_PRODUCT(a, b) ((words)_mm512_mulhrs_epi16((__m512i)(a), (__m512i)(b)))
#include "../windows_template.h"
#else
typedef int qv_windows__avx512vnni_is_empty;
#endif

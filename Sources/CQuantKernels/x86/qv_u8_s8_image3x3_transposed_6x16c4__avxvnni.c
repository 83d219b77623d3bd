#if defined(__x86_64__)
// void qv_u8_s8_image3x3_transposed_6x16c4__avxvnni(const qv_u8_image_gradient *): the template, see the AVX-512 VNNI
// kernel; 6 pixels x 16 columns at a time.
#define QV_TARGET_VNNI256 QV_TARGET_AVXVNNI
#define QV_DPBUSD _mm256_dpbusd_avx_epi32
#include "avxvnni_template.h"

#define QV_TARGET QV_TARGET_VNNI256
#define QV_FUNCTION qv_u8_s8_image3x3_transposed_6x16c4__avxvnni
#include "../image_gradient_template.h"
#else
typedef int qv_u8_s8_image3x3_transposed_6x16c4__avxvnni_is_empty;
#endif

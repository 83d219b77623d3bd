#if defined(__x86_64__)
// Forward convolution, see the AVX-512 VNNI kernel; 6 pixels x 16 channels at a time.
#define QV_TARGET_VNNI256 QV_TARGET_AVXVNNI
#define QV_DPBUSD _mm256_dpbusd_avx_epi32
#include "avxvnni_template.h"

QV_VNNI256_KERNEL(qv_u8_s8_conv3x3_requant_6x16c4__avxvnni, u8_conv_forward, forward_tile, a->width,
                  QV_LARGEST_TILE)
#else
typedef int qv_u8_s8_conv3x3_requant_6x16c4__avxvnni_is_empty;
#endif

#if defined(__x86_64__)
// The gradient from windows, see the AVX-512 VNNI kernel; 6 pixels x 16 channels at a time.
#define QV_TARGET_VNNI256 QV_TARGET_AVX512VNNI
#define QV_DPBUSD _mm256_dpbusd_epi32
#include "avxvnni_template.h"

QV_VNNI256_KERNEL(qv_u8_s8_windows3x3_transposed_6x16c4__avx512vl, u8_window_gradient, window_pairs,
                  a->count * 2 * (a->rows - a->top), QV_MOST_PAIRS)
#else
typedef int qv_u8_s8_windows3x3_transposed_6x16c4__avx512vl_is_empty;
#endif

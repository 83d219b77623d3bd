// U of F(4x4, 3x3) in vectors of any length, stamped once per instruction set: the including file defines QV_TARGET,
// QV_NAME(op) and QV_BYTES as for tiles_template.h.
#include <string.h>

#include "CQuantKernels.h"

enum { QV_SUMS = QV_BYTES / 4 };
typedef int8_t bytes_full __attribute__((vector_size(QV_BYTES), aligned(1)));
typedef int16_t words __attribute__((vector_size(QV_BYTES)));

#ifndef QV_INLINE
#define QV_INLINE static inline __attribute__((always_inline))
#endif

/// G g.
QV_INLINE QV_TARGET void transform_filter(const words g[3], words out[6]) {
    const words ends = (g[0] + g[2]) << 2, middle = g[1] << 2;
    const words far = g[0] + (g[2] << 2), twice = g[1] << 1;
    out[0] = g[0] * 6;
    out[1] = ends + middle;
    out[2] = ends - middle;
    out[3] = far + twice;
    out[4] = far - twice;
    out[5] = g[2] * 12;
}

/// Of [outputs][4 channels], the first two channels of all outputs, or the other two.
#define QV_TWO(i, c) (i) + (c), (i) + (c), (i) + (c) + 1, (i) + (c) + 1
#define QV_TWO_4(i, c) QV_TWO(i, c), QV_TWO((i) + 4, c), QV_TWO((i) + 8, c), QV_TWO((i) + 12, c)
#define QV_TWO_8(i, c) QV_TWO_4(i, c), QV_TWO_4((i) + 16, c)
QV_INLINE QV_TARGET words first_channels(bytes_full v) {
#if QV_BYTES == 16
    v = __builtin_shufflevector(v, v, QV_TWO_4(0, 0));
#elif QV_BYTES == 32
    v = __builtin_shufflevector(v, v, QV_TWO_8(0, 0));
#else
    v = __builtin_shufflevector(v, v, QV_TWO_8(0, 0), QV_TWO_8(32, 0));
#endif
    return (words)v >> 8;
}
QV_INLINE QV_TARGET words second_channels(bytes_full v) {
#if QV_BYTES == 16
    v = __builtin_shufflevector(v, v, QV_TWO_4(0, 2));
#elif QV_BYTES == 32
    v = __builtin_shufflevector(v, v, QV_TWO_8(0, 2));
#else
    v = __builtin_shufflevector(v, v, QV_TWO_8(0, 2), QV_TWO_8(32, 2));
#endif
    return (words)v >> 8;
}

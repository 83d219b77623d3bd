// M of F(4x4, 3x3) from weights as they are stored, in vectors of any length, stamped once per instruction set: the
// including file defines QV_TARGET, QV_FUNCTION, QV_BYTES (bytes of a vector) and part_products. Weights of QV_PART
// channels are derived at once, a row of parts for all of its products. These stay in the first-level cache or near it,
// where all parts would not; that each row begins at the stored weights costs less. Behind a large second-level cache
// sums are loaded and stored half as often.
#include <string.h>

#include "CQuantKernels.h"

/// From one part of derived weights to the next: a cache line more than they need, as QV_TILE_PIXELS.
#define QV_TILE_WEIGHTS (QV_PANEL * QV_PART + 32)

enum { QV_SUMS = QV_BYTES / 4, QV_PART = QV_BYTES == 16 ? 64 : 128 };
typedef int8_t bytes_full __attribute__((vector_size(QV_BYTES), aligned(1)));
typedef int16_t words __attribute__((vector_size(QV_BYTES)));

#ifndef QV_INLINE
#define QV_INLINE static inline __attribute__((always_inline))
#endif

/// G g.
QV_INLINE QV_TARGET void transform_filter(const words g[3], words out[6]) {
    const words ends = g[0] + g[2], far = g[0] + (g[2] << 2), twice = g[1] << 1;
    out[0] = g[0] * 6;
    out[1] = (ends + g[1]) << 2;
    out[2] = (ends - g[1]) << 2;
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
    return __builtin_convertvector(__builtin_shufflevector(v, v, 0, 1, 4, 5, 8, 9, 12, 13), words);
#elif QV_BYTES == 32
    return (words)__builtin_shufflevector(v, v, QV_TWO_8(0, 0)) >> 8;
#else
    return (words)__builtin_shufflevector(v, v, QV_TWO_8(0, 0), QV_TWO_8(32, 0)) >> 8;
#endif
}
QV_INLINE QV_TARGET words second_channels(bytes_full v) {
#if QV_BYTES == 16
    return __builtin_convertvector(__builtin_shufflevector(v, v, 2, 3, 6, 7, 10, 11, 14, 15), words);
#elif QV_BYTES == 32
    return (words)__builtin_shufflevector(v, v, QV_TWO_8(0, 2)) >> 8;
#else
    return (words)__builtin_shufflevector(v, v, QV_TWO_8(0, 2), QV_TWO_8(32, 2)) >> 8;
#endif
}

/// Row `y` of the parts of U of `count` channels, whose weights begin at `weights`; taps lie `tap` bytes apart.
QV_INLINE QV_TARGET void derive_row(const int8_t *weights, int64_t tap, int64_t count, int16_t *out, const int y) {
    for (int64_t k = 0; k < count; k += 4) {
        for (int n = 0; n < QV_PANEL; n += QV_SUMS) {
            words columns[2][3], row[6];
            QV_UNROLL for (int x = 0; x < 3; x++) {
                bytes_full g[3];
                for (int i = 0; i < 3; i++)
                    memcpy(&g[i], weights + (3 * i + x) * tap + k * QV_PANEL + 4 * n, sizeof g[i]);
                const words first[3] = {first_channels(g[0]), first_channels(g[1]), first_channels(g[2])};
                const words second[3] = {second_channels(g[0]), second_channels(g[1]), second_channels(g[2])};
                transform_filter(first, row);
                columns[0][x] = row[y];
                transform_filter(second, row);
                columns[1][x] = row[y];
            }
            QV_UNROLL for (int two = 0; two < 2; two++) {
                transform_filter(columns[two], row);
                int16_t *to = out + (k + 2 * two) * QV_PANEL + 2 * n;
                QV_UNROLL for (int x = 0; x < 6; x++) memcpy(to + x * QV_TILE_WEIGHTS, &row[x], sizeof row[x]);
            }
        }
    }
}

/// The sums of a row of parts.
QV_INLINE QV_TARGET void row_products(const qv_s8_tile_products *a, int16_t *derived, const int y) {
    for (int64_t k = 0; k < a->channels; k += QV_PART) {
        const int64_t count = a->channels - k < QV_PART ? a->channels - k : QV_PART;
        derive_row(a->weights + k * QV_PANEL, (int64_t)a->channels * QV_PANEL, count, derived, y);
        for (int x = 0; x < 6; x++) {
            const int64_t part = 6 * y + x;
            part_products(a->pixels + part * QV_TILE_PIXELS((int64_t)a->tiles, a->channels) + k * a->tiles,
                          derived + x * QV_TILE_WEIGHTS, a->sums + part * QV_TILE_SUMS((int64_t)a->tiles),
                          a->tiles, count, k > 0);
        }
    }
}

QV_TARGET void QV_FUNCTION(const qv_s8_tile_products *a) {
    QV_CHECK(s8_tile_products, a);
    _Alignas(64) int16_t derived[6 * QV_TILE_WEIGHTS];
    row_products(a, derived, 0);
    row_products(a, derived, 1);
    row_products(a, derived, 2);
    row_products(a, derived, 3);
    row_products(a, derived, 4);
    row_products(a, derived, 5);
}

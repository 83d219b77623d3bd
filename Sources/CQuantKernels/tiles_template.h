// What F(4x4, 3x3) does before and after its products, in vectors of any length, stamped once per instruction set:
// the including file defines QV_TARGET (a target attribute or nothing), QV_NAME(op) (the function's full name),
// QV_BYTES (bytes of a vector), and QV_REQUANTIZE(sums, multiplier, out, mask, n): requantizes a vector of sums, the
// channels n and on of a panel, into their bytes of a pixel and their bits of its mask. Without it the including file
// has functions of its own, and takes the transforms.
//
// Contracts and matrices: CQuantKernels.h. Nothing here may be contracted to fused multiply-adds by the compiler.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CQuantKernels.h"

enum { QV_WORDS = QV_BYTES / 2, QV_SUMS = QV_BYTES / 4 };
typedef int8_t bytes_half __attribute__((vector_size(QV_BYTES / 2), aligned(1)));
typedef int8_t bytes_full __attribute__((vector_size(QV_BYTES), aligned(1)));
typedef uint8_t pixels_half __attribute__((vector_size(QV_BYTES / 2), aligned(1)));
typedef int16_t words __attribute__((vector_size(QV_BYTES)));
typedef int32_t sums __attribute__((vector_size(QV_BYTES)));
typedef uint32_t wrapping __attribute__((vector_size(QV_BYTES)));

#define QV_INLINE static inline __attribute__((always_inline)) QV_TARGET

/// B d.
QV_INLINE void transform_pixels(const words d[6], words out[6]) {
    const words a = (d[1] << 2) - d[3], b = (d[2] << 2) - d[4];
    const words c = d[4] - d[2], e = (d[3] - d[1]) << 1;
    out[0] = ((d[0] - d[2]) << 2) + c;
    out[1] = a + b;
    out[2] = b - a;
    out[3] = c + e;
    out[4] = c - e;
    out[5] = ((d[1] - d[3]) << 2) + (d[5] - d[3]);
}

#if defined(QV_REQUANTIZE)
QV_INLINE void transform_tile(const qv_u8_tile_pixels *a, int32_t tile, int16_t *to, const int columns) {
    const int64_t channels = a->channels;
    const int64_t part = QV_TILE_PIXELS((int64_t)a->tiles, channels);
    const int64_t first = 4 * (int64_t)tile * channels;
    for (int64_t k = 0; k < channels; k += QV_WORDS) {
        words between[6][6];
        for (int x = 0; x < 6; x++) {
            words d[6], column[6];
            for (int y = 0; y < 6; y++) {
                pixels_half bytes = {0};
                __builtin_prefetch(a->rows[y] + first + (x + 8) * channels + k);
                if (x < columns) memcpy(&bytes, a->rows[y] + first + x * channels + k, sizeof bytes);
                d[y] = __builtin_convertvector(bytes, words);
            }
            transform_pixels(d, column);
            for (int y = 0; y < 6; y++) between[y][x] = column[y];
        }
        for (int y = 0; y < 6; y++) {
            words row[6];
            transform_pixels(between[y], row);
            int16_t *out = to + k / QV_TILE_CHANNELS * QV_TILE_CHANNELS * a->tiles + k % QV_TILE_CHANNELS;
            for (int x = 0; x < 6; x++) memcpy(out + (6 * y + x) * part, &row[x], sizeof row[x]);
        }
    }
}

QV_TARGET void QV_NAME(u8_tile_pixels)(const qv_u8_tile_pixels *a) {
    QV_CHECK(u8_tile_pixels, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int32_t columns = a->width + 2 - 4 * (a->first + i);
        int16_t *out = a->out + QV_TILE_CHANNELS * i;
        if (columns >= 6)
            transform_tile(a, a->first + i, out, 6);
        else
            transform_tile(a, a->first + i, out, columns);
    }
}

#endif

/// G g.
QV_INLINE void transform_filter(const words g[3], words out[6]) {
    const words ends = (g[0] + g[2]) << 2, middle = g[1] << 2;
    const words far = g[0] + (g[2] << 2), twice = g[1] << 1;
    out[0] = g[0] * 6;
    out[1] = ends + middle;
    out[2] = ends - middle;
    out[3] = far + twice;
    out[4] = far - twice;
    out[5] = g[2] * 12;
}

#if defined(QV_REQUANTIZE)
/// U of a vector of outputs and two channels.
QV_INLINE void transform_filters(const words g[9], int16_t *out, int64_t part) {
    words between[6][3];
    for (int x = 0; x < 3; x++) {
        words column[6];
        transform_filter((const words[3]){g[x], g[3 + x], g[6 + x]}, column);
        for (int y = 0; y < 6; y++) between[y][x] = column[y];
    }
    for (int y = 0; y < 6; y++) {
        words row[6];
        transform_filter(between[y], row);
        for (int x = 0; x < 6; x++) memcpy(out + (6 * y + x) * part, &row[x], sizeof row[x]);
    }
}

#endif

/// Of [outputs][4 channels], the first two channels of all outputs before the other two.
QV_INLINE bytes_full split_channels(bytes_full v) {
#if QV_BYTES == 16
    return __builtin_shufflevector(v, v, 0, 1, 4, 5, 8, 9, 12, 13, 2, 3, 6, 7, 10, 11, 14, 15);
#elif QV_BYTES == 32
    return __builtin_shufflevector(v, v, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29, 2, 3, 6, 7, 10, 11,
                                   14, 15, 18, 19, 22, 23, 26, 27, 30, 31);
#else
    return __builtin_shufflevector(v, v, 0, 1, 4, 5, 8, 9, 12, 13, 16, 17, 20, 21, 24, 25, 28, 29, 32, 33, 36, 37, 40,
                                   41, 44, 45, 48, 49, 52, 53, 56, 57, 60, 61, 2, 3, 6, 7, 10, 11, 14, 15, 18, 19, 22,
                                   23, 26, 27, 30, 31, 34, 35, 38, 39, 42, 43, 46, 47, 50, 51, 54, 55, 58, 59, 62, 63);
#endif
}

#if defined(QV_REQUANTIZE)
QV_TARGET void QV_NAME(s8_tile_weights)(const qv_s8_tile_weights *a) {
    QV_CHECK(s8_tile_weights, a);
    const int64_t tap = (int64_t)a->channels * QV_PANEL;
    const int64_t part = QV_TILE_WEIGHTS((int64_t)a->count);
    for (int64_t k = 0; k < a->count; k += 4) {
        const int8_t *weights = a->weights + (a->first + k) * QV_PANEL;
        for (int n = 0; n < QV_PANEL; n += QV_SUMS) {
            words low[9], high[9];
            for (int i = 0; i < 9; i++) {
                bytes_full bytes;
                memcpy(&bytes, weights + i * tap + 4 * n, sizeof bytes);
                bytes = split_channels(bytes);
                bytes_half halves[2];
                memcpy(halves, &bytes, sizeof bytes);
                low[i] = __builtin_convertvector(halves[0], words);
                high[i] = __builtin_convertvector(halves[1], words);
            }
            int16_t *out = a->out + k * QV_PANEL + 2 * n;
            transform_filters(low, out, part);
            transform_filters(high, out + 2 * QV_PANEL, part);
        }
    }
}

#endif

/// A m.
QV_INLINE void transform_sums(const wrapping m[6], wrapping out[4]) {
    const wrapping s = m[1] + m[2], d = m[1] - m[2], t = m[3] + m[4], e = m[3] - m[4];
    out[0] = m[0] + s + t;
    out[1] = d + (e << 1);
    out[2] = s + (t << 2);
    out[3] = d + (((e << 2) + m[5]) << 1);
}

#if defined(QV_REQUANTIZE)
QV_TARGET void QV_NAME(s32_tile_requant)(const qv_s32_tile_requant *a) {
    QV_CHECK(s32_tile_requant, a);
    const int64_t part = QV_TILE_SUMS((int64_t)a->tiles);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t x = 4 * (int64_t)(a->first + i);
        const int columns = a->width - x < 4 ? (int)(a->width - x) : 4;
        for (int n = 0; n < QV_PANEL; n += QV_SUMS) {
            const int32_t *from = a->sums + i * (int64_t)QV_PANEL + n;
            wrapping between[4][6];
            for (int c = 0; c < 6; c++) {
                wrapping m[6], column[4];
                for (int r = 0; r < 6; r++) memcpy(&m[r], from + (6 * r + c) * part, sizeof m[r]);
                transform_sums(m, column);
                for (int r = 0; r < 4; r++) between[r][c] = column[r];
            }
            sums bias;
            memcpy(&bias, a->bias + n, sizeof bias);
            for (int r = 0; r < 4; r++) {
                if (r == a->rows) break;
                wrapping row[4];
                transform_sums(between[r], row);
                for (int c = 0; c < 4; c++) {
                    if (c == columns) break;
                    const sums sum = ((sums)(row[c] * (uint32_t)QV_NINTH) >> 6) + bias;
                    QV_REQUANTIZE(sum, a->multiplier + n, a->out[r] + (x + c) * a->out_stride + n,
                                  a->mask[r] + (x + c) * a->mask_stride, n);
                }
            }
        }
    }
}
#endif

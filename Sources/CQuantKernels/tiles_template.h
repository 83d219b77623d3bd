// What F(4x4, 3x3) does before and after its products, in vectors of any length, stamped once per instruction set:
// the including file defines QV_TARGET (a target attribute or nothing), QV_NAME(op) (the function's full name),
// QV_BYTES (bytes of a vector), QV_ROUNDING_PRODUCT(a, b): (a * b + 2^14) >> 15 of vectors of Int16, and
// QV_REQUANTIZE(sums, multiplier, out, mask, n): requantizes a vector of sums, the channels n and on of a panel, into
// their bytes of a pixel and their bits of its mask. Without these two the including file has functions of its own, and
// takes the transforms.
//
// Contracts and matrices: CQuantKernels.h. Nothing here may be contracted to fused multiply-adds by the compiler.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CQuantKernels.h"
#include "gradient_scales.h"

#ifndef QV_INLINE
#define QV_INLINE static inline __attribute__((always_inline))
#endif

enum { QV_WORDS = QV_BYTES / 2, QV_SUMS = QV_BYTES / 4 };
typedef int8_t bytes_half __attribute__((vector_size(QV_BYTES / 2), aligned(1)));
typedef uint8_t pixels_half __attribute__((vector_size(QV_BYTES / 2), aligned(1)));
typedef int16_t words __attribute__((vector_size(QV_BYTES)));
typedef int32_t sums __attribute__((vector_size(QV_BYTES)));
typedef uint32_t wrapping __attribute__((vector_size(QV_BYTES)));
typedef float reals __attribute__((vector_size(QV_BYTES)));

/// B d.
QV_INLINE QV_TARGET void transform_pixels(const words d[6], words out[6]) {
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
/// V of a tile, from the pixel `first` of padded rows on. With factors q, pixels are a stored gradient, brought to the
/// tile's scale.
QV_INLINE QV_TARGET void transform_tile(const uint8_t *const rows[6], int64_t channels, int64_t tiles, int64_t first,
                                        int16_t *to, const int columns, const words (*q)[6]) {
    const int64_t part = QV_TILE_PIXELS(tiles, channels);
    first *= channels;
    for (int64_t k = 0; k < channels; k += QV_WORDS) {
        words between[6][6];
        for (int x = 0; x < 6; x++) {
            words d[6], column[6];
            for (int y = 0; y < 6; y++) {
                pixels_half bytes = {0};
                __builtin_prefetch(rows[y] + first + (x + 8) * channels + k);
                if (x < columns) memcpy(&bytes, rows[y] + first + x * channels + k, sizeof bytes);
                if (q)
                    d[y] = QV_ROUNDING_PRODUCT(__builtin_convertvector((bytes_half)(bytes ^ 128), words), q[y][x]);
                else
                    d[y] = __builtin_convertvector(bytes, words);
            }
            transform_pixels(d, column);
            for (int y = 0; y < 6; y++) between[y][x] = column[y];
        }
        for (int y = 0; y < 6; y++) {
            words row[6];
            transform_pixels(between[y], row);
            int16_t *out = to + k / QV_TILE_CHANNELS * QV_TILE_CHANNELS * tiles + k % QV_TILE_CHANNELS;
            for (int x = 0; x < 6; x++) memcpy(out + (6 * y + x) * part, &row[x], sizeof row[x]);
        }
    }
}

QV_TARGET void QV_NAME(u8_tile_pixels)(const qv_u8_tile_pixels *a) {
    QV_CHECK(u8_tile_pixels, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t first = 4 * (int64_t)(a->first + i);
        const int columns = (int)(a->width + 2 - first);
        int16_t *out = a->out + QV_TILE_CHANNELS * i;
        if (columns >= 6)
            transform_tile(a->rows, a->channels, a->tiles, first, out, 6, 0);
        else
            transform_tile(a->rows, a->channels, a->tiles, first, out, columns, 0);
    }
}

QV_TARGET void QV_NAME(u8_tile_gradients)(const qv_u8_tile_gradients *a) {
    QV_CHECK(u8_tile_gradients, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t first = 4 * (int64_t)(a->first + i);
        const int columns = (int)(a->width + 2 - first);
        int16_t *out = a->out + QV_TILE_CHANNELS * i;
        int16_t factors[6][8];
        words q[6][6];
        a->tile_scales[i] = qv_window_factors(a->scales, first, columns, factors);
        for (int y = 0; y < 6; y++)
            for (int x = 0; x < 6; x++) q[y][x] = (words){0} + factors[y][x];
        if (columns >= 6)
            transform_tile(a->rows, a->channels, a->tiles, first, out, 6, q);
        else
            transform_tile(a->rows, a->channels, a->tiles, first, out, columns, q);
    }
}

#endif

/// A m.
QV_INLINE QV_TARGET void transform_sums(const wrapping m[6], wrapping out[4]) {
    const wrapping s = m[1] + m[2], d = m[1] - m[2], t = m[3] + m[4], e = m[3] - m[4];
    out[0] = m[0] + s + t;
    out[1] = d + (e << 1);
    out[2] = s + (t << 2);
    out[3] = d + (((e << 2) + m[5]) << 1);
}

#if defined(QV_REQUANTIZE)
/// A M of a tile and a vector of channels.
QV_INLINE QV_TARGET void transform_columns(const int32_t *from, int64_t part, wrapping between[4][6]) {
    for (int c = 0; c < 6; c++) {
        wrapping m[6], column[4];
        for (int r = 0; r < 6; r++) memcpy(&m[r], from + (6 * r + c) * part, sizeof m[r]);
        transform_sums(m, column);
        for (int r = 0; r < 4; r++) between[r][c] = column[r];
    }
}

/// The sums of four neighbouring pixels of a row.
QV_INLINE QV_TARGET void transform_row(const wrapping between[6], sums out[4]) {
    wrapping row[4];
    transform_sums(between, row);
    for (int c = 0; c < 4; c++) out[c] = (sums)(row[c] * (uint32_t)QV_NINTH) >> 6;
}

QV_TARGET void QV_NAME(s32_tile_requant)(const qv_s32_tile_requant *a) {
    QV_CHECK(s32_tile_requant, a);
    const int64_t part = QV_TILE_SUMS((int64_t)a->tiles);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t x = 4 * (int64_t)(a->first + i);
        const int columns = a->width - x < 4 ? (int)(a->width - x) : 4;
        for (int n = 0; n < QV_PANEL; n += QV_SUMS) {
            wrapping between[4][6];
            transform_columns(a->sums + i * (int64_t)QV_PANEL + n, part, between);
            sums bias;
            memcpy(&bias, a->bias + n, sizeof bias);
            for (int r = 0; r < 4; r++) {
                if (r == a->rows) break;
                sums row[4];
                transform_row(between[r], row);
                for (int c = 0; c < 4; c++) {
                    if (c == columns) break;
                    QV_REQUANTIZE(row[c] + bias, a->multiplier + n, a->out[r] + (x + c) * a->out_stride + n,
                                  a->mask[r] + (x + c) * a->mask_stride, n);
                }
            }
        }
    }
}

QV_TARGET void QV_NAME(s32_tile_gradient)(const qv_s32_tile_gradient *a) {
    QV_CHECK(s32_tile_gradient, a);
    const int64_t part = QV_TILE_SUMS((int64_t)a->tiles);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t x = 4 * (int64_t)(a->first + i);
        const int columns = a->width - x < 4 ? (int)(a->width - x) : 4;
        for (int n = 0; n < QV_PANEL; n += QV_SUMS) {
            wrapping between[4][6];
            transform_columns(a->sums + i * (int64_t)QV_PANEL + n, part, between);
            for (int r = 0; r < 4; r++) {
                if (r < a->top || r >= a->rows) continue;
                sums row[4];
                transform_row(between[r], row);
                for (int c = 0; c < 4; c++) {
                    if (c == columns) break;
                    const reals value = __builtin_convertvector(row[c], reals) * a->tile_scales[i];
                    memcpy(a->out[r] + (x + c) * a->out_stride + n, &value, sizeof value);
                }
            }
        }
    }
}
#endif

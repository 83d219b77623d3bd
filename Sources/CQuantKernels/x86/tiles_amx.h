// What the AMX kernels share: registers of up to 16 rows of 64 bytes, products of whole registers, exact Int32 sums.
#ifndef QV_TILES_AMX_H
#define QV_TILES_AMX_H

#include "tiles_avx512vnni.h"

#define QV_TARGET_AMX \
    __attribute__((target("amx-tile,amx-int8,avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")))
#define QV_INLINE_AMX static inline __attribute__((always_inline)) QV_TARGET_AMX

/// Rows of a register.
#define QV_AMX_ROWS 16
/// Bytes from one row of four channels of packed weights to the next.
#define QV_AMX_WEIGHTS (4 * QV_PANEL)

/// Channels that a product sums over: a register's, or where a row of taps has no whole number of them 16.
QV_INLINE_AMX int qv_amx_step(int64_t channels) { return channels % 64 ? 16 : 64; }

/// The registers' sizes; those without rows are not used.
typedef struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
} qv_amx_sizes;

/// `count` registers from `first` on, of `rows` of `bytes` each.
QV_INLINE_AMX void qv_amx_size(qv_amx_sizes *sizes, int first, int count, int rows, int bytes) {
    QV_UNROLL for (int i = first; i < first + count; i++) {
        sizes->bytes[i] = (uint16_t)(rows > 0 ? bytes : 0);
        sizes->rows[i] = (uint8_t)rows;
    }
}

/// Pixels that are multiplied by the same weights.
#define QV_AMX_PIXELS (2 * QV_AMX_ROWS)

/// How many of the `left` pixels are next, for which the registers are set unless they are for `before`: 0 and 1 for the
/// sums of up to 16, 2 and 3 for those of the others, 4 and 5 for `step` of their channels, 6 and 7 for weights.
QV_INLINE_AMX int32_t qv_amx_pixels(int32_t left, int step, int32_t before) {
    const int32_t count = left < QV_AMX_PIXELS ? left : QV_AMX_PIXELS;
    if (count == before) return count;
    const int first = count < QV_AMX_ROWS ? count : QV_AMX_ROWS, second = count - first;
    qv_amx_sizes sizes = {.palette = 1};
    qv_amx_size(&sizes, 0, 2, first, 64);
    qv_amx_size(&sizes, 2, 2, second, 64);
    qv_amx_size(&sizes, 4, 1, first, step);
    qv_amx_size(&sizes, 5, 1, second, step);
    qv_amx_size(&sizes, 6, 2, step / 4, 64);
    _tile_loadconfig(&sizes);
    return count;
}

#endif

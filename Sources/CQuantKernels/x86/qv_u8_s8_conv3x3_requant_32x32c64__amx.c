#if defined(__x86_64__)
// Forward convolution: up to 2 x 16 pixels x 2 x 16 channels of exact sums in four registers, then requantized.
// A pixel's three taps of a row are 3K neighbouring bytes, and so is a register's row of pixels; packed weights are a
// register's as they are. While the products of some pixels are made, the sums of those before are requantized.
#pragma STDC FP_CONTRACT OFF
#include "tiles_amx.h"

/// Pixels whose sums wait, from x on; those before `next` are done. `each` of them beside every product makes all.
typedef struct {
    const int32_t *sums;
    int64_t x;
    int32_t next, count, each;
} waiting;

/// Requantizes up to `most` of them.
QV_INLINE_AMX void requantize(const qv_u8_conv_forward *a, waiting *w, int32_t most) {
    for (int32_t end = w->count - w->next < most ? w->count : w->next + most; w->next < end; w->next++) {
        const int32_t *sums = w->sums + w->next * QV_PANEL;
        const int64_t x = w->x + w->next;
        __m512i acc[1][2] = {{_mm512_load_si512(sums), _mm512_load_si512(sums + 16)}};
        qv_requantize_tile(acc, 1, a->multiplier, a->out + x * a->out_stride, 0, a->mask + x * a->mask_stride, 0);
    }
}

/// Pixels from `x` on: 16 and up to 16 more, or up to 16.
QV_INLINE_AMX void tile(const qv_u8_conv_forward *a, int64_t x, const int step, const int isWide, int32_t *sums,
                        waiting *before) {
    const int64_t channels = a->channels;
    // A distance of 0 makes every row the bias.
    _tile_loadd(0, a->bias, 0);
    _tile_loadd(1, a->bias + 16, 0);
    if (isWide) {
        _tile_loadd(2, a->bias, 0);
        _tile_loadd(3, a->bias + 16, 0);
    }
    const int8_t *weights = a->weights;
    for (int row = 0; row < 3; row++) {
        const uint8_t *pixels = a->rows[row] + x * channels;
        for (int64_t k = 0; k < 3 * channels; k += step, weights += step * QV_PANEL) {
            _tile_loadd(6, weights, QV_AMX_WEIGHTS);
            _tile_loadd(4, pixels + k, channels);
            _tile_dpbusd(0, 4, 6);
            _tile_loadd(7, weights + 64, QV_AMX_WEIGHTS);
            _tile_dpbusd(1, 4, 7);
            if (isWide) {
                _tile_loadd(5, pixels + QV_AMX_ROWS * channels + k, channels);
                _tile_dpbusd(2, 5, 6);
                _tile_dpbusd(3, 5, 7);
            }
            requantize(a, before, before->each);
        }
    }
    _tile_stored(0, sums, 4 * QV_PANEL);
    _tile_stored(1, sums + 16, 4 * QV_PANEL);
    if (isWide) {
        _tile_stored(2, sums + QV_AMX_ROWS * QV_PANEL, 4 * QV_PANEL);
        _tile_stored(3, sums + QV_AMX_ROWS * QV_PANEL + 16, 4 * QV_PANEL);
    }
}

QV_TARGET_AMX void qv_u8_s8_conv3x3_requant_32x32c64__amx(const qv_u8_conv_forward *a) {
    QV_CHECK(u8_conv_forward, a);
    _Alignas(64) int32_t sums[2][QV_AMX_PIXELS * QV_PANEL];
    const int step = qv_amx_step(a->channels);
    const int32_t products = 9 * a->channels / step;
    waiting before = {.each = (QV_AMX_PIXELS + products - 1) / products};
    for (int32_t x = 0, count = 0; x < a->width; x += count) {
        count = qv_amx_pixels(a->width - x, step, count);
        int32_t *own = sums[x / QV_AMX_PIXELS % 2];
        if (count > QV_AMX_ROWS)
            tile(a, x, step, 1, own, &before);
        else
            tile(a, x, step, 0, own, &before);
        before = (waiting){.sums = own, .x = x, .count = count, .each = before.each};
    }
    requantize(a, &before, QV_AMX_PIXELS);
    _tile_release();
}
#else
typedef int qv_u8_s8_conv3x3_requant_32x32c64__amx_is_empty;
#endif

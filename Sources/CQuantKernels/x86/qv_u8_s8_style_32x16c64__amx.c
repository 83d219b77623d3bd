#if defined(__x86_64__)
// The style gradient: up to 2 x 16 pixels x 16 channels of exact sums by the high and the low weights, in four registers.
#pragma STDC FP_CONTRACT OFF
#include "tiles_amx.h"

/// Pixels from `x` on: 16 and up to 16 more, or up to 16; of one half of the panel.
QV_INLINE_AMX void tile(const qv_u8_style_gradient *a, int64_t x, int half, const int step, const int isWide,
                        int32_t sums[2][QV_AMX_PIXELS][16]) {
    const int64_t channels = a->channels;
    _tile_zero(0);
    _tile_zero(1);
    if (isWide) {
        _tile_zero(2);
        _tile_zero(3);
    }
    for (int64_t k = 0; k < channels; k += step) {
        const uint8_t *pixels = a->row + x * channels + k;
        _tile_loadd(4, pixels, channels);
        _tile_loadd(6, a->high + k * QV_PANEL + 64 * half, QV_AMX_WEIGHTS);
        _tile_dpbusd(0, 4, 6);
        _tile_loadd(7, a->low + k * QV_PANEL + 64 * half, QV_AMX_WEIGHTS);
        _tile_dpbusd(1, 4, 7);
        if (isWide) {
            _tile_loadd(5, pixels + QV_AMX_ROWS * channels, channels);
            _tile_dpbusd(2, 5, 6);
            _tile_dpbusd(3, 5, 7);
        }
    }
    _tile_stored(0, sums[0][0], 64);
    _tile_stored(1, sums[1][0], 64);
    if (isWide) {
        _tile_stored(2, sums[0][QV_AMX_ROWS], 64);
        _tile_stored(3, sums[1][QV_AMX_ROWS], 64);
    }
}

QV_TARGET_AMX void qv_u8_s8_style_32x16c64__amx(const qv_u8_style_gradient *a) {
    QV_CHECK(u8_style_gradient, a);
    _Alignas(64) int32_t sums[2][QV_AMX_PIXELS][16];
    const int step = qv_amx_step(a->channels);
    const __m512 steps = _mm512_set1_ps(128);
    for (int32_t x = 0, count = 0; x < a->width; x += count) {
        count = qv_amx_pixels(a->width - x, step, count);
        for (int half = 0; half < 2; half++) {
            if (count > QV_AMX_ROWS)
                tile(a, x, half, step, 1, sums);
            else
                tile(a, x, half, step, 0, sums);
            const __m512 scale = _mm512_loadu_ps(a->scale + 16 * half);
            for (int32_t i = 0; i < count; i++) {
                float *out = a->out + (int64_t)(x + i) * a->out_stride + 16 * half;
                const __m512 high = _mm512_cvtepi32_ps(_mm512_load_si512(sums[0][i]));
                const __m512 low = _mm512_cvtepi32_ps(_mm512_load_si512(sums[1][i]));
                const __m512 sum = _mm512_fmadd_ps(high, steps, low);
                _mm512_storeu_ps(out, _mm512_fmadd_ps(scale, sum, _mm512_loadu_ps(out)));
            }
        }
    }
    _tile_release();
}
#else
typedef int qv_u8_s8_style_32x16c64__amx_is_empty;
#endif

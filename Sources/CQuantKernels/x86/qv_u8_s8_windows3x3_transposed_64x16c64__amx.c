#if defined(__x86_64__)
// The gradient from windows: the four pixels of a row of up to 16 tiles x 16 channels of exact sums in four registers.
// A register's row of pixels is of one window each. Windows hold h' + 128 and TDPBUSD takes unsigned x signed, so sums
// start at -128 times the sum of all weights.
#pragma STDC FP_CONTRACT OFF
#include "tiles_amx.h"

/// A row's pixels of 16 channels, from the window's row `windows` on.
QV_INLINE_AMX void pixels(const uint8_t *windows, int64_t channels, const int8_t *weights, const int32_t *start,
                          const int step, int32_t sums[4][QV_AMX_ROWS][16]) {
    const int64_t window = QV_WINDOW(channels);
    _tile_loadd(0, start, 0);
    _tile_loadd(1, start, 0);
    _tile_loadd(2, start, 0);
    _tile_loadd(3, start, 0);
    for (int row = 0; row < 3; row++, windows += 3 * channels) {
        for (int64_t k = 0; k < 3 * channels; k += step, windows += step, weights += step * QV_PANEL) {
            _tile_loadd(6, weights, QV_AMX_WEIGHTS);
            _tile_loadd(4, windows, window);
            _tile_dpbusd(0, 4, 6);
            _tile_loadd(5, windows + channels, window);
            _tile_dpbusd(1, 5, 6);
            _tile_loadd(4, windows + 2 * channels, window);
            _tile_dpbusd(2, 4, 6);
            _tile_loadd(5, windows + 3 * channels, window);
            _tile_dpbusd(3, 5, 6);
        }
    }
    _tile_stored(0, sums[0], 64);
    _tile_stored(1, sums[1], 64);
    _tile_stored(2, sums[2], 64);
    _tile_stored(3, sums[3], 64);
}

QV_TARGET_AMX void qv_u8_s8_windows3x3_transposed_64x16c64__amx(const qv_u8_window_gradient *a) {
    QV_CHECK(u8_window_gradient, a);
    _Alignas(64) int32_t start[QV_PANEL], sums[4][QV_AMX_ROWS][16];
    for (int n = 0; n < QV_PANEL; n++) {
        start[n] = 0;
        for (int tap = 0; tap < 9; tap++) start[n] -= 128 * a->weight_sums[tap * QV_PANEL + n];
    }
    const int64_t channels = a->channels;
    const int step = qv_amx_step(channels);
    int32_t set = 0;
    for (int32_t tile = 0; tile < a->count; tile += QV_AMX_ROWS) {
        const int32_t count = a->count - tile < QV_AMX_ROWS ? a->count - tile : QV_AMX_ROWS;
        if (count != set) {
            qv_amx_sizes sizes = {.palette = 1};
            qv_amx_size(&sizes, 0, 4, count, 64);
            qv_amx_size(&sizes, 4, 2, count, step);
            qv_amx_size(&sizes, 6, 1, step / 4, 64);
            _tile_loadconfig(&sizes);
            set = count;
        }
        for (int32_t y = a->top; y < a->rows; y++) {
            for (int half = 0; half < 2; half++) {
                pixels(a->windows + tile * QV_WINDOW(channels) + 6 * y * channels, channels, a->weights + 64 * half,
                       start + 16 * half, step, sums);
                for (int32_t i = 0; i < count; i++) {
                    const __m512 scale = _mm512_set1_ps(a->tile_scales[tile + i]);
                    const int32_t x = 4 * (a->first + tile + i);
                    float *out = a->out[y] + (int64_t)x * a->out_stride + 16 * half;
                    for (int column = 0; column < 4 && x + column < a->width; column++)
                        _mm512_storeu_ps(
                            out + (int64_t)column * a->out_stride,
                            _mm512_mul_ps(scale, _mm512_cvtepi32_ps(_mm512_load_si512(sums[column][i]))));
                }
            }
        }
    }
    _tile_release();
}
#else
typedef int qv_u8_s8_windows3x3_transposed_64x16c64__amx_is_empty;
#endif

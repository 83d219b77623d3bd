// The gradient from windows, stamped per instruction set: QV_TARGET, QV_FUNCTION, QV_PIXELS (neighbouring pixels of a
// tile's row: 2 or 4), QV_MOST_ROWS (of so many pixels, at once), and from the header of the dot products QV_DOT_ROWS,
// QV_GRADIENT_SHIFT. A pixel's three taps of a row are 3K neighbouring bytes.
#pragma STDC FP_CONTRACT OFF
#include "tiles_arm.h"

/// `COUNT` rows of QV_PIXELS pixels, in the order of a call's rows and tiles, from `first` on.
QV_INLINE QV_TARGET void rows(const qv_u8_window_gradient *a, const int32x4_t start[4], int64_t first, int half,
                              const int COUNT) {
    const int64_t channels = a->channels;
    const int parts = 4 / QV_PIXELS, each = (a->rows - a->top) * parts;
    const uint8_t *pixels[QV_MOST_ROWS];
    int32x4_t sum[QV_PIXELS * QV_MOST_ROWS][4];
    QV_UNROLL for (int r = 0; r < COUNT; r++) {
        const int64_t tile = (first + r) / each, place = (first + r) % each;
        pixels[r] = a->windows + ((tile * 6 + a->top + place / parts) * 6 + place % parts * QV_PIXELS) * channels;
        QV_UNROLL for (int i = 0; i < QV_PIXELS; i++) {
            QV_UNROLL for (int j = 0; j < 4; j++) sum[QV_PIXELS * r + i][j] = start[j];
        }
    }
    const int8_t *weights = a->weights + half * 64;
    for (int row = 0; row < 3; row++, weights += 3 * channels * QV_PANEL) {
        QV_DOT_ROWS(sum, QV_PIXELS * COUNT, pixels, channels, weights, QV_GROUP, 3 * channels);
        QV_UNROLL for (int r = 0; r < COUNT; r++) pixels[r] += 6 * channels;
    }
    QV_UNROLL for (int r = 0; r < COUNT; r++) {
        const int64_t tile = (first + r) / each, place = (first + r) % each;
        const int64_t x = 4 * (a->first + tile) + place % parts * QV_PIXELS;
        float *out = a->out[a->top + place / parts] + half * 16;
        const float32x4_t scale = vdupq_n_f32(a->tile_scales[tile]);
        QV_UNROLL for (int i = 0; i < QV_PIXELS; i++) {
            if (x + i >= a->width) break;
            QV_UNROLL for (int j = 0; j < 4; j++)
                vst1q_f32(out + (x + i) * a->out_stride + 4 * j,
                          vmulq_f32(scale, vcvtq_f32_s32(sum[QV_PIXELS * r + i][j])));
        }
    }
}

QV_TARGET void QV_FUNCTION(const qv_u8_window_gradient *a) {
    QV_CHECK(u8_window_gradient, a);
    const int64_t count = (int64_t)a->count * (a->rows - a->top) * (4 / QV_PIXELS);
    for (int half = 0; half < 2; half++) {
        int32x4_t start[4];
        QV_UNROLL for (int j = 0; j < 4; j++) {
            start[j] = vdupq_n_s32(0);
            for (int tap = 0; tap < 9; tap++)
                start[j] = vaddq_s32(start[j], vld1q_s32(a->weight_sums + tap * QV_PANEL + half * 16 + 4 * j));
            start[j] = vmulq_n_s32(start[j], QV_GRADIENT_SHIFT);
        }
        int64_t first = 0;
        for (; first + QV_MOST_ROWS <= count; first += QV_MOST_ROWS) rows(a, start, first, half, QV_MOST_ROWS);
        if (first < count) rows(a, start, first, half, 1);
    }
}

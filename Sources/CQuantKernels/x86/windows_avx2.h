// What the 256-bit kernels of windows share: they make up to three pairs of neighbouring pixels x 16 channels, half a
// panel. A tile's pairs are numbered row by row, from a call's first row on, and go on in the next tile.
#ifndef QV_WINDOWS_AVX2_H
#define QV_WINDOWS_AVX2_H

#include "tiles_avx2.h"

#define QV_MOST_PAIRS 3

/// Calls PAIRS(COUNT) with the constant COUNT that equals `count`.
#define QV_SWITCH_PAIRS(count, PAIRS) \
    switch (count) {                  \
        case 1: PAIRS(1); break;      \
        case 2: PAIRS(2); break;      \
        default: PAIRS(3); break;     \
    }

typedef struct {
    int64_t tile;
    int row, x;  // in the tile
} qv_pair;

QV_INLINE_AVX2 qv_pair qv_pair_at(const qv_u8_window_gradient *a, int64_t place) {
    const int each = 2 * (a->rows - a->top), rest = (int)(place % each);
    return (qv_pair){place / each, a->top + rest / 2, rest % 2 * 2};
}

/// Writes the gradient of pairs, from `place` on, where it lies in the picture.
QV_INLINE_AVX2 void qv_store_pairs(const qv_u8_window_gradient *a, int64_t place, __m256i acc[][2], const int COUNT,
                                   int half) {
    QV_UNROLL for (int p = 0; p < COUNT; p++) {
        const qv_pair pair = qv_pair_at(a, place + p);
        const int64_t x = 4 * (a->first + pair.tile) + pair.x;
        const __m256 scale = _mm256_set1_ps(a->tile_scales[pair.tile]);
        QV_UNROLL for (int i = 0; i < 2; i++) {
            if (x + i >= a->width) break;
            float *out = a->out[pair.row] + (x + i) * a->out_stride + half * 16;
            _mm256_storeu_ps(out, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(acc[2 * p + i][0])));
            _mm256_storeu_ps(out + 8, _mm256_mul_ps(scale, _mm256_cvtepi32_ps(acc[2 * p + i][1])));
        }
    }
}

#endif

// The one scale of a window of 6 x 6 pixels of a stored gradient, for templates that define QV_TARGET.
#ifndef QV_GRADIENT_SCALES_H
#define QV_GRADIENT_SCALES_H

#include <string.h>

#include "CQuantKernels.h"

/// T of the window that begins at pixel `first` of padded rows, and q of its pixels; 0 of those from `columns` on.
static inline __attribute__((always_inline)) QV_TARGET float qv_window_factors(const float *const scales[6],
                                                                               int64_t first, int columns,
                                                                               int16_t factors[6][8]) {
    float t[6][8] = {{0}}, most[8] = {0};
    for (int y = 0; y < 6; y++) {
        if (columns >= 6)
            memcpy(t[y], scales[y] + first, 6 * sizeof(float));
        else
            for (int x = 0; x < columns; x++) t[y][x] = scales[y][first + x];
        for (int x = 0; x < 8; x++) most[x] = t[y][x] > most[x] ? t[y][x] : most[x];
    }
    for (int x = 1; x < 6; x++) most[0] = most[x] > most[0] ? most[x] : most[0];
    const float factor = 32768 / most[0];
    for (int y = 0; y < 6; y++) {
        for (int x = 0; x < 8; x++) {
            // Not a number, of 0 and an infinite factor or of the reverse, becomes 0.
            float q = t[y][x] * factor;
            q = q > 0 ? q : 0;
            q = q < 32767 ? q : 32767;
            factors[y][x] = (int16_t)__builtin_rintf(q);
        }
    }
    return most[0];
}

#endif

// A row of the image's gradient, stamped once per instruction set: the including file defines QV_TARGET, QV_FUNCTION
// and source_dots(a, row, first, count, out), which writes the dot products of `count` pixels of a padded row, from `first`
// on, with all columns, [count][QV_IMAGE_COLUMNS] numbers that are exact before they become Float32.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CQuantKernels.h"

/// Three colours and one number that is not used.
typedef float colours __attribute__((vector_size(16)));

enum { MOST_SOURCES = 64 };

QV_TARGET void QV_FUNCTION(const qv_u8_image_gradient *a) {
    QV_CHECK(u8_image_gradient, a);
    _Alignas(64) float dots[3][MOST_SOURCES][QV_IMAGE_COLUMNS];
    for (int64_t first = 0; first < a->width; first += MOST_SOURCES - 2) {
        const int64_t left = a->width - first;
        const int count = left < MOST_SOURCES - 2 ? (int)left : MOST_SOURCES - 2;
        for (int row = 0; row < 3; row++) source_dots(a, row, first, count + 2, dots[row][0]);
        for (int x = 0; x < count; x++) {
            colours sum = {0};
            for (int row = 0; row < 3; row++) {
                for (int i = 0; i < 3; i++) {
                    colours dot;
                    memcpy(&dot, &dots[row][x + i][3 * i], sizeof dot);
                    const colours scale = (colours){0} + a->scales[row][first + x + i];
                    sum = __builtin_elementwise_fma(scale, dot, sum);
                }
            }
            // The fourth number is overwritten by the next pixel.
            float *out = a->out + 3 * (first + x);
            if (first + x + 1 < a->width)
                memcpy(out, &sum, sizeof sum);
            else
                memcpy(out, &sum, 3 * sizeof(float));
        }
    }
}

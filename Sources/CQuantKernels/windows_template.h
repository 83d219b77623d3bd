// The windows of a gradient in vectors of any length, stamped once per instruction set: the including file defines
// QV_TARGET, QV_NAME(op), QV_BYTES and QV_ROUNDING_PRODUCT(a, b) as for tiles_template.h.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CQuantKernels.h"
#include "gradient_scales.h"

enum { QV_WORDS = QV_BYTES / 2 };
typedef int8_t bytes_half __attribute__((vector_size(QV_BYTES / 2), aligned(1)));
typedef uint8_t pixels_half __attribute__((vector_size(QV_BYTES / 2), aligned(1)));
typedef int16_t words __attribute__((vector_size(QV_BYTES)));

QV_TARGET void QV_NAME(u8_gradient_windows)(const qv_u8_gradient_windows *a) {
    QV_CHECK(u8_gradient_windows, a);
    const int64_t channels = a->channels;
    uint8_t *out = a->out;
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t first = 4 * (int64_t)(a->first + i);
        const int columns = (int)(a->width + 2 - first);
        int16_t factors[6][8];
        a->tile_scales[i] = qv_window_factors(a->scales, first, columns, factors);
        for (int y = 0; y < 6; y++) {
            for (int x = 0; x < 6; x++, out += channels) {
                if (x >= columns) {
                    memset(out, 128, (size_t)channels);
                    continue;
                }
                const uint8_t *pixel = a->rows[y] + (first + x) * channels;
                const words q = (words){0} + factors[y][x];
                for (int64_t k = 0; k < channels; k += QV_WORDS) {
                    pixels_half bytes;
                    memcpy(&bytes, pixel + k, sizeof bytes);
                    const words h = __builtin_convertvector((bytes_half)(bytes ^ 128), words);
                    bytes = __builtin_convertvector(QV_ROUNDING_PRODUCT(h, q), pixels_half) ^ 128;
                    memcpy(out + k, &bytes, sizeof bytes);
                }
            }
        }
    }
}

// M of F(4x4, 3x3) from weights as they are stored, stamped once per instruction set: besides what
// tile_weights_template.h needs, the including file defines QV_FUNCTION, part_products, and QV_PART: channels whose
// weights are derived at once, a row of parts for all of its products. These stay in the first-level cache, where all
// parts would not; that each row begins at the stored weights costs less.
#include "tile_weights_template.h"

/// Row `y` of G g.
QV_INLINE QV_TARGET words filter_row(words above, words middle, words below, const int y) {
    switch (y) {
        case 0: return above * 6;
        case 1: return (above + below + middle) << 2;
        case 2: return (above + below - middle) << 2;
        case 3: return above + (below << 2) + (middle << 1);
        case 4: return above + (below << 2) - (middle << 1);
        default: return below * 12;
    }
}

/// Row `y` of the parts of U of QV_PART channels, whose weights begin at `weights`; taps lie `tap` bytes apart.
QV_INLINE QV_TARGET void derive_row(const int8_t *weights, int64_t tap, int16_t *out, const int y) {
    for (int k = 0; k < QV_PART; k += 4) {
        for (int n = 0; n < QV_PANEL; n += QV_SUMS) {
            words columns[2][3], row[6];
            for (int x = 0; x < 3; x++) {
                bytes_full g[3];
                for (int i = 0; i < 3; i++)
                    memcpy(&g[i], weights + (3 * i + x) * tap + k * QV_PANEL + 4 * n, sizeof g[i]);
                columns[0][x] = filter_row(first_channels(g[0]), first_channels(g[1]), first_channels(g[2]), y);
                columns[1][x] = filter_row(second_channels(g[0]), second_channels(g[1]), second_channels(g[2]), y);
            }
            for (int two = 0; two < 2; two++) {
                transform_filter(columns[two], row);
                int16_t *to = out + (k + 2 * two) * QV_PANEL + 2 * n;
                for (int x = 0; x < 6; x++) memcpy(to + x * QV_TILE_WEIGHTS(QV_PART), &row[x], sizeof row[x]);
            }
        }
    }
}

/// The sums of a row of parts.
QV_INLINE QV_TARGET void row_products(const qv_s8_tile_products *a, int16_t *derived, const int y) {
    for (int64_t k = 0; k < a->channels; k += QV_PART) {
        derive_row(a->weights + k * QV_PANEL, (int64_t)a->channels * QV_PANEL, derived, y);
        for (int x = 0; x < 6; x++) {
            const int64_t part = 6 * y + x;
            part_products(a->pixels + part * QV_TILE_PIXELS((int64_t)a->tiles, a->channels) + k * a->tiles,
                          derived + x * QV_TILE_WEIGHTS(QV_PART), a->sums + part * QV_TILE_SUMS((int64_t)a->tiles),
                          a->tiles, QV_PART, k > 0);
        }
    }
}

QV_TARGET void QV_FUNCTION(const qv_s8_tile_products *a) {
    QV_CHECK(s8_tile_products, a);
    _Alignas(64) int16_t derived[6 * QV_TILE_WEIGHTS(QV_PART)];
    row_products(a, derived, 0);
    row_products(a, derived, 1);
    row_products(a, derived, 2);
    row_products(a, derived, 3);
    row_products(a, derived, 4);
    row_products(a, derived, 5);
}

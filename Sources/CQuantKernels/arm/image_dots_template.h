// Dot products for the image's gradient, stamped per instruction set: QV_TARGET, QV_FUNCTION, QV_LARGEST (pixels),
// QV_TILES, and from the header of the dot products QV_DOT, QV_GRADIENT_SHIFT.
#include "tiles_arm.h"

QV_INLINE QV_TARGET void tile(const qv_u8_image_gradient *a, int row, int64_t first, float *out, const int MR) {
    const int64_t channels = a->channels;
    int32x4_t sum[QV_LARGEST][4];
    QV_UNROLL for (int j = 0; j < 4; j++) {
        const int32x4_t sums = vld1q_s32(a->weight_sums + row * QV_IMAGE_COLUMNS + 4 * j);
        QV_UNROLL for (int i = 0; i < MR; i++) sum[i][j] = vmulq_n_s32(sums, QV_GRADIENT_SHIFT);
    }
    QV_DOT(sum, MR, a->rows[row] + first * channels, channels, a->weights + row * channels * QV_IMAGE_COLUMNS,
           4 * QV_IMAGE_COLUMNS, channels);
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++)
            vst1q_f32(out + i * QV_IMAGE_COLUMNS + 4 * j, vcvtq_f32_s32(sum[i][j]));
    }
}

static QV_TARGET void source_dots(const qv_u8_image_gradient *a, int row, int64_t first, int count, float *out) {
#define TILE(MR) tile(a, row, first + x, out + x * QV_IMAGE_COLUMNS, MR)
    QV_TILES(count, TILE)
}

#include "../image_gradient_template.h"

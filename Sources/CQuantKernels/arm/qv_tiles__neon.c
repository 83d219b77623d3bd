#if defined(__aarch64__)
#include "tiles_arm.h"

/// Keeps an address in a register, to which distances are added where it is used; the compiler would make all sums
/// first and spill them.
#define QV_KEEP(address) __asm__("" : "+r"(address))

#define QV_TARGET QV_TARGET_NEON
#define QV_NAME(op) qv_##op##__neon
#define QV_BYTES 16
#include "../tiles_template.h"

QV_INLINE int16x8_t difference(uint8x8_t a, uint8x8_t b) { return vreinterpretq_s16_u16(vsubl_u8(a, b)); }

/// 4 a - b.
QV_INLINE int16x8_t four_minus(uint8x8_t a, uint8x8_t b) {
    return vreinterpretq_s16_u16(vsubw_u8(vshll_n_u8(a, 2), b));
}

/// Writes the vectors of a column of parts.
QV_INLINE void finish_column(const words d[6], int16_t *const parts[6], int64_t column) {
    words out[6];
    transform_pixels(d, out);
    QV_UNROLL for (int y = 0; y < 6; y++) vst1q_s16(parts[y] + column, (int16x8_t)out[y]);
}

/// V of 8 channels of a tile. The numbers between its two steps do not fit into the registers at once: first those of
/// the four inner columns of parts, then those of the outer two.
QV_INLINE void transform_8(const uint8_t *const rows[6], int64_t channels, int16_t *const parts[6], int64_t part,
                           const int columns) {
#define PIXEL(x) ((x) < columns ? vld1_u8(rows[y] + (x) * channels) : vdup_n_u8(0))
    words inner[4][6];
    QV_UNROLL for (int y = 0; y < 6; y++) {
        const uint8x8_t d1 = PIXEL(1), d2 = PIXEL(2), d3 = PIXEL(3), d4 = PIXEL(4);
        const int16x8_t a = four_minus(d1, d3), b = four_minus(d2, d4);
        const int16x8_t c = difference(d4, d2), e = vshlq_n_s16(difference(d3, d1), 1);
        inner[0][y] = (words)vaddq_s16(a, b);
        inner[1][y] = (words)vsubq_s16(b, a);
        inner[2][y] = (words)vaddq_s16(c, e);
        inner[3][y] = (words)vsubq_s16(c, e);
    }
    QV_UNROLL for (int x = 0; x < 4; x++) finish_column(inner[x], parts, (x + 1) * part);
    __asm__ volatile("" : : : "memory");
    words outer[2][6];
    QV_UNROLL for (int y = 0; y < 6; y++) {
        const uint8x8_t d1 = PIXEL(1), d2 = PIXEL(2), d3 = PIXEL(3), d4 = PIXEL(4);
        outer[0][y] = (words)vaddq_s16(vshlq_n_s16(difference(PIXEL(0), d2), 2), difference(d4, d2));
        outer[1][y] = (words)vaddq_s16(vshlq_n_s16(difference(d1, d3), 2), difference(PIXEL(5), d3));
    }
    QV_UNROLL for (int x = 0; x < 2; x++) finish_column(outer[x], parts, 5 * x * part);
}

/// V of 8 channels of a tile of a stored gradient, from h' with the factors q; the numbers between its two steps stand
/// in memory.
QV_INLINE void transform_gradient_8(const uint8_t *const rows[6], int64_t channels, int16_t *const parts[6],
                                    int64_t part, const int columns, const int16x8_t q[6], int16_t *between) {
#define GRADIENT(x) ((x) < columns ? vld1_u8(rows[y] + (x) * channels) : vdup_n_u8(128))
#define SCALED(x) \
    (words)vqrdmulhq_laneq_s16(vmovl_s8(vreinterpret_s8_u8(veor_u8(GRADIENT(x), vdup_n_u8(128)))), q[y], x)
    QV_UNROLL for (int y = 0; y < 6; y++) {
        const words d[6] = {SCALED(0), SCALED(1), SCALED(2), SCALED(3), SCALED(4), SCALED(5)};
        words row[6];
        transform_pixels(d, row);
        QV_UNROLL for (int x = 0; x < 6; x++) vst1q_s16(between + 8 * (6 * y + x), (int16x8_t)row[x]);
    }
    __asm__ volatile("" : : : "memory");
    QV_UNROLL for (int x = 0; x < 6; x++) {
        words d[6];
        QV_UNROLL for (int y = 0; y < 6; y++) d[y] = (words)vld1q_s16(between + 8 * (6 * y + x));
        finish_column(d, parts, x * part);
    }
}

/// V of a tile, from the pixel `first` of padded rows on. With factors q, pixels are a stored gradient.
QV_INLINE void transform_tile(const uint8_t *const from[6], int64_t channels, int64_t tiles, int64_t first,
                              int16_t *out, const int columns, const int16x8_t *q) {
    const int64_t part = QV_TILE_PIXELS(tiles, channels);
    int16_t numbers[36 * 8], *between = numbers;
    const uint8_t *rows[6];
    int16_t *parts[6];
    QV_KEEP(between);
    QV_UNROLL for (int y = 0; y < 6; y++) {
        rows[y] = from[y] + first * channels;
        parts[y] = out + 6 * y * part;
    }
    for (int64_t k = 0; k < channels; k += QV_TILE_CHANNELS) {
        if (k % 64 == 0) {  // a cache line
            for (int y = 0; y < 6; y++) {
                for (int x = 8; x < 12; x++) __builtin_prefetch(rows[y] + x * channels);
            }
        }
        for (int i = 0; i < QV_TILE_CHANNELS; i += 8) {
            QV_UNROLL for (int y = 0; y < 6; y++) {
                QV_KEEP(rows[y]);
                QV_KEEP(parts[y]);
            }
            if (q)
                transform_gradient_8(rows, channels, parts, part, columns, q, between);
            else
                transform_8(rows, channels, parts, part, columns);
            QV_UNROLL for (int y = 0; y < 6; y++) {
                rows[y] += 8;
                parts[y] += 8;
            }
        }
        QV_UNROLL for (int y = 0; y < 6; y++) parts[y] += QV_TILE_CHANNELS * (tiles - 1);
    }
}

void qv_u8_tile_pixels__neon(const qv_u8_tile_pixels *a) {
    QV_CHECK(u8_tile_pixels, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t first = 4 * (int64_t)(a->first + i);
        const int columns = (int)(a->width + 2 - first);
        int16_t *out = a->out + QV_TILE_CHANNELS * i;
        if (columns >= 6)
            transform_tile(a->rows, a->channels, a->tiles, first, out, 6, 0);
        else
            transform_tile(a->rows, a->channels, a->tiles, first, out, columns, 0);
    }
}

void qv_u8_tile_gradients__neon(const qv_u8_tile_gradients *a) {
    QV_CHECK(u8_tile_gradients, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t first = 4 * (int64_t)(a->first + i);
        const int columns = (int)(a->width + 2 - first);
        int16_t *out = a->out + QV_TILE_CHANNELS * i;
        int16_t factors[6][8];
        int16x8_t q[6];
        a->tile_scales[i] = qv_window_factors(a->scales, first, columns, factors);
        QV_UNROLL for (int y = 0; y < 6; y++) q[y] = vld1q_s16(factors[y]);
        if (columns >= 6)
            transform_tile(a->rows, a->channels, a->tiles, first, out, 6, q);
        else
            transform_tile(a->rows, a->channels, a->tiles, first, out, columns, q);
    }
}

/// 4 channels of a tile's sums: A M A^T / 576 + bias. A row of parts begins at each of `parts`.
QV_INLINE void detile(const int32_t *const parts[6], int64_t part, int32x4_t bias, int32x4_t out[4][4]) {
    wrapping between[4][6];
    QV_UNROLL for (int c = 0; c < 6; c++) {
        wrapping m[6], column[4];
        QV_UNROLL for (int r = 0; r < 6; r++) m[r] = (wrapping)vld1q_s32(parts[r] + c * part);
        transform_sums(m, column);
        QV_UNROLL for (int r = 0; r < 4; r++) between[r][c] = column[r];
    }
    QV_UNROLL for (int r = 0; r < 4; r++) {
        wrapping row[4];
        transform_sums(between[r], row);
        QV_UNROLL for (int c = 0; c < 4; c++)
            out[r][c] = vsraq_n_s32(bias, (int32x4_t)(row[c] * (uint32_t)QV_NINTH), 6);
    }
}

/// 4 channels of 4 pixels as activations, a pixel's in 32 bits, and the bits of those that are positive.
QV_INLINE uint32x4_t requantize(const int32x4_t sums[4], float32x4_t multiplier, uint32x4_t bits, uint32x4_t *mask) {
    uint16x4_t narrow[4];
    uint32x4_t set[4];
    // Narrowing clamps.
    QV_UNROLL for (int i = 0; i < 4; i++) {
        narrow[i] = vqmovn_u32(vcvtnq_u32_f32(vmulq_f32(vcvtq_f32_s32(sums[i]), multiplier)));
        set[i] = vandq_u32(vcgtzq_s32(sums[i]), bits);
    }
    *mask = vorrq_u32(*mask, vpaddq_u32(vpaddq_u32(set[0], set[1]), vpaddq_u32(set[2], set[3])));
    const uint8x8_t low = vqmovn_u16(vcombine_u16(narrow[0], narrow[1]));
    return vreinterpretq_u32_u8(vqmovn_high_u16(low, vcombine_u16(narrow[2], narrow[3])));
}

QV_INLINE void requantize_tile(const qv_s32_tile_requant *a, const int32_t *from, int64_t x, const int columns) {
    static const uint32_t powers[4] = {1, 2, 4, 8};
    const int64_t part = QV_TILE_SUMS((int64_t)a->tiles);
    const int32_t *parts[6];
    QV_UNROLL for (int r = 0; r < 6; r++) parts[r] = from + 6 * r * part;
    uint32_t bytes[4][QV_PANEL / 4][4];  // of 4 rows: 4 channels of 4 pixels
    uint32x4_t mask[4] = {0};
    uint32x4_t bits = vld1q_u32(powers);
    for (int n = 0; n < QV_PANEL; n += 4, bits = vshlq_n_u32(bits, 4)) {
        int32x4_t sums[4][4];
        QV_UNROLL for (int r = 0; r < 6; r++) QV_KEEP(parts[r]);
        detile(parts, part, vld1q_s32(a->bias + n), sums);
        const float32x4_t multiplier = vld1q_f32(a->multiplier + n);
        QV_UNROLL for (int r = 0; r < 4; r++)
            vst1q_u32(bytes[r][n / 4], requantize(sums[r], multiplier, bits, &mask[r]));
        QV_UNROLL for (int r = 0; r < 6; r++) parts[r] += 4;
    }
    for (int r = 0; r < a->rows; r++) {
        uint8_t *out = a->out[r] + x * a->out_stride;
        for (int half = 0; half < 2; half++) {
            const uint32x4x4_t pixels = vld4q_u32(bytes[r][4 * half]);
            QV_UNROLL for (int c = 0; c < 4; c++) {
                if (c < columns)
                    vst1q_u8(out + c * (int64_t)a->out_stride + 16 * half, vreinterpretq_u8_u32(pixels.val[c]));
            }
        }
        QV_UNROLL for (int c = 0; c < 4; c++) {
            if (c < columns) a->mask[r][(x + c) * a->mask_stride] = mask[r][c];
        }
    }
}

void qv_s32_tile_requant__neon(const qv_s32_tile_requant *a) {
    QV_CHECK(s32_tile_requant, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t x = 4 * (int64_t)(a->first + i);
        const int columns = a->width - x < 4 ? (int)(a->width - x) : 4;
        requantize_tile(a, a->sums + i * (int64_t)QV_PANEL, x, columns);
    }
}

/// The rows of a gradient's tile, from its sums.
QV_INLINE void finish_gradient(const qv_s32_tile_gradient *a, const int32_t *from, int64_t x, float scale,
                               int columns) {
    const int64_t part = QV_TILE_SUMS((int64_t)a->tiles);
    const int32_t *parts[6];
    QV_UNROLL for (int r = 0; r < 6; r++) parts[r] = from + 6 * r * part;
    for (int n = 0; n < QV_PANEL; n += 4) {
        int32x4_t sums[4][4];
        QV_UNROLL for (int r = 0; r < 6; r++) QV_KEEP(parts[r]);
        detile(parts, part, vdupq_n_s32(0), sums);
        QV_UNROLL for (int r = 0; r < 4; r++) {
            if (r < a->top || r >= a->rows) continue;
            float *out = a->out[r] + x * a->out_stride + n;
            QV_UNROLL for (int c = 0; c < 4; c++) {
                if (c < columns)
                    vst1q_f32(out + c * (int64_t)a->out_stride, vmulq_n_f32(vcvtq_f32_s32(sums[r][c]), scale));
            }
        }
        QV_UNROLL for (int r = 0; r < 6; r++) parts[r] += 4;
    }
}

void qv_s32_tile_gradient__neon(const qv_s32_tile_gradient *a) {
    QV_CHECK(s32_tile_gradient, a);
    for (int32_t i = 0; i < a->count; i++) {
        const int64_t x = 4 * (int64_t)(a->first + i);
        const int columns = a->width - x < 4 ? (int)(a->width - x) : 4;
        finish_gradient(a, a->sums + i * (int64_t)QV_PANEL, x, a->tile_scales[i], columns);
    }
}
#else
typedef int qv_tiles__neon_is_empty;
#endif

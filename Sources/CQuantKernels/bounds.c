// The bounds of every kernel's call, as CQuantKernels.h states them.
#include "bounds.h"

#if defined(DEBUG)
#include <float.h>
#include <stdio.h>
#include <stdlib.h>

_Noreturn static void fail(const char *check, const char *condition) {
    fprintf(stderr, "%s: %s: not so: %s\n", __FILE__, check, condition);
    abort();
}

#define CHECK(condition) ((condition) ? (void)0 : fail(__func__, #condition))
#define IS_NUMBER(value) ((value) == (value))
#define NOT_NEGATIVE(value) ((value) >= 0 && (value) <= FLT_MAX)
#define POINTER(pointer) CHECK(is_aligned(pointer, __alignof__(*(pointer))))
#define WEIGHTS(pointer) CHECK(is_aligned(pointer, 64))
#define CHANNELS(count, unit) CHECK((count) > 0 && (count) % (unit) == 0 && (count) <= QV_MOST_CHANNELS)
/// The values of a position in a Gram matrix.
#define VALUES(count, unit) CHECK((count) > 0 && (count) % (unit) == 0 && (count) <= QV_MOST_PATCH)
/// A row of `width` pixels x `channels` into which the first element of `out` does not fall.
#define ROW(row, width, channels, out) \
    CHECK(is_aligned(row, __alignof__(*(row))) && is_apart(row, (width) * (int64_t)(channels) * sizeof *(row), out))
/// The output of a row of pixels, one panel of each.
#define OUTPUT(width, out, stride) \
    do {                           \
        CHECK((width) >= 1);       \
        CHECK((stride) >= QV_PANEL); \
        POINTER(out);              \
    } while (0)
#define MASK(mask, stride)    \
    do {                      \
        CHECK((stride) >= 1); \
        POINTER(mask);        \
    } while (0)
/// The place of an 8 x QV_PANEL block in a matrix of channels.
#define BLOCK(a)                                                                                                   \
    do {                                                                                                           \
        VALUES((a)->channels, QV_PANEL);                                                                           \
        CHECK((a)->first >= 0 && (a)->first % 8 == 0 && (a)->first < (a)->channels);                               \
        CHECK((a)->panel >= 0 && (a)->panel % QV_PANEL == 0 && (a)->panel < (a)->channels);                        \
    } while (0)

static int is_aligned(const void *pointer, uintptr_t alignment) {
    return pointer != NULL && (uintptr_t)pointer % alignment == 0;
}

static int is_apart(const void *row, uint64_t size, const void *out) {
    return (uintptr_t)out < (uintptr_t)row || (uintptr_t)out >= (uintptr_t)row + size;
}

/// Packed weights [blocks][count / 4][QV_PANEL][4] in [-most, most], and their sums over a block, [blocks][QV_PANEL], if any.
static void sums(const int8_t *weights, int blocks, int32_t count, int most, const int32_t *_Nullable expected) {
    for (int block = 0; block < blocks; block++) {
        int32_t sums[QV_PANEL] = {0};
        for (int32_t i = 0; i < count * QV_PANEL; i++) {
            const int8_t weight = *weights++;
            CHECK(weight >= -most && weight <= most);
            sums[i / 4 % QV_PANEL] += weight;
        }
        for (int n = 0; expected && n < QV_PANEL; n++) CHECK(sums[n] == expected[block * QV_PANEL + n]);
    }
}

static void requantization(const int32_t *bias, const float *multiplier) {
    POINTER(bias);
    POINTER(multiplier);
    for (int n = 0; n < QV_PANEL; n++) {
        CHECK(bias[n] >= -(1 << 30) && bias[n] <= 1 << 30);
        CHECK(NOT_NEGATIVE(multiplier[n]));
    }
}

void qv_check_u8_conv_forward(const qv_u8_conv_forward *a) {
    CHANNELS(a->channels, 16);
    OUTPUT(a->width, a->out, a->out_stride);
    MASK(a->mask, a->mask_stride);
    for (int r = 0; r < 3; r++) ROW(a->rows[r], a->width + 2, a->channels, a->out);
    WEIGHTS(a->weights);
    sums(a->weights, 1, 9 * a->channels, 127, a->weight_sums);
    requantization(a->bias, a->multiplier);
}

void qv_check_s16_conv_forward(const qv_s16_conv_forward *a) {
    OUTPUT(a->width, a->out, a->out_stride);
    MASK(a->mask, a->mask_stride);
    for (int r = 0; r < 3; r++) {
        ROW(a->rows[r], a->width + 2, 4, a->out);
        for (int32_t x = 0; x < a->width + 2; x++) CHECK(a->rows[r][4 * (int64_t)x + 3] == 0);
    }
    WEIGHTS(a->weights);
    for (int i = 0; i < 3 * 12 * QV_PANEL; i++) CHECK(a->weights[i] >= -127 && a->weights[i] <= 127);
    requantization(a->bias, a->multiplier);
}

/// `count` tiles from `first` on of a row of `width` pixels, in a block of `tiles`.
static void tiles(int32_t width, int32_t first, int32_t count, int32_t tiles) {
    CHECK(width >= 1);
    CHECK(count >= 1 && count <= tiles);
    CHECK(first >= 0 && 4 * ((int64_t)first + count - 1) < width);
}

void qv_check_u8_tile_pixels(const qv_u8_tile_pixels *a) {
    CHANNELS(a->channels, QV_TILE_CHANNELS);
    tiles(a->width, a->first, a->count, a->tiles);
    WEIGHTS(a->out);
    for (int r = 0; r < 6; r++) ROW(a->rows[r], a->width + 2, a->channels, a->out);
}

void qv_check_s8_tile_products(const qv_s8_tile_products *a) {
    CHANNELS(a->channels, QV_TILE_CHANNELS);
    CHECK(a->tiles >= 1);
    WEIGHTS(a->pixels);
    WEIGHTS(a->weights);
    WEIGHTS(a->sums);
    sums(a->weights, 1, 9 * a->channels, 127, 0);
}

void qv_check_s32_tile_requant(const qv_s32_tile_requant *a) {
    tiles(a->width, a->first, a->count, a->tiles);
    CHECK(a->rows >= 1 && a->rows <= 4);
    WEIGHTS(a->sums);
    for (int row = 0; row < a->rows; row++) {
        OUTPUT(a->width, a->out[row], a->out_stride);
        MASK(a->mask[row], a->mask_stride);
    }
    requantization(a->bias, a->multiplier);
}

void qv_check_u8_image_gradient(const qv_u8_image_gradient *a) {
    CHANNELS(a->channels, 16);
    CHECK(a->width >= 1);
    POINTER(a->out);
    POINTER(a->weight_sums);
    WEIGHTS(a->weights);
    for (int r = 0; r < 3; r++) {
        ROW(a->rows[r], a->width + 2, a->channels, a->out);
        // A byte is h + 128, and h is in [-127, 127].
        for (int64_t i = 0; i < (a->width + 2) * (int64_t)a->channels; i++) CHECK(a->rows[r][i] != 0);
        POINTER(a->scales[r]);
        for (int32_t x = 0; x < a->width + 2; x++) CHECK(a->scales[r][x] >= 0);
        int32_t found[QV_IMAGE_COLUMNS] = {0};
        for (int32_t i = 0; i < a->channels * QV_IMAGE_COLUMNS; i++) {
            const int8_t weight = a->weights[r * a->channels * QV_IMAGE_COLUMNS + i];
            const int32_t column = i / 4 % QV_IMAGE_COLUMNS;
            CHECK(weight >= -127 && weight <= 127);
            CHECK(column < 9 || weight == 0);
            found[column] += weight;
        }
        for (int n = 0; n < QV_IMAGE_COLUMNS; n++) CHECK(found[n] == a->weight_sums[r * QV_IMAGE_COLUMNS + n]);
    }
}

/// The pixels of a stored gradient that `count` tiles from `first` on read, and their scales.
static void gradient(const uint8_t *const rows[6], const float *const scales[6], int32_t width, int32_t channels,
                     int32_t first, int32_t count, const void *out) {
    const int64_t start = 4 * (int64_t)first, left = width + 2 - start, most = 4 * (int64_t)count + 2;
    const int64_t pixels = left < most ? left : most;
    for (int r = 0; r < 6; r++) {
        ROW(rows[r], width + 2, channels, out);
        // A byte is h + 128, and h is in [-127, 127].
        for (int64_t i = start * channels; i < (start + pixels) * channels; i++) CHECK(rows[r][i] != 0);
        POINTER(scales[r]);
        for (int64_t x = start; x < start + pixels; x++) CHECK(scales[r][x] >= 0);
    }
}

void qv_check_u8_tile_gradients(const qv_u8_tile_gradients *a) {
    CHANNELS(a->channels, QV_TILE_CHANNELS);
    tiles(a->width, a->first, a->count, a->tiles);
    WEIGHTS(a->out);
    POINTER(a->tile_scales);
    gradient(a->rows, a->scales, a->width, a->channels, a->first, a->count, a->out);
}

void qv_check_u8_gradient_windows(const qv_u8_gradient_windows *a) {
    CHANNELS(a->channels, QV_TILE_CHANNELS);
    tiles(a->width, a->first, a->count, a->count);
    POINTER(a->out);
    POINTER(a->tile_scales);
    gradient(a->rows, a->scales, a->width, a->channels, a->first, a->count, a->out);
}

/// The rows `top` ..< `rows` of tiles, and T of each tile.
static void tile_gradient(float *const out[4], int32_t width, int32_t out_stride, int32_t top, int32_t rows,
                          const float *tile_scales, int32_t count) {
    CHECK(top >= 0 && top < rows && rows <= 4);
    for (int row = top; row < rows; row++) OUTPUT(width, out[row], out_stride);
    POINTER(tile_scales);
    for (int32_t i = 0; i < count; i++) CHECK(tile_scales[i] >= 0);
}

void qv_check_s32_tile_gradient(const qv_s32_tile_gradient *a) {
    tiles(a->width, a->first, a->count, a->tiles);
    WEIGHTS(a->sums);
    tile_gradient(a->out, a->width, a->out_stride, a->top, a->rows, a->tile_scales, a->count);
}

void qv_check_u8_window_gradient(const qv_u8_window_gradient *a) {
    CHANNELS(a->channels, QV_TILE_CHANNELS);
    tiles(a->width, a->first, a->count, a->count);
    tile_gradient(a->out, a->width, a->out_stride, a->top, a->rows, a->tile_scales, a->count);
    for (int row = a->top; row < a->rows; row++) ROW(a->windows, a->count, QV_WINDOW(a->channels), a->out[row]);
    for (int64_t i = 0; i < a->count * QV_WINDOW(a->channels); i++) CHECK(a->windows[i] != 0);
    WEIGHTS(a->weights);
    sums(a->weights, 9, a->channels, 127, a->weight_sums);
}

void qv_check_s8_mirror_panel(const qv_s8_mirror_panel *a) {
    CHANNELS(a->inputs, QV_PANEL);
    CHANNELS(a->outputs, QV_PANEL);
    CHECK(a->panel >= 0 && a->panel < a->inputs / QV_PANEL);
    WEIGHTS(a->forward);
    WEIGHTS(a->out);
}

void qv_check_u8_interleave(const qv_u8_interleave *a) {
    VALUES(a->channels, 16);
    CHECK(a->width >= 1);
    POINTER(a->out);
    ROW(a->row, a->width, a->channels, a->out);
}

void qv_check_u8_gram(const qv_u8_gram *a) {
    BLOCK(a);
    CHECK(a->groups >= 1 && a->groups <= 8192);
    POINTER(a->sums);
    POINTER(a->positions);
}

void qv_check_u8_style_gradient(const qv_u8_style_gradient *a) {
    CHANNELS(a->channels, 16);
    OUTPUT(a->width, a->out, a->out_stride);
    ROW(a->row, a->width, a->channels, a->out);
    POINTER(a->high);
    POINTER(a->low);
    sums(a->high, 1, a->channels, 127, a->high_sums);
    sums(a->low, 1, a->channels, 64, a->low_sums);
    POINTER(a->scale);
    for (int n = 0; n < QV_PANEL; n++) CHECK(IS_NUMBER(a->scale[n]));
}

void qv_check_u8_squared_difference(const qv_u8_squared_difference *a) {
    CHANNELS(a->channels, 16);
    CHECK(a->width >= 1);
    POINTER(a->sums);
    ROW(a->row, a->width, a->channels, a->sums);
    ROW(a->target, a->width, a->channels, a->sums);
    for (int32_t c = 0; c < a->channels; c++) CHECK(a->sums[c] >= 0);
}

void qv_check_u8_content_gradient(const qv_u8_content_gradient *a) {
    CHANNELS(a->channels, 16);
    CHECK(a->width >= 1);
    POINTER(a->out);
    ROW(a->row, a->width, a->channels, a->out);
    ROW(a->target, a->width, a->channels, a->out);
    POINTER(a->factor);
    for (int32_t c = 0; c < a->channels; c++) CHECK(IS_NUMBER(a->factor[c]));
}

void qv_check_f32_quantize_image(const qv_f32_quantize_image *a) {
    CHECK(a->width >= 1);
    POINTER(a->out);
    ROW(a->row, a->width, 3, a->out);
}

void qv_check_u8_pool(const qv_u8_pool *a) {
    CHANNELS(a->channels, 16);
    CHECK(a->width >= 1);
    POINTER(a->out);
    ROW(a->top, 2 * (int64_t)a->width, a->channels, a->out);
    ROW(a->bottom, 2 * (int64_t)a->width, a->channels, a->out);
}

void qv_check_u8_quantize_gradient(const qv_u8_quantize_gradient *a) {
    CHANNELS(a->channels, QV_PANEL);
    CHECK(a->width >= 1);
    POINTER(a->out);
    POINTER(a->scales);
    POINTER(a->mask);
    POINTER(a->weight_scale);
    ROW(a->gradient, a->width, a->channels, a->out);
    for (int32_t c = 0; c < a->channels; c++) CHECK(NOT_NEGATIVE(a->weight_scale[c]));
}

void qv_check_u8_unpool_max(const qv_u8_unpool_max *a) {
    CHANNELS(a->channels, 16);
    CHECK(a->width >= 1);
    CHECK(a->is_bottom == 0 || a->is_bottom == 1);
    POINTER(a->out);
    ROW(a->top, a->width, a->channels, a->out);
    ROW(a->bottom, a->width, a->channels, a->out);
    ROW(a->gradient, a->width / 2, a->channels, a->out);
}

void qv_check_f32_unpool_average(const qv_f32_unpool_average *a) {
    CHANNELS(a->channels, 16);
    CHECK(a->width >= 1);
    POINTER(a->out);
    ROW(a->gradient, a->width / 2, a->channels, a->out);
}

void qv_check_f32_dot(const qv_f32_dot *a) {
    OUTPUT(a->width, a->out, a->out_stride);
    CHECK(a->row_count == 1 || a->row_count == 3);
    CHECK(a->length >= 1);
    CHECK(a->pixel_stride >= 1);
    CHECK(a->relu == 0 || a->relu == 1);
    CHECK(a->accumulate == 0 || a->accumulate == 1);
    for (int r = 0; r < a->row_count; r++)
        ROW(a->rows[r], (a->width - 1) * (int64_t)a->pixel_stride + a->length, 1, a->out);
    POINTER(a->weights);
    if (!a->accumulate) POINTER(a->start);
}

void qv_check_f32_gram(const qv_f32_gram *a) {
    BLOCK(a);
    CHECK(a->width >= 1);
    POINTER(a->sums);
    POINTER(a->row);
}

#else
void qv_check_u8_conv_forward(const qv_u8_conv_forward *a) { (void)a; }
void qv_check_s16_conv_forward(const qv_s16_conv_forward *a) { (void)a; }
void qv_check_u8_tile_pixels(const qv_u8_tile_pixels *a) { (void)a; }
void qv_check_s8_tile_products(const qv_s8_tile_products *a) { (void)a; }
void qv_check_s32_tile_requant(const qv_s32_tile_requant *a) { (void)a; }
void qv_check_u8_image_gradient(const qv_u8_image_gradient *a) { (void)a; }
void qv_check_u8_tile_gradients(const qv_u8_tile_gradients *a) { (void)a; }
void qv_check_u8_gradient_windows(const qv_u8_gradient_windows *a) { (void)a; }
void qv_check_s32_tile_gradient(const qv_s32_tile_gradient *a) { (void)a; }
void qv_check_u8_window_gradient(const qv_u8_window_gradient *a) { (void)a; }
void qv_check_s8_mirror_panel(const qv_s8_mirror_panel *a) { (void)a; }
void qv_check_u8_interleave(const qv_u8_interleave *a) { (void)a; }
void qv_check_u8_gram(const qv_u8_gram *a) { (void)a; }
void qv_check_u8_style_gradient(const qv_u8_style_gradient *a) { (void)a; }
void qv_check_u8_squared_difference(const qv_u8_squared_difference *a) { (void)a; }
void qv_check_u8_content_gradient(const qv_u8_content_gradient *a) { (void)a; }
void qv_check_f32_quantize_image(const qv_f32_quantize_image *a) { (void)a; }
void qv_check_u8_pool(const qv_u8_pool *a) { (void)a; }
void qv_check_u8_quantize_gradient(const qv_u8_quantize_gradient *a) { (void)a; }
void qv_check_u8_unpool_max(const qv_u8_unpool_max *a) { (void)a; }
void qv_check_f32_unpool_average(const qv_f32_unpool_average *a) { (void)a; }
void qv_check_f32_dot(const qv_f32_dot *a) { (void)a; }
void qv_check_f32_gram(const qv_f32_gram *a) { (void)a; }
#endif

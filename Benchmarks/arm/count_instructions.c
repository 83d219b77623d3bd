// A program without a C library that calls KERNEL `CALLS` times on zeros and prints the MACs of one call;
// predict counts its instructions in an emulator. KERNEL's type chooses the arguments.
#include "../../Sources/CQuantKernels/arm/arm_table.h"

// W: pixels of a row; of tiles, those that are worked on. K: channels. T: tiles of a block.
#ifndef W
#define W 8
#endif
#ifndef K
#define K 64
#endif
#ifndef T
#define T 24
#endif

// What the compiler makes of loops, as that which clears a window's scales. Not counted are the instructions here; a call
// is 100 cycles to the model, more than it takes.
__attribute__((no_builtin)) void *memcpy(void *to, const void *from, __SIZE_TYPE__ count) {
    for (__SIZE_TYPE__ i = 0; i < count; i++) ((char *)to)[i] = ((const char *)from)[i];
    return to;
}
__attribute__((no_builtin)) void *memset(void *to, int value, __SIZE_TYPE__ count) {
    for (__SIZE_TYPE__ i = 0; i < count; i++) ((char *)to)[i] = (char)value;
    return to;
}

static uint64_t zeros[256 * 1024] __attribute__((aligned(64)));
static uint64_t out[256 * 1024] __attribute__((aligned(64)));

static int64_t forward(void (*kernel)(const qv_u8_conv_forward *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    kernel(&(qv_u8_conv_forward){.rows = {row, row, row}, .weights = (const int8_t *)zeros,
                                 .weight_sums = (const int32_t *)zeros, .bias = (const int32_t *)zeros,
                                 .multiplier = (const float *)zeros, .out = (uint8_t *)out,
                                 .mask = (uint32_t *)out + 1024, .width = W, .channels = K,
                                 .out_stride = QV_PANEL, .mask_stride = 1});
    return (int64_t)W * 9 * K * QV_PANEL;
}

static int64_t tile_pixels(void (*kernel)(const qv_u8_tile_pixels *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    kernel(&(qv_u8_tile_pixels){.rows = {row, row, row, row, row, row}, .out = (int16_t *)out, .width = W,
                                .channels = K, .count = W / 4, .tiles = T});
    return 0;
}

static int64_t tile_products(void (*kernel)(const qv_s8_tile_products *)) {
    kernel(&(qv_s8_tile_products){.pixels = (const int16_t *)zeros, .weights = (const int8_t *)zeros,
                                  .sums = (int32_t *)out, .channels = K, .tiles = T});
    return (int64_t)QV_TILE_PARTS * T * K * QV_PANEL;
}

static int64_t tile_requant(void (*kernel)(const qv_s32_tile_requant *)) {
    uint8_t *bytes = (uint8_t *)out;
    uint32_t *mask = (uint32_t *)out + 16 * 1024;
    kernel(&(qv_s32_tile_requant){.sums = (const int32_t *)zeros, .bias = (const int32_t *)zeros,
                                  .multiplier = (const float *)zeros, .out = {bytes, bytes, bytes, bytes},
                                  .mask = {mask, mask, mask, mask}, .width = W, .rows = 4, .count = W / 4,
                                  .tiles = T, .out_stride = QV_PANEL, .mask_stride = 1});
    return 0;
}

static int64_t first_layer(void (*kernel)(const qv_s16_conv_forward *)) {
    const int16_t *row = (const int16_t *)zeros;
    kernel(&(qv_s16_conv_forward){.rows = {row, row, row}, .weights = row, .bias = (const int32_t *)zeros,
                                  .multiplier = (const float *)zeros, .out = (uint8_t *)out,
                                  .mask = (uint32_t *)out + 1024, .width = W, .out_stride = QV_PANEL,
                                  .mask_stride = 1});
    return (int64_t)W * 36 * QV_PANEL;
}

static int64_t image_gradient(void (*kernel)(const qv_u8_image_gradient *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    const float *scale = (const float *)zeros;
    kernel(&(qv_u8_image_gradient){.rows = {row, row, row}, .scales = {scale, scale, scale},
                                   .weights = (const int8_t *)zeros, .weight_sums = (const int32_t *)zeros,
                                   .out = (float *)out, .width = W, .channels = K});
    return (int64_t)W * 9 * K * 3;
}

static int64_t windows(void (*kernel)(const qv_u8_gradient_windows *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    const float *scale = (const float *)zeros;
    kernel(&(qv_u8_gradient_windows){.rows = {row, row, row, row, row, row},
                                     .scales = {scale, scale, scale, scale, scale, scale}, .out = (uint8_t *)out,
                                     .tile_scales = (float *)out + 256 * 1024, .width = W, .channels = K,
                                     .count = W / 4});
    return 0;
}

static int64_t window_gradient(void (*kernel)(const qv_u8_window_gradient *)) {
    float *rows = (float *)out;
    kernel(&(qv_u8_window_gradient){.windows = (const uint8_t *)zeros, .tile_scales = (const float *)zeros,
                                    .weights = (const int8_t *)zeros, .weight_sums = (const int32_t *)zeros,
                                    .out = {rows, rows, rows, rows}, .width = W, .channels = K, .rows = 4,
                                    .count = W / 4, .out_stride = QV_PANEL});
    return (int64_t)W * 4 * 9 * K * QV_PANEL;
}

static int64_t tile_gradients(void (*kernel)(const qv_u8_tile_gradients *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    const float *scale = (const float *)zeros;
    kernel(&(qv_u8_tile_gradients){.rows = {row, row, row, row, row, row},
                                   .scales = {scale, scale, scale, scale, scale, scale}, .out = (int16_t *)out,
                                   .tile_scales = (float *)out + 256 * 1024, .width = W, .channels = K,
                                   .count = W / 4, .tiles = T});
    return 0;
}

static int64_t tile_gradient(void (*kernel)(const qv_s32_tile_gradient *)) {
    float *rows = (float *)out;
    kernel(&(qv_s32_tile_gradient){.sums = (const int32_t *)zeros, .tile_scales = (const float *)zeros,
                                   .out = {rows, rows, rows, rows}, .width = W, .rows = 4, .count = W / 4,
                                   .tiles = T, .out_stride = QV_PANEL});
    return 0;
}

static int64_t style(void (*kernel)(const qv_u8_style_gradient *)) {
    const int8_t *matrix = (const int8_t *)zeros;
    kernel(&(qv_u8_style_gradient){.row = (const uint8_t *)zeros, .high = matrix, .low = matrix,
                                   .high_sums = (const int32_t *)zeros, .low_sums = (const int32_t *)zeros,
                                   .scale = (const float *)zeros, .out = (float *)out, .width = W,
                                   .channels = K, .out_stride = QV_PANEL});
    return (int64_t)W * 2 * K * QV_PANEL;
}

static int64_t gram(void (*kernel)(const qv_u8_gram *)) {
    kernel(&(qv_u8_gram){.positions = (const uint8_t *)zeros, .sums = (int64_t *)out, .groups = 64,
                         .channels = QV_PANEL});
    return 64 * 4 * 8 * QV_PANEL;
}

static int64_t float_dot(void (*kernel)(const qv_f32_dot *)) {
    const float *row = (const float *)zeros;
    kernel(&(qv_f32_dot){.rows = {row, row, row}, .weights = row, .start = row, .out = (float *)out,
                         .row_count = 3, .length = 3 * K, .pixel_stride = K, .width = W,
                         .out_stride = QV_PANEL});
    return (int64_t)W * 9 * K * QV_PANEL;
}

static int64_t float_gram(void (*kernel)(const qv_f32_gram *)) {
    kernel(&(qv_f32_gram){.row = (const float *)zeros, .sums = (double *)out, .width = 256,
                          .channels = QV_PANEL});
    return 256 * 8 * QV_PANEL;
}

#define CALL                                                \
    _Generic(KERNEL,                                        \
        void (*)(const qv_u8_conv_forward *): forward,      \
        void (*)(const qv_u8_tile_pixels *): tile_pixels,   \
        void (*)(const qv_s8_tile_products *): tile_products, \
        void (*)(const qv_s32_tile_requant *): tile_requant, \
        void (*)(const qv_s16_conv_forward *): first_layer, \
        void (*)(const qv_u8_image_gradient *): image_gradient, \
        void (*)(const qv_u8_gradient_windows *): windows,  \
        void (*)(const qv_u8_window_gradient *): window_gradient, \
        void (*)(const qv_u8_tile_gradients *): tile_gradients, \
        void (*)(const qv_s32_tile_gradient *): tile_gradient, \
        void (*)(const qv_u8_style_gradient *): style,      \
        void (*)(const qv_u8_gram *): gram,                 \
        void (*)(const qv_f32_dot *): float_dot,            \
        void (*)(const qv_f32_gram *): float_gram)(KERNEL)

static int64_t system_call(int64_t number, int64_t a, const char *b, int64_t c) {
    register int64_t x8 __asm__("x8") = number;
    register int64_t x0 __asm__("x0") = a;
    register const char *x1 __asm__("x1") = b;
    register int64_t x2 __asm__("x2") = c;
    __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2) : "memory");
    return x0;
}

void _start(void) {
    int64_t macs = 0;
    for (int call = 0; call < CALLS; call++) macs = CALL;
    char digits[24];
    int at = sizeof digits;
    digits[--at] = '\n';
    for (; macs > 0; macs /= 10) digits[--at] = (char)('0' + macs % 10);
    system_call(64, 1, digits + at, (int64_t)sizeof digits - at);  // write
    system_call(93, 0, digits, 0);                                  // exit
}

// A program without a C library that calls KERNEL `CALLS` times on zeros and prints the MACs of one call;
// predict counts its instructions in an emulator. KERNEL's type chooses the arguments.
#include "../../Sources/CQuantKernels/arm/arm_table.h"

enum { W = 8, K = 64 };

static uint64_t zeros[64 * 1024];
static uint64_t out[64 * 1024];

static int64_t forward(void (*kernel)(const qv_u8_conv_forward *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    kernel(&(qv_u8_conv_forward){.rows = {row, row, row}, .weights = (const int8_t *)zeros,
                                 .weight_sums = (const int32_t *)zeros, .bias = (const int32_t *)zeros,
                                 .multiplier = (const float *)zeros, .out = (uint8_t *)out,
                                 .mask = (uint32_t *)out + 1024, .width = W, .channels = K,
                                 .out_stride = QV_PANEL, .mask_stride = 1});
    return (int64_t)W * 9 * K * QV_PANEL;
}

static int64_t first_layer(void (*kernel)(const qv_s16_conv_forward *)) {
    const int16_t *row = (const int16_t *)zeros;
    kernel(&(qv_s16_conv_forward){.rows = {row, row, row}, .weights = row, .bias = (const int32_t *)zeros,
                                  .multiplier = (const float *)zeros, .out = (uint8_t *)out,
                                  .mask = (uint32_t *)out + 1024, .width = W, .out_stride = QV_PANEL,
                                  .mask_stride = 1});
    return (int64_t)W * 36 * QV_PANEL;
}

static int64_t backward(void (*kernel)(const qv_u8_conv_backward *)) {
    const uint8_t *row = (const uint8_t *)zeros;
    const float *scale = (const float *)zeros;
    kernel(&(qv_u8_conv_backward){.rows = {row, row, row}, .scales = {scale, scale, scale},
                                  .weights = (const int8_t *)zeros, .weight_sums = (const int32_t *)zeros,
                                  .out = (float *)out, .width = W, .channels = K, .out_stride = QV_PANEL});
    return (int64_t)W * 9 * K * QV_PANEL;
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
        void (*)(const qv_s16_conv_forward *): first_layer, \
        void (*)(const qv_u8_conv_backward *): backward,    \
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

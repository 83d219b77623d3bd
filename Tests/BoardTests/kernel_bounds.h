// Calls that break one bound of CQuantKernels.h each: every kernel of every set ends the program at its head.
// Only where DEBUG is defined; kernel_sweep.c includes this.
#ifndef KERNEL_BOUNDS_H
#define KERNEL_BOUNDS_H

#include <signal.h>
#include <sys/wait.h>

enum { BOUNDS_W = 4, BOUNDS_K = 32, BOUNDS_SIZE = 9 * BOUNDS_K * BOUNDS_K };

// Zeros are activations, weights, sums and scales; ones are gradients.
static _Alignas(64) const uint8_t zeros[9 * BOUNDS_SIZE + 64];
static _Alignas(64) uint8_t ones[8 * BOUNDS_SIZE + 64], written[9 * BOUNDS_SIZE + 64];
static _Alignas(64) const int8_t least[BOUNDS_SIZE] = {[BOUNDS_SIZE - 1] = -128};
static _Alignas(64) const int8_t above_64[BOUNDS_SIZE] = {[BOUNDS_K * QV_PANEL - 1] = 65};
static _Alignas(64) const int16_t above_127[3 * 12 * QV_PANEL] = {[3 * 12 * QV_PANEL - 1] = 128};
static const int32_t large[QV_PANEL] = {[QV_PANEL - 1] = (1 << 30) + 1};
static const float negative[QV_PANEL] = {[QV_PANEL - 1] = -1};
static const float infinite[QV_PANEL * BOUNDS_W] = {[24] = INFINITY, [QV_PANEL - 1] = INFINITY};
static const float no_number[QV_PANEL] = {[QV_PANEL - 1] = NAN};

#define Z ((const void *)zeros)
#define O ((const void *)ones)
#define OUT ((void *)written)
#define OFF(pointer, bytes) ((void *)((uint8_t *)(uintptr_t)(pointer) + (bytes)))

// Runs every set's kernel on a call that is as it should be, which returns.
#define HOLDS(kernel)                                     \
    for (int set = 0; set < set_count; set++)             \
        if (sets[set].table.kernel) sets[set].table.kernel(&a)

// Runs every set's kernel, in a process of its own, on the call after `change`: it aborts.
#define BREAKS(kernel, change)                                                            \
    for (int set = 0; set < set_count; set++, case_count++) {                             \
        if (!sets[set].table.kernel) continue;                                            \
        const pid_t child = fork();                                                       \
        if (child == 0) {                                                                 \
            if (!freopen("/dev/null", "w", stderr)) exit(3);                              \
            a.change;                                                                     \
            sets[set].table.kernel(&a);                                                   \
            _exit(0);                                                                     \
        }                                                                                 \
        int status = 0;                                                                   \
        waitpid(child, &status, 0);                                                       \
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT) {                        \
            printf("%s %s: does not stop at %s\n", sets[set].name, #kernel, #change);     \
            exit(1);                                                                      \
        }                                                                                 \
    }

#define BREAKS_SIZES(kernel)          \
    BREAKS(kernel, width = 0)         \
    BREAKS(kernel, width = -1)        \
    BREAKS(kernel, channels = 0)      \
    BREAKS(kernel, channels = 24)     \
    BREAKS(kernel, channels = 528)

#define BREAKS_REQUANTIZATION(kernel)         \
    BREAKS(kernel, out_stride = QV_PANEL - 1) \
    BREAKS(kernel, mask_stride = 0)           \
    BREAKS(kernel, weights = OFF(Z, 32))      \
    BREAKS(kernel, bias = large)              \
    BREAKS(kernel, bias = OFF(Z, 2))          \
    BREAKS(kernel, multiplier = negative)     \
    BREAKS(kernel, multiplier = infinite)     \
    BREAKS(kernel, multiplier = no_number)

#define BREAKS_WINDOWS(kernel)                                                       \
    BREAKS(kernel, channels = 16)                                                    \
    BREAKS(kernel, count = 0)                                                        \
    BREAKS(kernel, count = 2)                                                        \
    BREAKS(kernel, first = 1)                                                        \
    BREAKS(kernel, first = -1)                                                       \
    BREAKS(kernel, rows[5] = Z)                                                      \
    BREAKS(kernel, rows[0] = NULL)                                                   \
    BREAKS(kernel, rows[3] = OFF(OUT, -1))                                           \
    BREAKS(kernel, scales[5] = OFF(negative, 4 * (QV_PANEL - BOUNDS_W - 2)))         \
    BREAKS(kernel, scales[4] = OFF(no_number, 4 * (QV_PANEL - BOUNDS_W - 2)))        \
    BREAKS(kernel, scales[0] = OFF(Z, 2))                                            \
    BREAKS(kernel, tile_scales = OFF(OUT, 2))

#define BREAKS_TILE_ROWS(kernel)                          \
    BREAKS(kernel, top = -1)                              \
    BREAKS(kernel, top = 4)                               \
    BREAKS(kernel, rows = 0)                              \
    BREAKS(kernel, rows = 5)                              \
    BREAKS(kernel, count = 0)                             \
    BREAKS(kernel, count = 2)                             \
    BREAKS(kernel, first = 1)                             \
    BREAKS(kernel, first = -1)                            \
    BREAKS(kernel, out[3] = NULL)                         \
    BREAKS(kernel, out_stride = QV_PANEL - 1)             \
    BREAKS(kernel, tile_scales = negative + QV_PANEL - 1) \
    BREAKS(kernel, tile_scales = no_number + QV_PANEL - 1)\
    BREAKS(kernel, tile_scales = NULL)

static void check_bounds_of_convolutions(void) {
    {
        qv_u8_conv_forward a = {.rows = {Z, Z, Z}, .weights = Z, .weight_sums = Z, .bias = Z, .multiplier = Z,
                                .out = OUT, .mask = OFF(OUT, 1024), .width = BOUNDS_W, .channels = BOUNDS_K,
                                .out_stride = QV_PANEL, .mask_stride = 1};
        HOLDS(u8_conv_forward);
        BREAKS_SIZES(u8_conv_forward)
        BREAKS_REQUANTIZATION(u8_conv_forward)
        BREAKS(u8_conv_forward, rows[2] = NULL)
        BREAKS(u8_conv_forward, rows[1] = OFF(OUT, -1))
        BREAKS(u8_conv_forward, weights = least)
        BREAKS(u8_conv_forward, weight_sums = O)
        BREAKS(u8_conv_forward, mask = OFF(OUT, 1))
    }
    {
        qv_s16_conv_forward a = {.rows = {Z, Z, Z}, .weights = Z, .bias = Z, .multiplier = Z, .out = OUT,
                                 .mask = OFF(OUT, 1024), .width = BOUNDS_W, .out_stride = QV_PANEL, .mask_stride = 1};
        HOLDS(s16_conv_forward);
        BREAKS(s16_conv_forward, width = 0)
        BREAKS_REQUANTIZATION(s16_conv_forward)
        BREAKS(s16_conv_forward, rows[0] = O)
        BREAKS(s16_conv_forward, weights = above_127)
    }
    {
        qv_u8_tile_pixels a = {.rows = {Z, Z, Z, Z, Z, Z}, .out = OUT, .width = BOUNDS_W, .channels = BOUNDS_K,
                               .count = 1, .tiles = 1};
        HOLDS(u8_tile_pixels);
        BREAKS_SIZES(u8_tile_pixels)
        BREAKS(u8_tile_pixels, channels = 16)
        BREAKS(u8_tile_pixels, rows[5] = NULL)
        BREAKS(u8_tile_pixels, count = 0)
        BREAKS(u8_tile_pixels, count = 2)
        BREAKS(u8_tile_pixels, first = 1)
        BREAKS(u8_tile_pixels, first = -1)
        BREAKS(u8_tile_pixels, out = OFF(OUT, 32))
    }
    {
        qv_s8_tile_products a = {.pixels = Z, .weights = Z, .sums = OUT, .channels = BOUNDS_K, .tiles = 1};
        HOLDS(s8_tile_products);
        BREAKS(s8_tile_products, channels = 16)
        BREAKS(s8_tile_products, channels = 0)
        BREAKS(s8_tile_products, channels = 544)
        BREAKS(s8_tile_products, tiles = 0)
        BREAKS(s8_tile_products, pixels = OFF(Z, 32))
        BREAKS(s8_tile_products, weights = OFF(Z, 32))
        BREAKS(s8_tile_products, weights = least)
        BREAKS(s8_tile_products, sums = OFF(OUT, 32))
    }
    {
        qv_s32_tile_requant a = {.sums = Z, .bias = Z, .multiplier = Z,
                                 .out = {OUT, OFF(OUT, 1024), OFF(OUT, 2048), OFF(OUT, 3072)},
                                 .mask = {OFF(OUT, 4096), OFF(OUT, 5120), OFF(OUT, 6144), OFF(OUT, 7168)},
                                 .width = BOUNDS_W, .rows = 4, .count = 1, .tiles = 1, .out_stride = QV_PANEL,
                                 .mask_stride = 1};
        HOLDS(s32_tile_requant);
        BREAKS(s32_tile_requant, width = 0)
        BREAKS(s32_tile_requant, rows = 0)
        BREAKS(s32_tile_requant, rows = 5)
        BREAKS(s32_tile_requant, count = 2)
        BREAKS(s32_tile_requant, first = 1)
        BREAKS(s32_tile_requant, sums = OFF(Z, 32))
        BREAKS(s32_tile_requant, out[3] = NULL)
        BREAKS(s32_tile_requant, mask[3] = OFF(OUT, 2))
        BREAKS(s32_tile_requant, out_stride = QV_PANEL - 1)
        BREAKS(s32_tile_requant, mask_stride = 0)
        BREAKS(s32_tile_requant, bias = large)
        BREAKS(s32_tile_requant, multiplier = infinite)
    }
    {
        qv_u8_image_gradient a = {.rows = {O, O, O}, .scales = {Z, Z, Z}, .weights = Z, .weight_sums = Z, .out = OUT,
                                  .width = BOUNDS_W, .channels = BOUNDS_K};
        HOLDS(u8_image_gradient);
        BREAKS_SIZES(u8_image_gradient)
        BREAKS(u8_image_gradient, rows[2] = Z)
        BREAKS(u8_image_gradient, rows[0] = OFF(OUT, -1))
        BREAKS(u8_image_gradient, out = OFF(OUT, 2))
        BREAKS(u8_image_gradient, scales[1] = OFF(negative, 4 * (QV_PANEL - BOUNDS_W - 2)))
        BREAKS(u8_image_gradient, scales[1] = OFF(no_number, 4 * (QV_PANEL - BOUNDS_W - 2)))
        BREAKS(u8_image_gradient, weights = OFF(least, BOUNDS_SIZE - 3 * BOUNDS_K * QV_IMAGE_COLUMNS))
        BREAKS(u8_image_gradient, weights = O)
        BREAKS(u8_image_gradient, weights = OFF(Z, 16))
        BREAKS(u8_image_gradient, weight_sums = O)
    }
    {
        qv_u8_tile_gradients a = {.rows = {O, O, O, O, O, O}, .scales = {Z, Z, Z, Z, Z, Z}, .out = OUT,
                                  .tile_scales = OFF(OUT, BOUNDS_SIZE), .width = BOUNDS_W, .channels = BOUNDS_K,
                                  .count = 1, .tiles = 1};
        HOLDS(u8_tile_gradients);
        BREAKS_SIZES(u8_tile_gradients)
        BREAKS_WINDOWS(u8_tile_gradients)
        BREAKS(u8_tile_gradients, tiles = 0)
        BREAKS(u8_tile_gradients, out = OFF(OUT, 32))
    }
    {
        qv_u8_gradient_windows a = {.rows = {O, O, O, O, O, O}, .scales = {Z, Z, Z, Z, Z, Z}, .out = OUT,
                                    .tile_scales = OFF(OUT, BOUNDS_SIZE), .width = BOUNDS_W, .channels = BOUNDS_K,
                                    .count = 1};
        HOLDS(u8_gradient_windows);
        BREAKS_SIZES(u8_gradient_windows)
        BREAKS_WINDOWS(u8_gradient_windows)
        BREAKS(u8_gradient_windows, out = NULL)
    }
    {
        qv_s32_tile_gradient a = {.sums = Z, .tile_scales = Z,
                                  .out = {OUT, OFF(OUT, 1024), OFF(OUT, 2048), OFF(OUT, 3072)}, .width = BOUNDS_W,
                                  .rows = 4, .count = 1, .tiles = 1, .out_stride = QV_PANEL};
        HOLDS(s32_tile_gradient);
        BREAKS(s32_tile_gradient, width = 0)
        BREAKS_TILE_ROWS(s32_tile_gradient)
        BREAKS(s32_tile_gradient, tiles = 0)
        BREAKS(s32_tile_gradient, sums = OFF(Z, 32))
    }
    {
        qv_u8_window_gradient a = {.windows = O, .tile_scales = Z, .weights = Z, .weight_sums = Z,
                                   .out = {OUT, OFF(OUT, 1024), OFF(OUT, 2048), OFF(OUT, 3072)}, .width = BOUNDS_W,
                                   .channels = BOUNDS_K, .rows = 4, .count = 1, .out_stride = QV_PANEL};
        HOLDS(u8_window_gradient);
        BREAKS_SIZES(u8_window_gradient)
        BREAKS_TILE_ROWS(u8_window_gradient)
        BREAKS(u8_window_gradient, channels = 16)
        BREAKS(u8_window_gradient, windows = Z)
        BREAKS(u8_window_gradient, windows = OFF(OUT, -1))
        BREAKS(u8_window_gradient, weights = least)
        BREAKS(u8_window_gradient, weights = OFF(Z, 16))
        BREAKS(u8_window_gradient, weight_sums = O)
    }
    {
        qv_s8_mirror_panel a = {.forward = Z, .out = OUT, .inputs = 32, .outputs = 32, .panel = 0};
        HOLDS(s8_mirror_panel);
        BREAKS(s8_mirror_panel, inputs = 16)
        BREAKS(s8_mirror_panel, outputs = 544)
        BREAKS(s8_mirror_panel, panel = 1)
        BREAKS(s8_mirror_panel, out = OFF(OUT, 4))
    }
    {
        qv_f32_dot a = {.rows = {Z, Z, Z}, .weights = Z, .start = Z, .out = OUT, .row_count = 3, .length = 7,
                        .pixel_stride = 2, .width = BOUNDS_W, .out_stride = QV_PANEL};
        HOLDS(f32_dot);
        BREAKS(f32_dot, width = 0)
        BREAKS(f32_dot, row_count = 2)
        BREAKS(f32_dot, length = 0)
        BREAKS(f32_dot, pixel_stride = 0)
        BREAKS(f32_dot, out_stride = QV_PANEL - 1)
        BREAKS(f32_dot, relu = 2)
        BREAKS(f32_dot, accumulate = -1)
        BREAKS(f32_dot, start = NULL)
        BREAKS(f32_dot, rows[2] = OFF(OUT, -4))
    }
}

static void check_bounds_of_losses(void) {
    {
        qv_u8_interleave a = {.row = Z, .out = OUT, .width = BOUNDS_W, .channels = BOUNDS_K};
        HOLDS(u8_interleave);
        a.channels = QV_MOST_PATCH;
        HOLDS(u8_interleave);
        BREAKS(u8_interleave, width = 0)
        BREAKS(u8_interleave, width = -1)
        BREAKS(u8_interleave, channels = 0)
        BREAKS(u8_interleave, channels = 24)
        BREAKS(u8_interleave, channels = QV_MOST_PATCH + 16)
        BREAKS(u8_interleave, row = NULL)
        BREAKS(u8_interleave, out = NULL)
    }
    {
        qv_u8_gram a = {.positions = Z, .sums = OUT, .groups = 1, .channels = 32, .first = 24, .panel = 0};
        HOLDS(u8_gram);
        BREAKS(u8_gram, groups = 0)
        BREAKS(u8_gram, groups = 8193)
        BREAKS(u8_gram, channels = 16)
        BREAKS(u8_gram, channels = QV_MOST_PATCH + QV_PANEL)
        BREAKS(u8_gram, first = 4)
        BREAKS(u8_gram, first = 32)
        BREAKS(u8_gram, panel = -32)
        BREAKS(u8_gram, panel = 16)
        BREAKS(u8_gram, sums = OFF(OUT, 4))
    }
    {
        qv_u8_style_gradient a = {.row = Z, .high = Z, .low = Z, .high_sums = Z, .low_sums = Z, .scale = Z, .out = OUT,
                                  .width = BOUNDS_W, .channels = BOUNDS_K, .out_stride = QV_PANEL};
        HOLDS(u8_style_gradient);
        BREAKS_SIZES(u8_style_gradient)
        BREAKS(u8_style_gradient, out_stride = QV_PANEL - 1)
        BREAKS(u8_style_gradient, high = least + BOUNDS_SIZE - BOUNDS_K * QV_PANEL)
        BREAKS(u8_style_gradient, low = above_64)
        BREAKS(u8_style_gradient, high_sums = O)
        BREAKS(u8_style_gradient, low_sums = O)
        BREAKS(u8_style_gradient, scale = no_number)
    }
    {
        qv_u8_squared_difference a = {.row = Z, .target = O, .sums = OUT, .width = BOUNDS_W, .channels = BOUNDS_K};
        HOLDS(u8_squared_difference);
        BREAKS_SIZES(u8_squared_difference)
        BREAKS(u8_squared_difference, target = NULL)
        BREAKS(u8_squared_difference, sums[BOUNDS_K - 1] = -1)
        BREAKS(u8_squared_difference, row = OFF(OUT, -1))
    }
    {
        qv_u8_content_gradient a = {.row = Z, .target = O, .factor = Z, .out = OUT, .width = BOUNDS_W,
                                    .channels = BOUNDS_K};
        HOLDS(u8_content_gradient);
        BREAKS_SIZES(u8_content_gradient)
        BREAKS(u8_content_gradient, factor = no_number)
        BREAKS(u8_content_gradient, out = OFF(OUT, 2))
    }
    {
        qv_f32_gram a = {.row = Z, .sums = OUT, .width = BOUNDS_W, .channels = 32, .first = 24, .panel = 0};
        HOLDS(f32_gram);
        BREAKS(f32_gram, width = 0)
        BREAKS(f32_gram, channels = 16)
        BREAKS(f32_gram, first = 32)
        BREAKS(f32_gram, panel = 16)
    }
}

static void check_bounds_of_rows(void) {
    {
        qv_f32_quantize_image a = {.row = Z, .out = OUT, .width = BOUNDS_W};
        HOLDS(f32_quantize_image);
        BREAKS(f32_quantize_image, width = 0)
        BREAKS(f32_quantize_image, out = OFF(OUT, 1))
    }
    {
        qv_u8_pool a = {.top = Z, .bottom = O, .out = OUT, .width = BOUNDS_W, .channels = BOUNDS_K};
        HOLDS(u8_pool_average);
        BREAKS_SIZES(u8_pool_average)
        BREAKS_SIZES(u8_pool_max)
        BREAKS(u8_pool_max, bottom = NULL)
    }
    {
        qv_u8_quantize_gradient a = {.gradient = Z, .mask = O, .weight_scale = Z, .out = OUT,
                                     .scales = OFF(OUT, 1024), .width = BOUNDS_W, .channels = BOUNDS_K};
        HOLDS(u8_quantize_gradient);
        a.gradient = infinite;
        HOLDS(u8_quantize_gradient);
        BREAKS_SIZES(u8_quantize_gradient)
        BREAKS(u8_quantize_gradient, channels = 16)
        BREAKS(u8_quantize_gradient, weight_scale = negative)
        BREAKS(u8_quantize_gradient, weight_scale = no_number)
        BREAKS(u8_quantize_gradient, scales = OFF(OUT, 1))
    }
    {
        qv_u8_unpool_max a = {.top = Z, .bottom = O, .gradient = Z, .out = OUT, .width = BOUNDS_W,
                              .channels = BOUNDS_K};
        HOLDS(u8_unpool_max);
        BREAKS_SIZES(u8_unpool_max)
        BREAKS(u8_unpool_max, is_bottom = 2)
        BREAKS(u8_unpool_max, gradient = OFF(Z, 2))
    }
    {
        qv_f32_unpool_average a = {.gradient = Z, .out = OUT, .width = BOUNDS_W, .channels = BOUNDS_K};
        HOLDS(f32_unpool_average);
        BREAKS_SIZES(f32_unpool_average)
        BREAKS(f32_unpool_average, gradient = NULL)
    }
}

static void check_bounds(void) {
    memset(ones, 1, sizeof ones);
    check_bounds_of_convolutions();
    check_bounds_of_losses();
    check_bounds_of_rows();
}

#undef Z
#undef O
#undef OUT

#endif

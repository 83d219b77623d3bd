// Every kernel of every instruction set of this machine against a plain C model of its contract, on buffers
// that end (or begin) at a page that may not be touched. Outputs are compared with the bytes around them.
//
// This program needs no Swift runtime and no test library, so it also runs on a board or in an emulator:
// Tests/BoardTests/run-kernel-sweep.
#pragma STDC FP_CONTRACT OFF

#define _GNU_SOURCE
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "KernelModels.h"

// --- guarded buffers and values ----------------------------------------------------------------

static int at_end;  // whether buffers of this case end at the guard page, or begin behind one
static struct {
    void *start;
    size_t size;
} mappings[96];
static int mapping_count;

static void *guarded(size_t size) {
    const size_t page = (size_t)sysconf(_SC_PAGESIZE);
    const size_t inner = (size / page + 1) * page;
    uint8_t *start = mmap(NULL, inner + 2 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mprotect(start + page, inner, PROT_READ | PROT_WRITE) != 0) {
        perror("kernel_sweep: mmap");
        exit(2);
    }
    mappings[mapping_count].start = start;
    mappings[mapping_count++].size = inner + 2 * page;
    return start + page + (at_end ? inner - size : 0);
}

static void release_all(void) {
    while (mapping_count > 0) {
        mapping_count--;
        munmap(mappings[mapping_count].start, mappings[mapping_count].size);
    }
}

static uint64_t state = 1;

static uint32_t next_random(void) {
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33);
}

static int extreme;  // whether all integers of this case are the least or the greatest

static int32_t between(int32_t low, int32_t high) {
    if (extreme) return next_random() & 64 ? high : low;
    return low + (int32_t)(next_random() % (uint32_t)(high - low + 1));
}

static float real(float magnitude) { return magnitude * ((float)next_random() / 1073741824.0f - 1.0f); }

#define FILLED(type, count, value) ({                                      \
        const size_t count_ = (size_t)(count);                             \
        type *buffer_ = guarded(count_ * sizeof(type));                    \
        for (size_t i_ = 0; i_ < count_; i_++) buffer_[i_] = (type)(value); \
        buffer_;                                                           \
    })

// --- running them ------------------------------------------------------------------------------

static const char *const isa_names[] = {
    [QV_AVX2] = "avx2", [QV_AVXVNNI] = "avxvnni", [QV_AVX512VNNI] = "avx512vnni", [QV_AMX] = "amx",
    [QV_NEON] = "neon", [QV_DOTPROD] = "dotprod", [QV_I8MM] = "i8mm"};
static struct {
    const char *name;
    qv_kernels table;
} sets[4];  // of one architecture
static int set_count;
static qv_kernels models;
static long case_count;

/// Outputs of one case: at most four buffers, each with its state before the call and the model's result.
static struct {
    void *buffer;
    void *before, *expected;
    size_t size;
} outputs[4];
static int output_count;

static void *output(void *buffer, size_t size) {
    outputs[output_count].buffer = buffer;
    outputs[output_count].before = memcpy(guarded(size), buffer, size);
    outputs[output_count].expected = guarded(size);
    outputs[output_count++].size = size;
    return buffer;
}

static void keep_expected(void) {
    for (int i = 0; i < output_count; i++) {
        memcpy(outputs[i].expected, outputs[i].buffer, outputs[i].size);
        memcpy(outputs[i].buffer, outputs[i].before, outputs[i].size);
    }
}

static void compare(const char *kernel, const char *isa, int width, int channels) {
    for (int i = 0; i < output_count; i++) {
        if (memcmp(outputs[i].buffer, outputs[i].expected, outputs[i].size) != 0) {
            printf("%s %s: output %d differs from the model at width %d, channels %d\n", isa, kernel, i,
                   width, channels);
            exit(1);
        }
        memcpy(outputs[i].buffer, outputs[i].before, outputs[i].size);
    }
    case_count++;
}

// Runs the model and every instruction set's kernel on `a`, and ends the case.
#define CHECK(kernel, a, width, channels)                              \
    do {                                                               \
        models.kernel(a);                                              \
        keep_expected();                                               \
        for (int set = 0; set < set_count; set++) {                    \
            if (!sets[set].table.kernel) continue;                     \
            sets[set].table.kernel(a);                                 \
            compare(#kernel, sets[set].name, width, channels);         \
        }                                                              \
        output_count = 0;                                              \
        release_all();                                                 \
    } while (0)

/// Weights of one tap or matrix in packed order, and 32 sums per `channels` rows of k.
static const int8_t *packed(int channels, int taps, int limit, int32_t *sums, int one_sum) {
    int8_t *weights = FILLED(int8_t, taps * channels * QV_PANEL, between(-limit, limit));
    for (int tap = 0; tap < taps; tap++) {
        const int8_t *tap_weights = weights + tap * channels * QV_PANEL;
        int32_t *tap_sums = one_sum ? sums : sums + tap * QV_PANEL;
        for (int n = 0; n < QV_PANEL; n++)
            for (int k = 0; k < channels; k++) tap_sums[n] += tap_weights[(k / 4 * QV_PANEL + n) * 4 + k % 4];
    }
    return weights;
}

static void check_convolutions(int W, int K) {
    const int out_stride = QV_PANEL * (1 + W % 3), mask_stride = 1 + W % 3;
    const size_t out_count = (size_t)((W - 1) * out_stride + QV_PANEL);
    const size_t mask_count = (size_t)((W - 1) * mask_stride + 1);
    {
        int32_t *sums = FILLED(int32_t, QV_PANEL, 0);
        const uint8_t *rows = FILLED(uint8_t, 3 * (W + 2) * K, between(0, 255));
        const qv_u8_conv_forward a = {
            .rows = {rows + (W + 2) * K, rows, rows + 2 * (W + 2) * K},
            .weights = packed(K, 9, 127, sums, 1),
            .weight_sums = sums,
            .bias = FILLED(int32_t, QV_PANEL, between(-100000, 100000)),
            .multiplier = FILLED(float, QV_PANEL, fabsf(real(1.0f / (float)(1 << 17)))),
            .out = output(FILLED(uint8_t, out_count, 0xa5), out_count),
            .mask = output(FILLED(uint32_t, mask_count, 0xa5a5a5a5), mask_count * 4),
            .width = W, .channels = K, .out_stride = out_stride, .mask_stride = mask_stride};
        CHECK(u8_conv_forward, &a, W, K);
    }
    {
        const int columns = QV_IMAGE_COLUMNS;
        const uint8_t *rows = FILLED(uint8_t, 3 * (W + 2) * K, between(1, 255));
        const float *scales = FILLED(float, 3 * (W + 2), next_random() % 8 ? fabsf(real(1)) : 0);
        const int8_t *weights = FILLED(int8_t, 3 * K * columns, (int)i_ / 4 % columns < 9 ? between(-127, 127) : 0);
        int32_t *sums = FILLED(int32_t, 3 * columns, 0);
        for (int i = 0; i < 3 * K * columns; i++) sums[i / (K * columns) * columns + i / 4 % columns] += weights[i];
        const qv_u8_image_gradient a = {
            .rows = {rows, rows + 2 * (W + 2) * K, rows + (W + 2) * K},
            .scales = {scales + 2 * (W + 2), scales + W + 2, scales},
            .weights = weights, .weight_sums = sums,
            .out = output(FILLED(float, 3 * W, 0.5f), 12 * (size_t)W), .width = W, .channels = K};
        CHECK(u8_image_gradient, &a, W, K);
    }
    {
        int32_t *high = FILLED(int32_t, QV_PANEL, 0), *low = FILLED(int32_t, QV_PANEL, 0);
        const qv_u8_style_gradient a = {
            .row = FILLED(uint8_t, W * K, between(0, 255)),
            .high = packed(K, 1, 127, high, 0), .low = packed(K, 1, 64, low, 0),
            .high_sums = high, .low_sums = low,
            .scale = FILLED(float, QV_PANEL, real(1)),
            .out = output(FILLED(float, out_count, real(1)), out_count * 4),
            .width = W, .channels = K, .out_stride = out_stride};
        CHECK(u8_style_gradient, &a, W, K);
    }
}

/// Up to four rows in tiles beside the model of the direct convolution.
static void check_tiles(int W, int K, int rows) {
    const int out_stride = QV_PANEL * (1 + W % 3), mask_stride = 1 + W % 3;
    const size_t out_count = (size_t)((W - 1) * out_stride + QV_PANEL);
    const size_t mask_count = (size_t)((W - 1) * mask_stride + 1);
    const int row_size = (W + 2) * K, T = (W + 3) / 4;
    const int most = 9 * K * 127 > QV_MOST_WEIGHTS ? QV_MOST_WEIGHTS / (9 * K) : 127;
    int32_t *sums = FILLED(int32_t, QV_PANEL, 0);
    const uint8_t *pixels = FILLED(uint8_t, 6 * row_size, between(0, 255));
    const int8_t *weights = packed(K, 9, most, sums, 1);
    qv_u8_tile_pixels transform = {
        .rows = {pixels + row_size, pixels, pixels + 3 * row_size, pixels + 2 * row_size, pixels + 5 * row_size,
                 pixels + 4 * row_size},
        .out = guarded((size_t)qv_tile_pixels_count(T, K) * 2), .width = W, .channels = K, .tiles = T};
    qv_s32_tile_requant a = {
        .sums = guarded((size_t)qv_tile_sums_count(T) * 4),
        .bias = FILLED(int32_t, QV_PANEL, between(-100000, 100000)),
        .multiplier = FILLED(float, QV_PANEL, fabsf(real(1.0f / (float)(1 << 17)))),
        .width = W, .rows = rows, .tiles = T, .out_stride = out_stride, .mask_stride = mask_stride};
    uint8_t *out = output(FILLED(uint8_t, 4 * out_count, 0xa5), 4 * out_count);
    uint32_t *mask = output(FILLED(uint32_t, 4 * mask_count, 0xa5a5a5a5), 16 * mask_count);
    for (int row = 0; row < 4; row++) {
        a.out[row] = out + (size_t)row * out_count;
        a.mask[row] = mask + (size_t)row * mask_count;
        if (row >= rows) continue;
        const qv_u8_conv_forward direct = {
            .rows = {transform.rows[row], transform.rows[row + 1], transform.rows[row + 2]}, .weights = weights,
            .weight_sums = sums, .bias = a.bias, .multiplier = a.multiplier, .out = a.out[row], .mask = a.mask[row],
            .width = W, .channels = K, .out_stride = out_stride, .mask_stride = mask_stride};
        models.u8_conv_forward(&direct);
    }
    keep_expected();
    for (int set = 0; set < set_count; set++) {
        const qv_kernels *table = &sets[set].table;
        if (!table->s8_tile_products) continue;
        // In two runs, as a block has them that ends a row of tiles and begins the next.
        for (int first = 0; first < T; first += transform.count) {
            qv_u8_tile_pixels run = transform;
            run.first = first;
            run.count = transform.count = first == 0 && T > 1 ? T / 2 : T - first;
            run.out += QV_TILE_CHANNELS * first;
            table->u8_tile_pixels(&run);
        }
        a.count = T;
        const qv_s8_tile_products multiply = {
            .pixels = transform.out, .weights = weights, .sums = (int32_t *)(uintptr_t)a.sums, .channels = K,
            .tiles = T};
        table->s8_tile_products(&multiply);
        table->s32_tile_requant(&a);
        compare("tiles", sets[set].name, W, K);
    }
    output_count = 0;
    release_all();
}

/// Of a pixel or tile: some are 0, some infinite, some so small that their quotients overflow.
static float any_scale(void) {
    const uint32_t kind = next_random() % 32;
    if (kind == 0 && next_random() % 16 == 0) return INFINITY;
    return kind < 4 ? 0 : kind < 6 ? 1e-42f : fabsf(real(1)) * (kind < 12 ? 1e-3f : 1);
}

/// The gradient of the rows `top` ..< `rows` of tiles, from windows and from F(4x4, 3x3), beside the models.
static void check_gradient_tiles(int W, int K, int top, int rows) {
    const int out_stride = QV_PANEL * (1 + W % 3), row_size = (W + 2) * K, T = (W + 3) / 4;
    const size_t out_count = (size_t)((W - 1) * out_stride + QV_PANEL), size = (size_t)T * 36 * (size_t)K;
    const int most = 9 * K * 127 > QV_MOST_GRADIENT_WEIGHTS ? QV_MOST_GRADIENT_WEIGHTS / (9 * K) : 127;
    int32_t *sums = FILLED(int32_t, 9 * QV_PANEL, 0);
    const uint8_t *pixels = FILLED(uint8_t, 6 * row_size, between(1, 255));
    // A picture whose scales are all subnormal, now and then.
    const int tiny = W % 8 == 5;
    const float *scales = FILLED(float, 6 * (W + 2), tiny ? next_random() % 3 * 1e-42f : any_scale());
    uint8_t *windows = output(FILLED(uint8_t, size, 0xa5), size);
    float *tile_scales = output(FILLED(float, T, 0.5f), (size_t)T * 4);
    float *out = output(FILLED(float, 4 * out_count, 0.5f), 16 * out_count);
    const qv_u8_gradient_windows bring = {
        .rows = {pixels + row_size, pixels, pixels + 3 * row_size, pixels + 2 * row_size, pixels + 5 * row_size,
                 pixels + 4 * row_size},
        .scales = {scales, scales + W + 2, scales + 2 * (W + 2), scales + 3 * (W + 2), scales + 4 * (W + 2),
                   scales + 5 * (W + 2)},
        .out = windows, .tile_scales = tile_scales, .width = W, .channels = K, .count = T};
    const qv_u8_window_gradient direct = {
        .windows = windows, .tile_scales = tile_scales, .weights = packed(K, 9, most, sums, 0), .weight_sums = sums,
        .out = {out, out + out_count, out + 2 * out_count, out + 3 * out_count}, .width = W, .channels = K,
        .top = top, .rows = rows, .count = T, .out_stride = out_stride};
    int16_t *transformed = guarded((size_t)qv_tile_pixels_count(T, K) * 2);
    int32_t *products = guarded((size_t)qv_tile_sums_count(T) * 4);
    models.u8_gradient_windows(&bring);
    models.u8_window_gradient(&direct);
    keep_expected();
    for (int set = 0; set < set_count; set++) {
        const qv_kernels *table = &sets[set].table;
        // In two runs, as a block has them that ends a row of tiles and begins the next.
        const int runs[3] = {0, T / 2, T};
        for (int i = 0; table->u8_window_gradient && i < 2; i++) {
            qv_u8_gradient_windows run = bring;
            run.first = runs[i];
            run.count = runs[i + 1] - runs[i];
            run.out += (size_t)runs[i] * 36 * (size_t)K;
            run.tile_scales += runs[i];
            qv_u8_window_gradient rest = direct;
            rest.windows = run.out;
            rest.tile_scales = run.tile_scales;
            rest.first = run.first;
            rest.count = run.count;
            if (run.count == 0) continue;
            table->u8_gradient_windows(&run);
            table->u8_window_gradient(&rest);
        }
        if (table->u8_window_gradient) compare("windows", sets[set].name, W, K);
        if (!table->u8_tile_gradients) continue;
        const qv_s32_tile_gradient finish = {
            .sums = products, .tile_scales = tile_scales,
            .out = {direct.out[0], direct.out[1], direct.out[2], direct.out[3]}, .width = W, .top = top, .rows = rows,
            .count = T, .tiles = T, .out_stride = out_stride};
        const qv_s8_tile_products multiply = {
            .pixels = transformed, .weights = direct.weights, .sums = products, .channels = K, .tiles = T};
        // Windows are not made on this way: they are the model's.
        memcpy(windows, outputs[0].expected, size);
        for (int i = 0; i < 2; i++) {
            qv_u8_tile_gradients run = {
                .out = transformed + QV_TILE_CHANNELS * runs[i], .tile_scales = tile_scales + runs[i], .width = W,
                .channels = K, .first = runs[i], .count = runs[i + 1] - runs[i], .tiles = T};
            memcpy(run.rows, bring.rows, sizeof run.rows);
            memcpy(run.scales, bring.scales, sizeof run.scales);
            if (run.count > 0) table->u8_tile_gradients(&run);
        }
        table->s8_tile_products(&multiply);
        table->s32_tile_gradient(&finish);
        compare("gradient tiles", sets[set].name, W, K);
    }
    output_count = 0;
    release_all();
}

static void check_first_layer(int W) {
    const int out_stride = QV_PANEL * (1 + W % 3), mask_stride = 1 + W % 2;
    const size_t out_count = (size_t)((W - 1) * out_stride + QV_PANEL);
    const size_t mask_count = (size_t)((W - 1) * mask_stride + 1);
    const int16_t *rows = FILLED(int16_t, 3 * (W + 2) * 4, i_ % 4 == 3 ? 0 : between(-32768, 32767));
    const qv_s16_conv_forward a = {
        .rows = {rows, rows + (W + 2) * 4, rows + 2 * (W + 2) * 4},
        .weights = FILLED(int16_t, 3 * 6 * QV_PANEL * 2, between(-127, 127)),
        .bias = FILLED(int32_t, QV_PANEL, between(-100000, 100000)),
        .multiplier = FILLED(float, QV_PANEL, fabsf(real(1.0f / (float)(1 << 14)))),
        .out = output(FILLED(uint8_t, out_count, 0xa5), out_count),
        .mask = output(FILLED(uint32_t, mask_count, 0xa5a5a5a5), mask_count * 4),
        .width = W, .out_stride = out_stride, .mask_stride = mask_stride};
    CHECK(s16_conv_forward, &a, W, 4);
    const qv_f32_quantize_image image = {
        .row = FILLED(float, 3 * W, real(next_random() % 8 ? 150 : 1e6f)),
        .out = output(FILLED(int16_t, 4 * W, 1), 8 * (size_t)W), .width = W};
    CHECK(f32_quantize_image, &image, W, 3);
}

static void check_content(int W, int C) {
    const size_t count = (size_t)W * (size_t)C;
    const qv_u8_squared_difference difference = {
        .row = FILLED(uint8_t, count, between(0, 255)), .target = FILLED(uint8_t, count, between(0, 255)),
        .sums = output(FILLED(int64_t, C, next_random()), 8 * (size_t)C), .width = W, .channels = C};
    CHECK(u8_squared_difference, &difference, W, C);
    const qv_u8_content_gradient gradient = {
        .row = FILLED(uint8_t, count, between(0, 255)), .target = FILLED(uint8_t, count, between(0, 255)),
        .factor = FILLED(float, C, real(1)),
        .out = output(FILLED(float, count, real(1)), count * 4), .width = W, .channels = C};
    CHECK(u8_content_gradient, &gradient, W, C);
}

static void check_losses(int W, int C) {
    const size_t groups = (size_t)(W + 3) / 4, count = (size_t)(W * C);
    const qv_u8_interleave interleave = {
        .row = FILLED(uint8_t, count, between(0, 255)),
        .out = output(FILLED(uint8_t, groups * C * 4, 0xa5), groups * C * 4), .width = W, .channels = C};
    CHECK(u8_interleave, &interleave, W, C);
    check_content(W, C);
    if (C % QV_PANEL != 0) return;
    // The element (first, panel) of a matrix, to the end of the block's last row.
    const size_t block = (size_t)(7 * C + QV_PANEL);
    const int first = (int)(next_random() % (unsigned)(C / 8)) * 8;
    const int panel = (int)(next_random() % (unsigned)(C / QV_PANEL)) * QV_PANEL;
    const qv_u8_gram gram = {
        .positions = FILLED(uint8_t, groups * C * 4, between(0, 255)),
        .sums = output(FILLED(int64_t, block, next_random()), block * 8),
        .groups = (int32_t)groups, .channels = C, .first = first, .panel = panel};
    CHECK(u8_gram, &gram, W, C);
    const qv_f32_gram real_gram = {
        .row = FILLED(float, count, real(3)), .sums = output(FILLED(double, block, real(100)), block * 8),
        .width = W, .channels = C, .first = first, .panel = panel};
    CHECK(f32_gram, &real_gram, W, C);
}

static void check_rows(int W, int C) {
    const size_t count = (size_t)(W * C);
    qv_u8_pool pool = {.top = FILLED(uint8_t, 2 * count, between(0, 255)),
                       .bottom = FILLED(uint8_t, 2 * count, between(0, 255)),
                       .out = output(FILLED(uint8_t, count, 0xa5), count), .width = W, .channels = C};
    CHECK(u8_pool_average, &pool, W, C);
    pool = (qv_u8_pool){.top = FILLED(uint8_t, 2 * count, between(0, 255)),
                        .bottom = FILLED(uint8_t, 2 * count, between(0, 255)),
                        .out = output(FILLED(uint8_t, count, 0xa5), count), .width = W, .channels = C};
    CHECK(u8_pool_max, &pool, W, C);
    const size_t pooled = (size_t)(W / 2 * C);
    for (int is_bottom = 0; is_bottom < 2; is_bottom++) {
        const qv_u8_unpool_max unpool = {
            .top = FILLED(uint8_t, count, between(0, 5)), .bottom = FILLED(uint8_t, count, between(0, 5)),
            .gradient = FILLED(float, pooled, real(1)),
            .out = output(FILLED(float, count, 0.5f), count * 4),
            .width = W, .channels = C, .is_bottom = is_bottom};
        CHECK(u8_unpool_max, &unpool, W, C);
    }
    const qv_f32_unpool_average average = {.gradient = FILLED(float, pooled, real(1)),
                                           .out = output(FILLED(float, count, 0.5f), count * 4),
                                           .width = W, .channels = C};
    CHECK(f32_unpool_average, &average, W, C);
    if (C % 32 != 0) return;
    const float magnitude = W % 7 == 3 ? 1e-33f : 1;
    // The second time some values are not finite, which the mask may hide.
    static const float wrong[] = {INFINITY, -INFINITY, NAN, -NAN};
    for (int diverged = 0; diverged < 2; diverged++) {
        const qv_u8_quantize_gradient quantize = {
            .gradient = FILLED(float, count, diverged && next_random() % 64 == 0 ? wrong[next_random() % 4]
                                                                                  : real(magnitude)),
            .mask = FILLED(uint32_t, count / 32, next_random() % 5 ? next_random() << 1 ^ next_random() : 0),
            .weight_scale = FILLED(float, C, fabsf(real(1))),
            .out = output(FILLED(uint8_t, count, 0xa5), count),
            .scales = output(FILLED(float, W, 0.5f), 4 * (size_t)W), .width = W, .channels = C};
        CHECK(u8_quantize_gradient, &quantize, W, C);
    }
}

static void check_mirrored_weights(int inputs, int outputs) {
    const size_t out_count = (size_t)(9 * outputs * QV_PANEL);
    const qv_s8_mirror_panel a = {
        .forward = FILLED(int8_t, 9 * inputs * outputs, between(-127, 127)),
        .out = output(FILLED(int8_t, out_count, 0x5a), out_count),
        .inputs = inputs, .outputs = outputs,
        .panel = (int32_t)(next_random() % (unsigned)(inputs / QV_PANEL))};
    CHECK(s8_mirror_panel, &a, inputs, outputs);
}

static void check_float_dot(int W, int length) {
    const int row_count = W % 2 ? 3 : 1, pixel_stride = 1 + length / 3, out_stride = QV_PANEL * (1 + W % 3);
    const int row_size = (W - 1) * pixel_stride + length;
    const size_t out_count = (size_t)((W - 1) * out_stride + QV_PANEL);
    const float *rows = FILLED(float, row_count * row_size, real(1));
    qv_f32_dot a = {.weights = FILLED(float, row_count * length * QV_PANEL, real(1)),
                    .start = FILLED(float, QV_PANEL, real(1)),
                    .out = output(FILLED(float, out_count, real(1)), out_count * 4),
                    .row_count = row_count, .length = length, .pixel_stride = pixel_stride, .width = W,
                    .out_stride = out_stride, .relu = W / 2 % 2, .accumulate = W / 4 % 2};
    for (int r = 0; r < 3; r++) a.rows[r] = rows + (r < row_count ? r : 0) * row_size;
    CHECK(f32_dot, &a, W, length);
}

#if defined(DEBUG)
#include "kernel_bounds.h"
#endif

int main(void) {
    kernel_models(&models);
    const qv_isa best = qv_detect_isa();
    for (int isa = best >= QV_NEON ? QV_NEON : QV_AVX2; isa <= (int)best; isa++) {
        sets[set_count].name = isa_names[isa];
        qv_select_kernels((qv_isa)isa, &sets[set_count++].table);
    }
#if defined(DEBUG)
    check_bounds();
#endif
    for (at_end = 0; at_end < 2; at_end++) {
        for (int W = 1; W <= 57; W++) {
            for (int K = 16; K <= 128; K += 16) {
                extreme = (W + K / 16) % 5 == 0;
                // The model is slow: half of the widths at one end, half at the other.
                if (W % 2 == at_end) {
                    check_convolutions(W, K);
                    if (K % QV_TILE_CHANNELS == 0) {
                        const int top = W / 4 % 4, rows = top + 1 + (W + K / 32) % (4 - top);
                        check_tiles(W, K, 1 + W % 4);
                        check_gradient_tiles(W, K, top, rows);
                    }
                }
                check_losses(W, K);
                check_rows(W, K);
            }
            check_first_layer(W);
            check_float_dot(W, W < 40 ? W : 3 * W);
        }
        // More pixels than a kernel has at once.
        for (int W = 60; W <= 130; W += 7) check_convolutions(W, 64);
        for (extreme = 0; extreme < 2; extreme++)
            for (int W = 1; W <= 9; W++) {
                check_convolutions(W, 512);
                check_tiles(W, 512, 4);
                check_gradient_tiles(W, 512, 0, 4);
            }
        // More columns than a 32-bit sum of squares holds.
        extreme = 1;
        check_content(150000, 16);
        extreme = 0;
        check_content(33000, 48);
        for (int inputs = 32; inputs <= 128; inputs += 32)
            for (int outputs = 32; outputs <= 128; outputs += 32) check_mirrored_weights(inputs, outputs);
    }
    printf("%ld comparisons, no difference:", case_count);
    for (int set = 0; set < set_count; set++) printf(" %s", sets[set].name);
    printf("\n");
    return case_count > 0 ? 0 : 1;
}

#include "arm_table.h"

#if defined(__aarch64__)

#include <sys/auxv.h>

#ifndef HWCAP_ASIMDDP
#define HWCAP_ASIMDDP (1 << 20)
#endif
#ifndef HWCAP2_I8MM
#define HWCAP2_I8MM (1 << 13)
#endif

qv_isa qv_detect_arm_isa(void) {
    if (!(getauxval(AT_HWCAP) & HWCAP_ASIMDDP)) return QV_NEON;
    return getauxval(AT_HWCAP2) & HWCAP2_I8MM ? QV_I8MM : QV_DOTPROD;
}

void qv_select_arm_kernels(qv_isa isa, qv_kernels *table) {
    if (isa >= QV_NEON) {
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_2x16c8__neon;
        table->u8_tile_pixels = qv_u8_tile_pixels__neon;
        table->s8_tile_products = qv_s16_s8_tiles_8x8c2__neon;
        table->s32_tile_requant = qv_s32_tile_requant__neon;
        table->least_tile_rows = 3;
        table->least_tiles = 4;
        // Four cores share a small second-level cache (Benchmarks/arm/memory_traffic.c).
        table->most_tiles = 24;
        table->s16_conv_forward = qv_s16_s16_conv3x3_requant_1x32c2__neon;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_2x16c8__neon;
        table->u8_tile_gradients = qv_u8_tile_gradients__neon;
        table->s32_tile_gradient = qv_s32_tile_gradient__neon;
        table->least_gradient_tiles = 4;
        table->u8_gradient_windows = qv_u8_gradient_windows__neon;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_2x16c8__neon;
        table->u8_interleave = qv_u8_interleave__neon;
        table->u8_gram = qv_u8_u8_gram_4x8c4__neon;
        table->u8_style_gradient = qv_u8_s8_style_2x16c8__neon;
        table->u8_squared_difference = qv_u8_squared_difference__neon;
        table->u8_content_gradient = qv_u8_content_gradient__neon;
        table->s8_mirror_panel = qv_s8_mirror_panel__neon;
        table->f32_quantize_image = qv_f32_quantize_image__neon;
        table->u8_pool_average = qv_u8_pool_average__neon;
        table->u8_pool_max = qv_u8_pool_max__neon;
        table->u8_quantize_gradient = qv_u8_quantize_gradient__neon;
        table->u8_unpool_max = qv_u8_unpool_max__neon;
        table->f32_unpool_average = qv_f32_unpool_average__neon;
        table->f32_dot = qv_f32_f32_dot_4x16__neon;
        table->f32_gram = qv_f32_f32_gram_4x8__neon;
        table->u8_mac_peak = qv_u8_mac_peak__neon;
        table->f32_mac_peak = qv_f32_mac_peak__neon;
    }
    if (isa >= QV_DOTPROD) {
        // A dot product of four bytes does more than the transform saves.
        table->least_tile_rows = table->least_tiles = table->least_gradient_tiles = 0;
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_4x16c4__dotprod;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_4x16c4__dotprod;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_4x16c4__dotprod;
        table->u8_style_gradient = qv_u8_s8_style_4x16c4__dotprod;
        table->u8_mac_peak = qv_u8_mac_peak__dotprod;
    }
    if (isa >= QV_I8MM) {
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_8x8c8__i8mm;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_8x8c8__i8mm;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_8x8c8__i8mm;
        table->u8_style_gradient = qv_u8_s8_style_8x8c8__i8mm;
        table->u8_mac_peak = qv_u8_mac_peak__i8mm;
    }
}

#else
typedef int qv_arm_table_is_empty;
#endif

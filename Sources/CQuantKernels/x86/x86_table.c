#include "x86_table.h"

#if defined(__x86_64__)
#include <cpuid.h>
#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

/// AVX-VNNI, which processors without AVX-512 have; AVX2 was found before.
static int has_avxvnni(void) {
    unsigned a, b, c, d;
    return __get_cpuid_count(7, 1, &a, &b, &c, &d) && (a >> 4 & 1);
}

/// AMX's products of bytes, with the system's leave for this process to use their registers.
static int has_amx(void) {
#if defined(__linux__)
    unsigned a, b, c, d;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 24 & 1) || !(d >> 25 & 1)) return 0;
    // ARCH_REQ_XCOMP_PERM for XFEATURE_XTILE_DATA; it holds for all threads, and may be asked for again.
    return syscall(SYS_arch_prctl, 0x1023, 18) == 0;
#else
    return 0;
#endif
}

qv_isa qv_detect_x86_isa(void) {
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return QV_SCALAR;
    // These checks include the operating system's support of the registers.
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vnni"))
        return has_amx() ? QV_AMX : QV_AVX512VNNI;
    return has_avxvnni() ? QV_AVXVNNI : QV_AVX2;
}

#define QV_SELECT_ROWS(isa)                                            \
    table->s8_mirror_panel = qv_s8_mirror_panel__##isa;                \
    table->f32_quantize_image = qv_f32_quantize_image__##isa;          \
    table->u8_pool_average = qv_u8_pool_average__##isa;                \
    table->u8_pool_max = qv_u8_pool_max__##isa;                        \
    table->u8_quantize_gradient = qv_u8_quantize_gradient__##isa;      \
    table->u8_unpool_max = qv_u8_unpool_max__##isa;                    \
    table->f32_unpool_average = qv_f32_unpool_average__##isa;          \
    table->u8_squared_difference = qv_u8_squared_difference__##isa;    \
    table->u8_content_gradient = qv_u8_content_gradient__##isa

#define QV_SELECT_TILES(isa)                                    \
    table->u8_tile_pixels = qv_u8_tile_pixels__##isa;           \
    table->s32_tile_requant = qv_s32_tile_requant__##isa;       \
    table->u8_tile_gradients = qv_u8_tile_gradients__##isa;     \
    table->s32_tile_gradient = qv_s32_tile_gradient__##isa;     \
    table->u8_gradient_windows = qv_u8_gradient_windows__##isa

void qv_select_x86_kernels(qv_isa isa, qv_kernels *table) {
    if (isa >= QV_AVX2) {
        QV_SELECT_ROWS(avx2);
        table->u8_interleave = qv_u8_interleave__avx2;
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_6x16c4__avx2;
        QV_SELECT_TILES(avx2);
        table->s8_tile_products = qv_s16_s8_tiles_6x16c2__avx2;
        table->least_tile_rows = 2;
        table->least_tiles = 2;
        table->most_tiles = 96;
        table->least_gradient_tiles = 2;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_6x16c4__avx2;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_6x16c4__avx2;
        table->s16_conv_forward = qv_s16_s16_conv3x3_requant_6x16c2__avx2;
        table->u8_gram = qv_u8_u8_gram_8x8c4__avx2;
        table->u8_style_gradient = qv_u8_s8_style_6x16c4__avx2;
        table->f32_dot = qv_f32_f32_dot_6x16__avx2;
        table->f32_gram = qv_f32_f32_gram_4x16__avx2;
        table->u8_mac_peak = qv_u8_mac_peak__avx2;
        table->f32_mac_peak = qv_f32_mac_peak__avx2;
    }
    // A dot product of four bytes saves half of what the transform does, which pays for larger blocks.
    if (isa >= QV_AVXVNNI) {
        table->least_tile_rows = 3;
        table->least_tiles = 8;
        table->least_gradient_tiles = 8;
    }
    // AVX-512 VNNI does not include the shorter encoding, but it has the same 256-bit instruction.
    if (isa >= QV_AVXVNNI && has_avxvnni()) {
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_6x16c4__avxvnni;
        table->s8_tile_products = qv_s16_s8_tiles_6x16c2__avxvnni;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_6x16c4__avxvnni;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_6x16c4__avxvnni;
        table->u8_mac_peak = qv_u8_mac_peak__avxvnni;
    } else if (isa >= QV_AVXVNNI) {
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_6x16c4__avx512vl;
        table->s8_tile_products = qv_s16_s8_tiles_6x16c2__avx512vl;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_6x16c4__avx512vl;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_6x16c4__avx512vl;
        table->u8_mac_peak = qv_u8_mac_peak__avx512vl;
    }
    if (isa >= QV_AVX512VNNI) {
        QV_SELECT_ROWS(avx512vnni);
        QV_SELECT_TILES(avx512vnni);
        table->s8_tile_products = qv_s16_s8_tiles_14x32c2__avx512vnni;
        table->least_tile_rows = 3;
        table->least_tiles = 12;
        table->least_gradient_tiles = 14;
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_14x32c4__avx512vnni;
        table->u8_image_gradient = qv_u8_s8_image3x3_transposed_14x16c4__avx512vnni;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_12x32c4__avx512vnni;
        table->s16_conv_forward = qv_s16_s16_conv3x3_requant_14x32c2__avx512vnni;
        table->u8_gram = qv_u8_u8_gram_8x32c4__avx512vnni;
        table->u8_style_gradient = qv_u8_s8_style_6x32c4__avx512vnni;
        table->f32_dot = qv_f32_f32_dot_14x32__avx512vnni;
        table->f32_gram = qv_f32_f32_gram_8x32__avx512vnni;
        table->u8_mac_peak = qv_u8_mac_peak__avx512vnni;
        table->f32_mac_peak = qv_f32_mac_peak__avx512vnni;
    }
    // Eight times the products of bytes, beside which transforms save nothing.
    if (isa >= QV_AMX) {
        table->least_tiles = 0;
        table->least_gradient_tiles = 0;
        table->u8_conv_forward = qv_u8_s8_conv3x3_requant_32x32c64__amx;
        table->u8_window_gradient = qv_u8_s8_windows3x3_transposed_64x16c64__amx;
        table->u8_style_gradient = qv_u8_s8_style_32x16c64__amx;
        table->u8_mac_peak = qv_u8_mac_peak__amx;
    }
}

#else
typedef int qv_x86_table_is_empty;
#endif

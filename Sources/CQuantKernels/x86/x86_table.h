// The x86-64 kernels and their selection; contracts in CQuantKernels.h.
#ifndef QV_X86_TABLE_H
#define QV_X86_TABLE_H

#include "../bounds.h"

#define QV_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define QV_TARGET_AVXVNNI __attribute__((target("avxvnni,avx2,fma")))
#define QV_TARGET_AVX512VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,avx2,fma")))

/// Calls FUNCTION(a, x, mr) for the tiles of a row of `width` pixels; tiles have at most `largest`
/// pixels and differ by at most one.
#define QV_FOR_EACH_TILE(width, largest, FUNCTION)                            \
    do {                                                                      \
        const int32_t tiles_ = ((width) + (largest)-1) / (largest);           \
        for (int32_t tile_ = 0, x_ = 0; tile_ < tiles_; tile_++) {            \
            const int32_t end_ = (int32_t)((int64_t)(width) * (tile_ + 1) / tiles_); \
            FUNCTION(x_, end_ - x_);                                          \
            x_ = end_;                                                        \
        }                                                                     \
    } while (0)

/// Calls TILE(MR) with the constant MR that equals `mr`: 1...6, 1...7 or 1...14.
#define QV_SWITCH_TILE_6(mr, TILE) \
    switch (mr) {                  \
        QV_TILE_CASES_5(TILE)      \
        default: TILE(6); break;   \
    }
#define QV_SWITCH_TILE_7(mr, TILE) \
    switch (mr) {                  \
        QV_TILE_CASES_5(TILE)      \
        case 6: TILE(6); break;    \
        default: TILE(7); break;   \
    }
#define QV_SWITCH_TILE_14(mr, TILE)           \
    switch (mr) {                             \
        case 8: TILE(8); break;               \
        case 9: TILE(9); break;               \
        case 10: TILE(10); break;             \
        case 11: TILE(11); break;             \
        case 12: TILE(12); break;             \
        case 13: TILE(13); break;             \
        case 14: TILE(14); break;             \
        default: QV_SWITCH_TILE_7(mr, TILE);  \
    }
#define QV_TILE_CASES_5(TILE) \
    case 1: TILE(1); break;   \
    case 2: TILE(2); break;   \
    case 3: TILE(3); break;   \
    case 4: TILE(4); break;   \
    case 5: TILE(5); break;

qv_isa qv_detect_x86_isa(void);
void qv_select_x86_kernels(qv_isa isa, qv_kernels *table);

#define QV_DECLARE_ROWS(isa)                                                          \
    void qv_s8_mirror_panel__##isa(const qv_s8_mirror_panel *);                       \
    void qv_f32_quantize_image__##isa(const qv_f32_quantize_image *);                 \
    void qv_u8_pool_average__##isa(const qv_u8_pool *);                               \
    void qv_u8_pool_max__##isa(const qv_u8_pool *);                                   \
    void qv_u8_quantize_gradient__##isa(const qv_u8_quantize_gradient *);             \
    void qv_u8_unpool_max__##isa(const qv_u8_unpool_max *);                           \
    void qv_f32_unpool_average__##isa(const qv_f32_unpool_average *);                 \
    void qv_u8_squared_difference__##isa(const qv_u8_squared_difference *);           \
    void qv_u8_content_gradient__##isa(const qv_u8_content_gradient *);

QV_DECLARE_ROWS(avx2)
QV_DECLARE_ROWS(avx512vnni)

#define QV_DECLARE_TILES(isa)                                       \
    void qv_u8_tile_pixels__##isa(const qv_u8_tile_pixels *);       \
    void qv_s32_tile_requant__##isa(const qv_s32_tile_requant *);   \
    void qv_u8_tile_gradients__##isa(const qv_u8_tile_gradients *); \
    void qv_s32_tile_gradient__##isa(const qv_s32_tile_gradient *); \
    void qv_u8_gradient_windows__##isa(const qv_u8_gradient_windows *);

QV_DECLARE_TILES(avx2)
QV_DECLARE_TILES(avx512vnni)

void qv_u8_interleave__avx2(const qv_u8_interleave *);
void qv_u8_s8_conv3x3_requant_6x16c4__avx2(const qv_u8_conv_forward *);
void qv_s16_s8_tiles_6x16c2__avx2(const qv_s8_tile_products *);
void qv_u8_s8_image3x3_transposed_6x16c4__avx2(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_6x16c4__avx2(const qv_u8_window_gradient *);
void qv_s16_s16_conv3x3_requant_6x16c2__avx2(const qv_s16_conv_forward *);
void qv_u8_u8_gram_8x8c4__avx2(const qv_u8_gram *);
void qv_u8_s8_style_6x16c4__avx2(const qv_u8_style_gradient *);
void qv_f32_f32_dot_6x16__avx2(const qv_f32_dot *);
void qv_f32_f32_gram_4x16__avx2(const qv_f32_gram *);
int64_t qv_u8_mac_peak__avx2(int64_t);
int64_t qv_f32_mac_peak__avx2(int64_t);

void qv_u8_s8_conv3x3_requant_6x16c4__avxvnni(const qv_u8_conv_forward *);
void qv_s16_s8_tiles_6x16c2__avxvnni(const qv_s8_tile_products *);
void qv_u8_s8_image3x3_transposed_6x16c4__avxvnni(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_6x16c4__avxvnni(const qv_u8_window_gradient *);
void qv_u8_s8_conv3x3_requant_6x16c4__avx512vl(const qv_u8_conv_forward *);
void qv_s16_s8_tiles_6x16c2__avx512vl(const qv_s8_tile_products *);
void qv_u8_s8_image3x3_transposed_6x16c4__avx512vl(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_6x16c4__avx512vl(const qv_u8_window_gradient *);
int64_t qv_u8_mac_peak__avxvnni(int64_t);
int64_t qv_u8_mac_peak__avx512vl(int64_t);

void qv_u8_s8_conv3x3_requant_14x32c4__avx512vnni(const qv_u8_conv_forward *);
void qv_u8_s8_image3x3_transposed_14x16c4__avx512vnni(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_12x32c4__avx512vnni(const qv_u8_window_gradient *);
void qv_s16_s8_tiles_14x32c2__avx512vnni(const qv_s8_tile_products *);
void qv_s16_s16_conv3x3_requant_14x32c2__avx512vnni(const qv_s16_conv_forward *);
void qv_u8_u8_gram_8x32c4__avx512vnni(const qv_u8_gram *);
void qv_u8_s8_style_6x32c4__avx512vnni(const qv_u8_style_gradient *);
void qv_f32_f32_dot_14x32__avx512vnni(const qv_f32_dot *);
void qv_f32_f32_gram_8x32__avx512vnni(const qv_f32_gram *);
int64_t qv_u8_mac_peak__avx512vnni(int64_t);
int64_t qv_f32_mac_peak__avx512vnni(int64_t);

void qv_u8_s8_conv3x3_requant_32x32c64__amx(const qv_u8_conv_forward *);
void qv_u8_s8_windows3x3_transposed_64x16c64__amx(const qv_u8_window_gradient *);
void qv_u8_s8_style_32x16c64__amx(const qv_u8_style_gradient *);
int64_t qv_u8_mac_peak__amx(int64_t);

#endif

// The ARM64 kernels and their selection; contracts in CQuantKernels.h.
#ifndef QV_ARM_TABLE_H
#define QV_ARM_TABLE_H

#include "../bounds.h"

#define QV_TARGET_NEON
#define QV_TARGET_DOTPROD __attribute__((target("dotprod")))
#define QV_TARGET_I8MM __attribute__((target("i8mm")))

qv_isa qv_detect_arm_isa(void);
void qv_select_arm_kernels(qv_isa isa, qv_kernels *table);

void qv_s8_mirror_panel__neon(const qv_s8_mirror_panel *);
void qv_f32_quantize_image__neon(const qv_f32_quantize_image *);
void qv_u8_pool_average__neon(const qv_u8_pool *);
void qv_u8_pool_max__neon(const qv_u8_pool *);
void qv_u8_quantize_gradient__neon(const qv_u8_quantize_gradient *);
void qv_u8_unpool_max__neon(const qv_u8_unpool_max *);
void qv_f32_unpool_average__neon(const qv_f32_unpool_average *);
void qv_u8_squared_difference__neon(const qv_u8_squared_difference *);
void qv_u8_content_gradient__neon(const qv_u8_content_gradient *);
void qv_u8_gradient_windows__neon(const qv_u8_gradient_windows *);
void qv_u8_interleave__neon(const qv_u8_interleave *);

void qv_u8_tile_pixels__neon(const qv_u8_tile_pixels *);
void qv_s16_s8_tiles_8x8c2__neon(const qv_s8_tile_products *);
void qv_s32_tile_requant__neon(const qv_s32_tile_requant *);
void qv_u8_tile_gradients__neon(const qv_u8_tile_gradients *);
void qv_s32_tile_gradient__neon(const qv_s32_tile_gradient *);

void qv_u8_s8_conv3x3_requant_2x16c8__neon(const qv_u8_conv_forward *);
void qv_u8_s8_image3x3_transposed_2x16c8__neon(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_2x16c8__neon(const qv_u8_window_gradient *);
void qv_u8_s8_style_2x16c8__neon(const qv_u8_style_gradient *);
void qv_s16_s16_conv3x3_requant_1x32c2__neon(const qv_s16_conv_forward *);
void qv_u8_u8_gram_4x8c4__neon(const qv_u8_gram *);
void qv_f32_f32_dot_4x16__neon(const qv_f32_dot *);
void qv_f32_f32_gram_4x8__neon(const qv_f32_gram *);
int64_t qv_u8_mac_peak__neon(int64_t);
int64_t qv_f32_mac_peak__neon(int64_t);

void qv_u8_s8_conv3x3_requant_4x16c4__dotprod(const qv_u8_conv_forward *);
void qv_u8_s8_image3x3_transposed_4x16c4__dotprod(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_4x16c4__dotprod(const qv_u8_window_gradient *);
void qv_u8_s8_style_4x16c4__dotprod(const qv_u8_style_gradient *);
int64_t qv_u8_mac_peak__dotprod(int64_t);

void qv_u8_s8_conv3x3_requant_8x8c8__i8mm(const qv_u8_conv_forward *);
void qv_u8_s8_image3x3_transposed_8x8c8__i8mm(const qv_u8_image_gradient *);
void qv_u8_s8_windows3x3_transposed_8x8c8__i8mm(const qv_u8_window_gradient *);
void qv_u8_s8_style_8x8c8__i8mm(const qv_u8_style_gradient *);
int64_t qv_u8_mac_peak__i8mm(int64_t);

#endif

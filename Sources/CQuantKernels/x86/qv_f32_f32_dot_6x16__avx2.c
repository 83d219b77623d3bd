#if defined(__x86_64__)
// Float32 dot products, one fused multiply-add after the other; lanes are channels.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

#define LARGEST 6

QV_INLINE_AVX2 void tile(const qv_f32_dot *a, int64_t x, int half, const int MR) {
    const int64_t stride = a->pixel_stride;
    const int lane = half * 16;
    float *out = a->out + x * a->out_stride + lane;
    __m256 acc[LARGEST][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        const float *start = a->accumulate ? out + i * (int64_t)a->out_stride : a->start + lane;
        acc[i][0] = _mm256_loadu_ps(start);
        acc[i][1] = _mm256_loadu_ps(start + 8);
    }
    const float *weights = a->weights + lane;
    for (int32_t row = 0; row < a->row_count; row++) {
        const float *pixels = a->rows[row] + x * stride;
        for (int32_t j = 0; j < a->length; j++, weights += QV_PANEL) {
            const __m256 low = _mm256_loadu_ps(weights);
            const __m256 high = _mm256_loadu_ps(weights + 8);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m256 value = _mm256_broadcast_ss(pixels + i * stride + j);
                acc[i][0] = _mm256_fmadd_ps(value, low, acc[i][0]);
                acc[i][1] = _mm256_fmadd_ps(value, high, acc[i][1]);
            }
        }
    }
    const __m256 zero = _mm256_setzero_ps();
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++) {
            const __m256 value = a->relu ? _mm256_max_ps(acc[i][j], zero) : acc[i][j];
            _mm256_storeu_ps(out + i * (int64_t)a->out_stride + j * 8, value);
        }
    }
}

QV_TARGET_AVX2 void qv_f32_f32_dot_6x16__avx2(const qv_f32_dot *a) {
    QV_CHECK(f32_dot, a);
    for (int half = 0; half < 2; half++) {
#define TILE(MR) tile(a, x_, half, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
        QV_FOR_EACH_TILE(a->width, LARGEST, TILES);
    }
}
#else
typedef int qv_f32_f32_dot_6x16__avx2_is_empty;
#endif

#if defined(__x86_64__)
// Float32 dot products, one fused multiply-add after the other: lanes are channels, so the order of sums does
// not depend on the vector's width.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

QV_INLINE_AVX512VNNI void tile(const qv_f32_dot *a, int64_t x, const int MR) {
    const int64_t stride = a->pixel_stride;
    float *out = a->out + x * a->out_stride;
    __m512 acc[QV_LARGEST_TILE][2];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        const float *start = a->accumulate ? out + i * (int64_t)a->out_stride : a->start;
        acc[i][0] = _mm512_loadu_ps(start);
        acc[i][1] = _mm512_loadu_ps(start + 16);
    }
    const float *weights = a->weights;
    for (int32_t row = 0; row < a->row_count; row++) {
        const float *third[5];
        QV_UNROLL for (int i = 0; i < 5; i++) third[i] = a->rows[row] + (x + 3 * i) * stride;
        for (int32_t j = 0; j < a->length; j++, weights += QV_PANEL) {
            const __m512 low = _mm512_loadu_ps(weights);
            const __m512 high = _mm512_loadu_ps(weights + 16);
            QV_UNROLL for (int i = 0; i < MR; i++) {
                const __m512 value = _mm512_set1_ps(third[i / 3][i % 3 * stride + j]);
                acc[i][0] = _mm512_fmadd_ps(value, low, acc[i][0]);
                acc[i][1] = _mm512_fmadd_ps(value, high, acc[i][1]);
            }
        }
    }
    // acc > 0 ? acc : 0, as the second operand of VMAXPS wins where neither is larger.
    const __m512 zero = _mm512_setzero_ps();
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int half = 0; half < 2; half++) {
            const __m512 value = a->relu ? _mm512_max_ps(acc[i][half], zero) : acc[i][half];
            _mm512_storeu_ps(out + i * (int64_t)a->out_stride + half * 16, value);
        }
    }
}

QV_TARGET_AVX512VNNI void qv_f32_f32_dot_14x32__avx512vnni(const qv_f32_dot *a) {
    QV_CHECK(f32_dot, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_14(mr, TILE)
    QV_FOR_EACH_TILE(a->width, QV_LARGEST_TILE, TILES);
}
#else
typedef int qv_f32_f32_dot_14x32__avx512vnni_is_empty;
#endif

#if defined(__x86_64__)
// One 8 x 32 block of a row's Gram matrix, 4 x 16 at a time: Float32 over the row, added to Float64.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx2.h"

QV_INLINE_AVX2 void block(const qv_f32_gram *a, int first, int column) {
    const float *pixel = a->row;
    __m256 acc[4][2];
    QV_UNROLL for (int i = 0; i < 4; i++) acc[i][0] = acc[i][1] = _mm256_setzero_ps();
    for (int32_t x = 0; x < a->width; x++, pixel += a->channels) {
        const __m256 low = _mm256_loadu_ps(pixel + a->panel + column);
        const __m256 high = _mm256_loadu_ps(pixel + a->panel + column + 8);
        QV_UNROLL for (int i = 0; i < 4; i++) {
            const __m256 value = _mm256_broadcast_ss(pixel + a->first + first + i);
            acc[i][0] = _mm256_fmadd_ps(value, low, acc[i][0]);
            acc[i][1] = _mm256_fmadd_ps(value, high, acc[i][1]);
        }
    }
    QV_UNROLL for (int i = 0; i < 4; i++) {
        QV_UNROLL for (int j = 0; j < 2; j++) {
            double *out = a->sums + (first + i) * (int64_t)a->channels + column + j * 8;
            const __m256d low = _mm256_cvtps_pd(_mm256_castps256_ps128(acc[i][j]));
            const __m256d high = _mm256_cvtps_pd(_mm256_extractf128_ps(acc[i][j], 1));
            _mm256_storeu_pd(out, _mm256_add_pd(_mm256_loadu_pd(out), low));
            _mm256_storeu_pd(out + 4, _mm256_add_pd(_mm256_loadu_pd(out + 4), high));
        }
    }
}

QV_TARGET_AVX2 void qv_f32_f32_gram_4x16__avx2(const qv_f32_gram *a) {
    QV_CHECK(f32_gram, a);
    for (int first = 0; first < 8; first += 4)
        for (int column = 0; column < QV_PANEL; column += 16) block(a, first, column);
}
#else
typedef int qv_f32_f32_gram_4x16__avx2_is_empty;
#endif

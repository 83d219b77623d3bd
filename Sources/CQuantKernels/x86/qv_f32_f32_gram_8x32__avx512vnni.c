#if defined(__x86_64__)
// One 8 x 32 block of a row's Gram matrix: Float32 over the row, added to Float64.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

QV_TARGET_AVX512VNNI void qv_f32_f32_gram_8x32__avx512vnni(const qv_f32_gram *a) {
    QV_CHECK(f32_gram, a);
    const float *pixel = a->row;
    __m512 acc[8][2];
    QV_UNROLL for (int i = 0; i < 8; i++) {
        acc[i][0] = _mm512_setzero_ps();
        acc[i][1] = _mm512_setzero_ps();
    }
    for (int32_t x = 0; x < a->width; x++, pixel += a->channels) {
        const __m512 low = _mm512_loadu_ps(pixel + a->panel);
        const __m512 high = _mm512_loadu_ps(pixel + a->panel + 16);
        QV_UNROLL for (int i = 0; i < 8; i++) {
            const __m512 value = _mm512_set1_ps(pixel[a->first + i]);
            acc[i][0] = _mm512_fmadd_ps(value, low, acc[i][0]);
            acc[i][1] = _mm512_fmadd_ps(value, high, acc[i][1]);
        }
    }
    for (int i = 0; i < 8; i++) {
        double *out = a->sums + i * (int64_t)a->channels;
        QV_UNROLL for (int half = 0; half < 2; half++) {
            double *part = out + half * 16;
            const __m512d first = _mm512_cvtps_pd(_mm512_castps512_ps256(acc[i][half]));
            const __m512d second = _mm512_cvtps_pd(_mm512_extractf32x8_ps(acc[i][half], 1));
            _mm512_storeu_pd(part, _mm512_add_pd(_mm512_loadu_pd(part), first));
            _mm512_storeu_pd(part + 8, _mm512_add_pd(_mm512_loadu_pd(part + 8), second));
        }
    }
}
#else
typedef int qv_f32_f32_gram_8x32__avx512vnni_is_empty;
#endif

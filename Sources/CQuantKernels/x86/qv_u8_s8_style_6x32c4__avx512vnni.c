#if defined(__x86_64__)
// Style gradient: two exact products, of the high and of the low parts of the 15-bit matrix.
#pragma STDC FP_CONTRACT OFF
#include "tiles_avx512vnni.h"

#define LARGEST 6

QV_INLINE_AVX512VNNI void tile(const qv_u8_style_gradient *a, int64_t x, const int MR) {
    const int64_t channels = a->channels;
    const uint8_t *pixels = a->row + x * channels;
    const int8_t *high = a->high;
    const int8_t *low = a->low;
    __m512i acc[LARGEST][4];
    QV_UNROLL for (int i = 0; i < MR; i++) {
        QV_UNROLL for (int j = 0; j < 4; j++) acc[i][j] = _mm512_setzero_si512();
    }
    for (int64_t k = 0; k < channels; k += 4, high += 128, low += 128) {
        const __m512i weights[4] = {_mm512_loadu_si512(high), _mm512_loadu_si512(high + 64), _mm512_loadu_si512(low),
                                    _mm512_loadu_si512(low + 64)};
        QV_UNROLL for (int i = 0; i < MR; i++) {
            const __m512i pixel = qv_broadcast4(pixels + i * channels + k);
            QV_UNROLL for (int j = 0; j < 4; j++) acc[i][j] = _mm512_dpbusd_epi32(acc[i][j], pixel, weights[j]);
        }
    }
    const __m512 factor = _mm512_set1_ps(128.0f);
    QV_UNROLL for (int i = 0; i < MR; i++) {
        float *out = a->out + (x + i) * a->out_stride;
        QV_UNROLL for (int half = 0; half < 2; half++) {
            const __m512 value =
                _mm512_fmadd_ps(_mm512_cvtepi32_ps(acc[i][half]), factor, _mm512_cvtepi32_ps(acc[i][2 + half]));
            const __m512 scale = _mm512_loadu_ps(a->scale + half * 16);
            const __m512 before = _mm512_loadu_ps(out + half * 16);
            _mm512_storeu_ps(out + half * 16, _mm512_fmadd_ps(scale, value, before));
        }
    }
}

QV_TARGET_AVX512VNNI void qv_u8_s8_style_6x32c4__avx512vnni(const qv_u8_style_gradient *a) {
    QV_CHECK(u8_style_gradient, a);
#define TILE(MR) tile(a, x_, MR)
#define TILES(x, mr) QV_SWITCH_TILE_6(mr, TILE)
    QV_FOR_EACH_TILE(a->width, LARGEST, TILES);
}
#else
typedef int qv_u8_s8_style_6x32c4__avx512vnni_is_empty;
#endif

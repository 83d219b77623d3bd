#if defined(__x86_64__)
// Transposes 4 pixels x 16 channels of bytes at a time.
#include "tiles_avx2.h"

QV_TARGET_AVX2 void qv_u8_interleave__avx2(const qv_u8_interleave *a) {
    QV_CHECK(u8_interleave, a);
    const int64_t channels = a->channels;
    uint8_t *out = a->out;
    for (int32_t x = 0; x < a->width; x += 4) {
        for (int64_t c = 0; c < channels; c += 16, out += 64) {
            __m128i pixel[4];
            for (int i = 0; i < 4; i++) {
                const __m128i *source = (const __m128i *)(a->row + (x + i) * channels + c);
                pixel[i] = x + i < a->width ? _mm_loadu_si128(source) : _mm_setzero_si128();
            }
            const __m128i low01 = _mm_unpacklo_epi8(pixel[0], pixel[1]);
            const __m128i high01 = _mm_unpackhi_epi8(pixel[0], pixel[1]);
            const __m128i low23 = _mm_unpacklo_epi8(pixel[2], pixel[3]);
            const __m128i high23 = _mm_unpackhi_epi8(pixel[2], pixel[3]);
            __m128i *to = (__m128i *)out;
            _mm_storeu_si128(to, _mm_unpacklo_epi16(low01, low23));
            _mm_storeu_si128(to + 1, _mm_unpackhi_epi16(low01, low23));
            _mm_storeu_si128(to + 2, _mm_unpacklo_epi16(high01, high23));
            _mm_storeu_si128(to + 3, _mm_unpackhi_epi16(high01, high23));
        }
    }
}
#else
typedef int qv_u8_interleave__avx2_is_empty;
#endif

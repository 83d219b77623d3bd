// The row-by-row kernels in plain C, stamped once per instruction set: the including file defines
// QV_TARGET (a target attribute or nothing) and QV_NAME(op) (the function's full name), and the
// compiler vectorizes the loops over channels for that target.
//
// Contracts: CQuantKernels.h. Nothing here may be contracted to fused multiply-adds by the compiler.
#pragma STDC FP_CONTRACT OFF

#include <string.h>

#include "CQuantKernels.h"

// Four outputs x four inputs are 16 neighbouring bytes of both layouts: one shuffle.
typedef int8_t QV_NAME(bytes16) __attribute__((vector_size(16)));

QV_TARGET void QV_NAME(s8_mirror_panel)(const qv_s8_mirror_panel *a) {
    QV_CHECK(s8_mirror_panel, a);
    const int64_t inputs = a->inputs;
    const int64_t outputs = a->outputs;
    for (int tap = 0; tap < 9; tap++) {
        for (int64_t o = 0; o < outputs; o += 32) {
            const int8_t *block = a->forward + ((o / 32 * 9 + 8 - tap) * inputs + a->panel * 32) * 32;
            int8_t *to = a->out + (tap * outputs + o) * 32;
            for (int group = 0; group < 8; group++) {
                for (int quad = 0; quad < 8; quad++) {
                    QV_NAME(bytes16) v;
                    memcpy(&v, block + group * 128 + quad * 16, 16);
                    v = __builtin_shufflevector(v, v, 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
                    memcpy(to + quad * 128 + group * 16, &v, 16);
                }
            }
        }
    }
}

QV_TARGET void QV_NAME(f32_quantize_image)(const qv_f32_quantize_image *a) {
    QV_CHECK(f32_quantize_image, a);
    for (int32_t x = 0; x < a->width; x++) {
        for (int32_t c = 0; c < 3; c++) {
            float v = a->row[3 * x + c] * 64.0f;
            v = v > -32768.0f ? (v < 32767.0f ? v : 32767.0f) : -32768.0f;
            a->out[4 * x + c] = (int16_t)__builtin_rintf(v);
        }
        a->out[4 * x + 3] = 0;
    }
}

QV_TARGET void QV_NAME(u8_pool_average)(const qv_u8_pool *a) {
    QV_CHECK(u8_pool, a);
    const int32_t channels = a->channels;
    uint8_t carries[QV_MOST_CHANNELS];
    memset(carries, 2, (size_t)channels);
    for (int32_t x = 0; x < a->width; x++) {
        const uint8_t *restrict top = a->top + 2 * x * (int64_t)channels;
        const uint8_t *restrict bottom = a->bottom + 2 * x * (int64_t)channels;
        uint8_t *restrict out = a->out + x * (int64_t)channels;
        for (int32_t c = 0; c < channels; c++) {
            uint16_t sum = (uint16_t)(top[c] + top[c + channels] + bottom[c] + bottom[c + channels] + carries[c]);
            out[c] = (uint8_t)(sum >> 2);
            carries[c] = sum & 3;
        }
    }
}

QV_TARGET void QV_NAME(u8_pool_max)(const qv_u8_pool *a) {
    QV_CHECK(u8_pool, a);
    const int32_t channels = a->channels;
    for (int32_t x = 0; x < a->width; x++) {
        const uint8_t *restrict top = a->top + 2 * x * (int64_t)channels;
        const uint8_t *restrict bottom = a->bottom + 2 * x * (int64_t)channels;
        uint8_t *restrict out = a->out + x * (int64_t)channels;
        for (int32_t c = 0; c < channels; c++) {
            uint8_t upper = top[c] > top[c + channels] ? top[c] : top[c + channels];
            uint8_t lower = bottom[c] > bottom[c + channels] ? bottom[c] : bottom[c + channels];
            out[c] = upper > lower ? upper : lower;
        }
    }
}

QV_TARGET void QV_NAME(u8_quantize_gradient)(const qv_u8_quantize_gradient *a) {
    QV_CHECK(u8_quantize_gradient, a);
    const int32_t channels = a->channels;
    const float *restrict weight_scale = a->weight_scale;
    for (int32_t x = 0; x < a->width; x++) {
        const float *restrict gradient = a->gradient + x * (int64_t)channels;
        const uint32_t *restrict mask = a->mask + x * (int64_t)(channels / 32);
        uint8_t *restrict out = a->out + x * (int64_t)channels;
        // Magnitudes are ordered like their bits, and integer maxima can be vectorized: of every 32nd channel first.
        int32_t most[32] = {0}, largest = 0;
        for (int32_t block = 0; block < channels; block += 32) {
            const uint32_t word = mask[block / 32];
            for (int32_t c = 0; c < 32; c++) {
                float g = gradient[block + c] * weight_scale[block + c];
                int32_t bits;
                memcpy(&bits, &g, sizeof bits);
                bits = word >> c & 1 ? bits & 0x7fffffff : 0;
                most[c] = bits > most[c] ? bits : most[c];
            }
        }
        for (int32_t c = 0; c < 32; c++) largest = most[c] > largest ? most[c] : largest;
        float m;
        memcpy(&m, &largest, sizeof m);
        if (!(m >= 0x1p-100f && m < __builtin_inff())) {
            a->scales[x] = m < 0x1p-100f ? 0 : __builtin_inff();
            memset(out, 128, (size_t)channels);
            continue;
        }
        a->scales[x] = m / 127.0f;
        const float inverse = 127.0f / m;
        for (int32_t block = 0; block < channels; block += 32) {
            const uint32_t word = mask[block / 32];
            for (int32_t c = 0; c < 32; c++) {
                float g = gradient[block + c] * weight_scale[block + c];
                g = word >> c & 1 ? g : 0.0f;
                out[block + c] = (uint8_t)(128 + (int32_t)__builtin_rintf(g * inverse));
            }
        }
    }
}

QV_TARGET void QV_NAME(u8_unpool_max)(const qv_u8_unpool_max *a) {
    QV_CHECK(u8_unpool_max, a);
    const int32_t channels = a->channels;
    for (int32_t x = 0; x < a->width; x++) {
        float *restrict out = a->out + x * (int64_t)channels;
        if (x / 2 >= a->width / 2) {
            memset(out, 0, (size_t)channels * sizeof(float));
            continue;
        }
        const uint8_t *restrict top = a->top + (x & ~1) * (int64_t)channels;
        const uint8_t *restrict bottom = a->bottom + (x & ~1) * (int64_t)channels;
        const float *restrict gradient = a->gradient + x / 2 * (int64_t)channels;
        const uint8_t *restrict mine = (a->is_bottom ? bottom : top) + (x & 1) * (int64_t)channels;
        for (int32_t c = 0; c < channels; c++) {
            const uint8_t upper = top[c] > top[c + channels] ? top[c] : top[c + channels];
            const uint8_t lower = bottom[c] > bottom[c + channels] ? bottom[c] : bottom[c + channels];
            const uint8_t most = upper > lower ? upper : lower;
            const int32_t count = (top[c] == most) + (top[c + channels] == most) + (bottom[c] == most) +
                                  (bottom[c + channels] == most);
            const float share = count == 1 ? 1.0f : (count == 2 ? 0.5f : (count == 3 ? 1.0f / 3.0f : 0.25f));
            out[c] = mine[c] == most ? share * gradient[c] : 0.0f;
        }
    }
}

QV_TARGET void QV_NAME(f32_unpool_average)(const qv_f32_unpool_average *a) {
    QV_CHECK(f32_unpool_average, a);
    const int32_t channels = a->channels;
    for (int32_t x = 0; x < a->width; x++) {
        float *restrict out = a->out + x * (int64_t)channels;
        const float *restrict gradient = a->gradient + x / 2 * (int64_t)channels;
        if (x / 2 >= a->width / 2) {
            memset(out, 0, (size_t)channels * sizeof(float));
        } else {
            for (int32_t c = 0; c < channels; c++) out[c] = 0.25f * gradient[c];
        }
    }
}

QV_TARGET void QV_NAME(u8_squared_difference)(const qv_u8_squared_difference *a) {
    QV_CHECK(u8_squared_difference, a);
    const int32_t channels = a->channels;
    const int64_t most = 32768;  // columns whose sum an Int32 holds: 2^15 * 255^2 < 2^31
    int64_t *restrict sums = a->sums;
    for (int64_t first = 0; first < a->width; first += most) {
        const int64_t end = first + most < a->width ? first + most : a->width;
        int32_t part[QV_MOST_CHANNELS];
        memset(part, 0, sizeof(int32_t) * (size_t)channels);
        for (int64_t x = first; x < end; x++) {
            const uint8_t *restrict row = a->row + x * channels;
            const uint8_t *restrict target = a->target + x * channels;
            for (int32_t c = 0; c < channels; c++) {
                const int32_t difference = (int32_t)row[c] - (int32_t)target[c];
                part[c] += difference * difference;
            }
        }
        for (int32_t c = 0; c < channels; c++) sums[c] += part[c];
    }
}

QV_TARGET void QV_NAME(u8_content_gradient)(const qv_u8_content_gradient *a) {
    QV_CHECK(u8_content_gradient, a);
    const int32_t channels = a->channels;
    const float *restrict factor = a->factor;
    for (int32_t x = 0; x < a->width; x++) {
        const uint8_t *restrict row = a->row + x * (int64_t)channels;
        const uint8_t *restrict target = a->target + x * (int64_t)channels;
        float *restrict out = a->out + x * (int64_t)channels;
        for (int32_t c = 0; c < channels; c++) {
            const int32_t difference = (int32_t)row[c] - (int32_t)target[c];
            out[c] = __builtin_fmaf(factor[c], (float)difference, out[c]);
        }
    }
}

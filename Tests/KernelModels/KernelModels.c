// Written for clarity alone: one loop per letter of the contract.
#pragma STDC FP_CONTRACT OFF

#include "KernelModels.h"

#include <math.h>

static int8_t weight_at(const int8_t *weights, int k, int n) {
    return weights[k / 4 * 4 * QV_PANEL + 4 * n + k % 4];
}

static uint8_t requantize(int32_t sum, float multiplier) {
    float value = (float)sum * multiplier;
    value = value < 0 ? 0 : (value > 255 ? 255 : value);
    return (uint8_t)rintf(value);
}

static void model_u8_conv_forward(const qv_u8_conv_forward *a) {
    for (int x = 0; x < a->width; x++) {
        uint32_t mask = 0;
        for (int n = 0; n < QV_PANEL; n++) {
            int32_t sum = a->bias[n];
            for (int r = 0; r < 3; r++) {
                const uint8_t *window = a->rows[r] + x * a->channels;
                const int8_t *weights = a->weights + r * 3 * a->channels * QV_PANEL;
                for (int k = 0; k < 3 * a->channels; k++) sum += window[k] * weight_at(weights, k, n);
            }
            a->out[x * a->out_stride + n] = requantize(sum, a->multiplier[n]);
            mask |= (uint32_t)(sum > 0) << n;
        }
        a->mask[x * a->mask_stride] = mask;
    }
}

static void model_s16_conv_forward(const qv_s16_conv_forward *a) {
    for (int x = 0; x < a->width; x++) {
        uint32_t mask = 0;
        for (int n = 0; n < QV_PANEL; n++) {
            int32_t sum = a->bias[n];
            for (int r = 0; r < 3; r++)
                for (int k = 0; k < 12; k++)
                    sum += a->rows[r][4 * x + k] * a->weights[((r * 6 + k / 2) * QV_PANEL + n) * 2 + k % 2];
            a->out[x * a->out_stride + n] = requantize(sum, a->multiplier[n]);
            mask |= (uint32_t)(sum > 0) << n;
        }
        a->mask[x * a->mask_stride] = mask;
    }
}

static void model_u8_image_gradient(const qv_u8_image_gradient *a) {
    for (int x = 0; x < a->width; x++)
        for (int c = 0; c < 3; c++) {
            float total = 0;
            for (int tap = 0; tap < 9; tap++) {
                const uint8_t *pixel = a->rows[tap / 3] + (x + tap % 3) * a->channels;
                const int8_t *weights = a->weights + tap / 3 * a->channels * QV_IMAGE_COLUMNS;
                int32_t dot = 0;
                for (int k = 0; k < a->channels; k++)
                    dot += (pixel[k] - 128) * weights[(k / 4 * QV_IMAGE_COLUMNS + 3 * (tap % 3) + c) * 4 + k % 4];
                total = fmaf(a->scales[tap / 3][x + tap % 3], (float)dot, total);
            }
            a->out[3 * x + c] = total;
        }
}

static void model_u8_gradient_windows(const qv_u8_gradient_windows *a) {
    for (int tile = 0; tile < a->count; tile++) {
        const int left = 4 * (a->first + tile);
        float most = 0;
        for (int y = 0; y < 6; y++)
            for (int x = left; x < left + 6 && x < a->width + 2; x++) most = fmaxf(most, a->scales[y][x]);
        a->tile_scales[tile] = most;
        for (int y = 0; y < 6; y++)
            for (int x = left; x < left + 6; x++)
                for (int k = 0; k < a->channels; k++) {
                    uint8_t *out = a->out + (((int64_t)tile * 6 + y) * 6 + x - left) * a->channels + k;
                    *out = 128;
                    if (x >= a->width + 2) continue;
                    const float ratio = a->scales[y][x] * (32768 / most);
                    const long long q = isnan(ratio) ? 0 : llrintf(fminf(ratio, 32767));
                    const long long product = (a->rows[y][x * a->channels + k] - 128) * q;
                    *out = (uint8_t)(128 + (int)floor((double)(product + 16384) / 32768));
                }
    }
}

static void model_u8_window_gradient(const qv_u8_window_gradient *a) {
    for (int tile = 0; tile < a->count; tile++)
        for (int y = a->top; y < a->rows; y++)
            for (int x = 0; x < 4 && 4 * (a->first + tile) + x < a->width; x++)
                for (int n = 0; n < QV_PANEL; n++) {
                    int64_t sum = 0;
                    for (int tap = 0; tap < 9; tap++) {
                        const int place = (tile * 6 + y + tap / 3) * 6 + x + tap % 3;
                        const int8_t *weights = a->weights + tap * a->channels * QV_PANEL;
                        for (int k = 0; k < a->channels; k++)
                            sum += (a->windows[(int64_t)place * a->channels + k] - 128) * weight_at(weights, k, n);
                    }
                    a->out[y][(4 * (a->first + tile) + x) * a->out_stride + n] = a->tile_scales[tile] * (float)sum;
                }
}

static void model_s8_mirror_panel(const qv_s8_mirror_panel *a) {
    for (int tap = 0; tap < 9; tap++)
        for (int o = 0; o < a->outputs; o++) {
            const int8_t *from = a->forward + (o / QV_PANEL * 9 + 8 - tap) * a->inputs * QV_PANEL;
            int8_t *to = a->out + (tap * a->outputs + o / 4 * 4) * QV_PANEL + o % 4;
            for (int i = 0; i < QV_PANEL; i++)
                to[4 * i] = weight_at(from, a->panel * QV_PANEL + i, o % QV_PANEL);
        }
}

static void model_u8_interleave(const qv_u8_interleave *a) {
    for (int p = 0; p < (a->width + 3) / 4 * 4; p++)
        for (int c = 0; c < a->channels; c++)
            a->out[(p / 4 * a->channels + c) * 4 + p % 4] = p < a->width ? a->row[p * a->channels + c] : 0;
}

static void model_u8_gram(const qv_u8_gram *a) {
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < QV_PANEL; j++)
            for (int p = 0; p < 4 * a->groups; p++) {
                const uint8_t *group = a->positions + p / 4 * 4 * a->channels + p % 4;
                a->sums[i * a->channels + j] += group[(a->first + i) * 4] * group[(a->panel + j) * 4];
            }
}

static void model_u8_style_gradient(const qv_u8_style_gradient *a) {
    for (int x = 0; x < a->width; x++)
        for (int n = 0; n < QV_PANEL; n++) {
            int32_t high = 0, low = 0;
            for (int k = 0; k < a->channels; k++) {
                high += a->row[x * a->channels + k] * weight_at(a->high, k, n);
                low += a->row[x * a->channels + k] * weight_at(a->low, k, n);
            }
            float *out = a->out + x * a->out_stride + n;
            *out = fmaf(a->scale[n], fmaf((float)high, 128, (float)low), *out);
        }
}

static void model_u8_squared_difference(const qv_u8_squared_difference *a) {
    for (int c = 0; c < a->channels; c++)
        for (int64_t i = c; i < (int64_t)a->width * a->channels; i += a->channels) {
            const int difference = a->row[i] > a->target[i] ? a->row[i] - a->target[i] : a->target[i] - a->row[i];
            a->sums[c] += difference * difference;
        }
}

static void model_u8_content_gradient(const qv_u8_content_gradient *a) {
    for (int64_t i = 0; i < (int64_t)a->width * a->channels; i++)
        a->out[i] = fmaf(a->factor[i % a->channels], (float)(a->row[i] - a->target[i]), a->out[i]);
}

static void model_f32_quantize_image(const qv_f32_quantize_image *a) {
    for (int i = 0; i < 4 * a->width; i++) {
        const float value = i % 4 == 3 ? 0 : a->row[i / 4 * 3 + i % 4] * 64;
        a->out[i] = (int16_t)rintf(value < -32768 ? -32768 : (value > 32767 ? 32767 : value));
    }
}

static void model_u8_pool(const qv_u8_pool *a, int maximum) {
    for (int c = 0; c < a->channels; c++) {
        int given = 0;  // four times what the pixels before got
        int sum = 2;    // of all pixels so far
        for (int x = 0; x < a->width; x++) {
            const int at = 2 * x * a->channels + c;
            const uint8_t *top = a->top + at, *bottom = a->bottom + at;
            const uint8_t four[4] = {top[0], top[a->channels], bottom[0], bottom[a->channels]};
            int most = 0;
            for (int j = 0; j < 4; j++) {
                sum += four[j];
                most = four[j] > most ? four[j] : most;
            }
            const int average = (sum - given) / 4;
            given += 4 * average;
            a->out[x * a->channels + c] = (uint8_t)(maximum ? most : average);
        }
    }
}

static void model_u8_pool_average(const qv_u8_pool *a) { model_u8_pool(a, 0); }
static void model_u8_pool_max(const qv_u8_pool *a) { model_u8_pool(a, 1); }

static void model_u8_quantize_gradient(const qv_u8_quantize_gradient *a) {
    for (int x = 0; x < a->width; x++) {
        float g[QV_MOST_CHANNELS], most = 0;
        int finite = 1;
        for (int c = 0; c < a->channels; c++) {
            const int open = a->mask[x * (a->channels / 32) + c / 32] >> c % 32 & 1;
            g[c] = open ? a->gradient[x * a->channels + c] * a->weight_scale[c] : 0;
            most = fmaxf(most, fabsf(g[c]));
            finite &= isfinite(g[c]) != 0;
        }
        const int empty = most < 0x1p-100f || !finite;
        a->scales[x] = !finite ? INFINITY : empty ? 0 : most / 127;
        for (int c = 0; c < a->channels; c++)
            a->out[x * a->channels + c] = (uint8_t)(128 + (empty ? 0 : (int)rintf(g[c] * (127 / most))));
    }
}

static void model_u8_unpool_max(const qv_u8_unpool_max *a) {
    for (int x = 0; x < a->width; x++)
        for (int c = 0; c < a->channels; c++) {
            float value = 0;
            if (x / 2 < a->width / 2) {
                const int left = x / 2 * 2 * a->channels + c, right = left + a->channels;
                const uint8_t four[4] = {a->top[left], a->top[right], a->bottom[left], a->bottom[right]};
                int most = 0, count = 0;
                for (int j = 0; j < 4; j++) most = four[j] > most ? four[j] : most;
                for (int j = 0; j < 4; j++) count += four[j] == most;
                if (four[2 * a->is_bottom + x % 2] == most)
                    value = 1.0f / (float)count * a->gradient[x / 2 * a->channels + c];
            }
            a->out[x * a->channels + c] = value;
        }
}

static void model_f32_unpool_average(const qv_f32_unpool_average *a) {
    for (int x = 0; x < a->width; x++)
        for (int c = 0; c < a->channels; c++)
            a->out[x * a->channels + c] =
                x / 2 < a->width / 2 ? 0.25f * a->gradient[x / 2 * a->channels + c] : 0;
}

static void model_f32_dot(const qv_f32_dot *a) {
    for (int x = 0; x < a->width; x++)
        for (int n = 0; n < QV_PANEL; n++) {
            float *out = a->out + x * a->out_stride + n;
            float sum = a->accumulate ? *out : a->start[n];
            for (int r = 0; r < a->row_count; r++)
                for (int j = 0; j < a->length; j++)
                    sum = fmaf(a->rows[r][x * a->pixel_stride + j],
                               a->weights[(r * a->length + j) * QV_PANEL + n], sum);
            *out = a->relu && !(sum > 0) ? 0 : sum;
        }
}

static void model_f32_gram(const qv_f32_gram *a) {
    for (int i = 0; i < 8; i++)
        for (int j = 0; j < QV_PANEL; j++) {
            float sum = 0;
            for (int x = 0; x < a->width; x++) {
                const float *pixel = a->row + x * a->channels;
                sum = fmaf(pixel[a->first + i], pixel[a->panel + j], sum);
            }
            a->sums[i * a->channels + j] += (double)sum;
        }
}

void kernel_models(qv_kernels *table) {
    table->u8_conv_forward = model_u8_conv_forward;
    table->s16_conv_forward = model_s16_conv_forward;
    table->u8_image_gradient = model_u8_image_gradient;
    table->u8_gradient_windows = model_u8_gradient_windows;
    table->u8_window_gradient = model_u8_window_gradient;
    table->s8_mirror_panel = model_s8_mirror_panel;
    table->u8_interleave = model_u8_interleave;
    table->u8_gram = model_u8_gram;
    table->u8_style_gradient = model_u8_style_gradient;
    table->u8_squared_difference = model_u8_squared_difference;
    table->u8_content_gradient = model_u8_content_gradient;
    table->f32_quantize_image = model_f32_quantize_image;
    table->u8_pool_average = model_u8_pool_average;
    table->u8_pool_max = model_u8_pool_max;
    table->u8_quantize_gradient = model_u8_quantize_gradient;
    table->u8_unpool_max = model_u8_unpool_max;
    table->f32_unpool_average = model_f32_unpool_average;
    table->f32_dot = model_f32_dot;
    table->f32_gram = model_f32_gram;
}

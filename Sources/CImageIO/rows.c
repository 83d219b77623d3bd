#include "decoder.h"

#include <stdlib.h>
#include <string.h>

static image_colors *open_colors(image_decoder *decoder, size_t *bytes) {
    if (decoder->keeps_labels) return NULL;
    return image_colors_open(&decoder->facts, decoder->samples, decoder->sample_bytes, decoder->has_alpha,
                             decoder->is_inverted, &decoder->warnings, bytes);
}

// Little CMS's tables are made for a moment, so that a file that waits to be read holds none of them.
void image_rows_describe(image_decoder *decoder) {
    image_header *header = decoder->header;
    size_t bytes = 0;
    image_colors *colors = open_colors(decoder, &bytes);
    header->stored_channels = (int32_t)decoder->samples + decoder->has_alpha;
    header->converts_colors = decoder->converts_colors = colors != NULL;
    header->color_bytes = colors ? (int64_t)bytes : 0;
    header->channels = colors || decoder->samples == SAMPLES_CMYK ? 3 + decoder->has_alpha : header->stored_channels;
    header->sample_bytes = decoder->sample_bytes;
    image_colors_close(colors);
}

void image_rows_start(image_decoder *decoder) {
    size_t bytes = 0;
    if (!decoder->converts_colors && decoder->samples != SAMPLES_CMYK) return;
    if (decoder->converts_colors) {
        decoder->colors = open_colors(decoder, &bytes);
        // What could be made before lacks nothing but memory now.
        if (!decoder->colors) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    }
    size_t pixel = (SAMPLES_CMYK + 1) * (size_t)decoder->sample_bytes;
    decoder->stored_row = image_decoder_allocate(decoder, pixel * decoder->row_pixels);
}

// Repeats grey as red, green and blue, from the end on, in place.
static void widen_grey(image_decoder *decoder) {
    size_t sample = (size_t)decoder->sample_bytes, alpha = decoder->has_alpha ? sample : 0;
    for (size_t pixel = decoder->row_pixels; pixel-- > 0;) {
        const uint8_t *from = decoder->stored_row + pixel * (sample + alpha);
        uint8_t *to = decoder->stored_row + pixel * (3 * sample + alpha), copy[4];
        memcpy(copy, from, sample + alpha);
        for (int i = 0; i < 3; i++) memcpy(to + (size_t)i * sample, copy, sample);
        memcpy(to + 3 * sample, copy + sample, alpha);
    }
}

// CMYK without a profile: the light that is left is (1 - C)(1 - K), and so on.
static void convert_cmyk(const image_decoder *decoder, uint8_t *row) {
    const unsigned flip = decoder->is_inverted ? 0 : 255;
    for (size_t pixel = 0; pixel < decoder->row_pixels; pixel++) {
        const uint8_t *from = decoder->stored_row + 4 * pixel;
        for (int i = 0; i < 3; i++) row[3 * pixel + (size_t)i] = (uint8_t)(((from[i] ^ flip) * (from[3] ^ flip) + 127) / 255);
    }
}

void image_rows_read(image_decoder *decoder, uint8_t *row) {
    decoder->codec->read_row(decoder, decoder->stored_row ? decoder->stored_row : row);
    if (decoder->colors) {
        if (image_colors_widen_grey(decoder->colors)) widen_grey(decoder);
        image_colors_convert(decoder->colors, decoder->stored_row, row, decoder->row_pixels);
    } else if (decoder->stored_row) {
        convert_cmyk(decoder, row);
    }
}

void image_rows_destroy(image_decoder *decoder) {
    image_colors_close(decoder->colors);
    free(decoder->stored_row);
    free(decoder->facts.profile);
}

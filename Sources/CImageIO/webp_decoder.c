#include "decoder.h"

#include <stdlib.h>
#include <string.h>

// The longest that a file's picture may be: more than any of 16383x16383 pixels needs.
#define MAX_CHUNK ((uint32_t)1 << 30)

static uint32_t little_endian_32(const uint8_t *bytes) {
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

// Appends to the copy of the file, growing with what is really there, whatever a length claims.
static void keep(image_decoder *decoder, size_t count) {
    while (count > 0) {
        if (decoder->next == decoder->end) image_decoder_fill(decoder);
        size_t part = decoder->end - decoder->next;
        if (part > count) part = count;
        if (part > decoder->webp_capacity - decoder->webp_size) {
            size_t capacity = decoder->webp_capacity + decoder->webp_capacity / 2 + part;
            uint8_t *bytes = realloc(decoder->webp, capacity);
            if (!bytes) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
            decoder->webp = bytes;
            decoder->webp_capacity = capacity;
        }
        image_decoder_take(decoder, decoder->webp + decoder->webp_size, part);
        decoder->webp_size += part;
        count -= part;
    }
}

// Reads a chunk's data of a bounded size; longer ones are skipped. `kept` is 0 until all of it is there.
static void read_chunk(image_decoder *decoder, size_t size, size_t limit, uint8_t **bytes, size_t *kept) {
    int fits = size > 0 && size <= limit;
    if (fits) *bytes = image_decoder_allocate(decoder, size);
    image_decoder_take(decoder, *bytes, size);
    if (fits) *kept = size;
}

static void fail_unless_ok(image_decoder *decoder, VP8StatusCode status) {
    switch (status) {
    case VP8_STATUS_OK: return;
    case VP8_STATUS_OUT_OF_MEMORY: image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    case VP8_STATUS_NOT_ENOUGH_DATA:
    case VP8_STATUS_SUSPENDED: image_decoder_fail(decoder, IMAGE_TRUNCATED, NULL);
    case VP8_STATUS_UNSUPPORTED_FEATURE: image_decoder_fail(decoder, IMAGE_DAMAGED, "unknown feature");
    default: image_decoder_fail(decoder, IMAGE_DAMAGED, "bitstream error");
    }
}

// Size and kind of the picture, from what is kept of the file so far.
static void describe(image_decoder *decoder) {
    image_header *header = decoder->header;
    WebPBitstreamFeatures *features = &decoder->webp_config.input;
    fail_unless_ok(decoder, WebPGetFeatures(decoder->webp, decoder->webp_size, features));
    header->width = features->width;
    header->height = features->height;
    if (features->has_animation) image_decoder_fail(decoder, IMAGE_ANIMATED, NULL);
    header->bits = 8;
    header->is_lossless = features->format == 2;
    header->needs_whole_image = 1;
    decoder->samples = SAMPLES_RGB;
    decoder->has_alpha = features->has_alpha;
    decoder->sample_bytes = 1;
}

// Keeps the chunks of the picture, of its colours and of its orientation; passes over all others.
static void read_chunks(image_decoder *decoder, uint32_t left) {
    while (left >= 8) {
        if (image_decoder_peek(decoder, 8) < 8) image_decoder_fail(decoder, IMAGE_TRUNCATED, NULL);
        const uint8_t *start = decoder->buffer;
        uint32_t size = little_endian_32(start + 4), padded = size + (size & 1);
        if (size > MAX_CHUNK) image_decoder_fail(decoder, IMAGE_DAMAGED, "chunk length");
        left = left - 8 > padded ? left - 8 - padded : 0;
        int is_picture = memcmp(start, "VP8 ", 4) == 0 || memcmp(start, "VP8L", 4) == 0;
        int is_canvas = memcmp(start, "VP8X", 4) == 0;
        if (is_picture && decoder->webp_has_picture) return;
        if (is_canvas || is_picture || memcmp(start, "ALPH", 4) == 0) {
            keep(decoder, 8 + (size_t)size);
            if (size & 1 && image_decoder_peek(decoder, 1) > 0) keep(decoder, 1);
            if (is_canvas || is_picture) describe(decoder);
            decoder->webp_has_picture |= is_picture;
            continue;
        }
        int is_exif = memcmp(start, "EXIF", 4) == 0 && !decoder->exif;
        int is_profile = memcmp(start, "ICCP", 4) == 0 && decoder->facts.profile_size == 0;
        image_decoder_take(decoder, NULL, 8);
        if (is_exif) {
            read_chunk(decoder, size, IMAGE_MAX_EXIF, &decoder->exif, &decoder->exif_size);
        } else if (is_profile) {
            read_chunk(decoder, size, IMAGE_MAX_PROFILE, &decoder->facts.profile, &decoder->facts.profile_size);
            if (!decoder->facts.profile) decoder->facts.profile_size = 1;  // there is one that can not be read
        } else {
            image_decoder_take(decoder, NULL, size);
        }
        if (size & 1 && image_decoder_peek(decoder, 1) > 0) image_decoder_take(decoder, NULL, 1);
    }
    if (!decoder->webp_has_picture) image_decoder_fail(decoder, IMAGE_TRUNCATED, NULL);
}

static void read_header(image_decoder *decoder) {
    if (!WebPInitDecoderConfig(&decoder->webp_config))
        image_decoder_fail(decoder, IMAGE_DAMAGED, "libwebp of another version");
    uint32_t size = little_endian_32(decoder->buffer + 4);
    keep(decoder, 12);
    read_chunks(decoder, size >= 4 ? size - 4 : 0);
}

static void start(image_decoder *decoder, int32_t denominator) {
    WebPDecoderConfig *config = &decoder->webp_config;
    uint32_t size = (uint32_t)decoder->webp_size - 8;
    for (int i = 0; i < 4; i++) decoder->webp[4 + i] = (uint8_t)(size >> 8 * i);
    int width = (config->input.width + denominator - 1) / denominator;
    int height = (config->input.height + denominator - 1) / denominator;
    config->options.use_scaling = denominator > 1;
    config->options.scaled_width = width;
    config->options.scaled_height = height;
    config->output.colorspace = decoder->has_alpha ? MODE_RGBA : MODE_RGB;
    fail_unless_ok(decoder, WebPDecode(decoder->webp, decoder->webp_size, config));
    free(decoder->webp);
    decoder->webp = NULL;
    decoder->row_pixels = (uint32_t)width;
}

static void read_row(image_decoder *decoder, uint8_t *row) {
    const WebPRGBABuffer *pixels = &decoder->webp_config.output.u.RGBA;
    size_t bytes = decoder->row_pixels * (size_t)(3 + decoder->has_alpha);
    memcpy(row, pixels->rgba + (size_t)pixels->stride * decoder->next_row++, bytes);
}

static void destroy(image_decoder *decoder) {
    WebPFreeDecBuffer(&decoder->webp_config.output);
    free(decoder->webp);
}

const image_codec image_webp_codec = {
    .format = IMAGE_WEBP,
    .read_header = read_header,
    .start = start,
    .read_row = read_row,
    .destroy = destroy,
};

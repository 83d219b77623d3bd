#include "decoder.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <zlib.h>

// Chunks that are stepped over on the way to an orientation behind the pixels.
#define MAX_CHUNKS 100000

// Inflates a profile: its first four bytes say how long it is.
static void inflate_profile(image_decoder *decoder, const uint8_t *bytes, size_t size) {
    image_color_facts *facts = &decoder->facts;
    facts->profile_size = 1;  // there is one, of which nothing is known yet
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
    if (inflateInit(&stream) != Z_OK) return;
    uint8_t start[4];
    stream.next_out = start;
    stream.avail_out = sizeof start;
    inflate(&stream, Z_SYNC_FLUSH);
    size_t length = stream.avail_out == 0 ? image_big_endian_32(start) : 0;
    if (length >= 128 && length <= IMAGE_MAX_PROFILE && (facts->profile = malloc(length))) {
        memcpy(facts->profile, start, sizeof start);
        stream.next_out = facts->profile + sizeof start;
        stream.avail_out = (uInt)(length - sizeof start);
        inflate(&stream, Z_SYNC_FLUSH);
        facts->profile_size = length;
        if (stream.avail_out > 0) {
            free(facts->profile);
            facts->profile = NULL;
        }
    }
    inflateEnd(&stream);
}

static void take_exif(image_decoder *decoder, const uint8_t *bytes, size_t size) {
    if (decoder->exif || size == 0 || size > IMAGE_MAX_EXIF) return;
    decoder->exif = image_decoder_allocate(decoder, size);
    memcpy(decoder->exif, bytes, size);
    decoder->exif_size = size;
}

void image_png_take_chunk(image_decoder *decoder, const uint8_t name[4], const uint8_t *bytes, size_t size) {
    image_color_facts *facts = &decoder->facts;
    if (memcmp(name, "eXIf", 4) == 0) {
        take_exif(decoder, bytes, size);
    } else if (memcmp(name, "cICP", 4) == 0 && size == 4) {
        memcpy(facts->cicp, bytes, 4);
        facts->has_cicp = 1;
    } else if (memcmp(name, "iCCP", 4) == 0 && facts->profile_size == 0) {
        // A name of at most 79 bytes, a zero, the method (0: zlib).
        const uint8_t *end = size > 0 ? memchr(bytes, 0, size < 80 ? size : 80) : NULL;
        size_t start = end ? (size_t)(end - bytes) + 2 : size;
        inflate_profile(decoder, bytes + (start < size ? start : size), start < size ? size - start : 0);
    } else if (memcmp(name, "sRGB", 4) == 0) {
        facts->is_srgb = 1;
    } else if (memcmp(name, "gAMA", 4) == 0 && size == 4) {
        facts->gamma = image_big_endian_32(bytes);
    } else if (memcmp(name, "cHRM", 4) == 0 && size == 32) {
        for (int i = 0; i < 8; i++) facts->chromaticities[i] = image_big_endian_32(bytes + 4 * i);
        facts->has_chromaticities = 1;
    }
}

void image_png_look_ahead(image_decoder *decoder) {
    uint8_t start[8];
    off_t place = 8;
    for (int count = 0; count < MAX_CHUNKS && !decoder->exif; count++) {
        if (pread(decoder->descriptor, start, 8, place) != 8) return;
        size_t size = image_big_endian_32(start);
        if (memcmp(start + 4, "eXIf", 4) == 0 && size > 0 && size <= IMAGE_MAX_EXIF) {
            decoder->exif = image_decoder_allocate(decoder, size);
            decoder->exif_size = size;
            if (pread(decoder->descriptor, decoder->exif, size, place + 8) == (ssize_t)size) return;
            free(decoder->exif);
            decoder->exif = NULL;
            decoder->exif_size = 0;
        }
        place += 12 + (off_t)size;
    }
}

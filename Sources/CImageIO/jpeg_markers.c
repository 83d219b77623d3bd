#include "decoder.h"

#include <stdlib.h>
#include <string.h>

// jpeg_save_markers keeps every marker of a kind; here memory is bounded by what has a use.

static image_decoder *owner(j_decompress_ptr jpeg) { return jpeg->client_data; }

static void take(j_decompress_ptr jpeg, uint8_t *bytes, size_t count) {
    while (count > 0) {
        if (jpeg->src->bytes_in_buffer == 0) jpeg->src->fill_input_buffer(jpeg);
        size_t part = jpeg->src->bytes_in_buffer < count ? jpeg->src->bytes_in_buffer : count;
        memcpy(bytes, jpeg->src->next_input_byte, part);
        jpeg->src->next_input_byte += part;
        jpeg->src->bytes_in_buffer -= part;
        bytes += part;
        count -= part;
    }
}

// Reads the length and, if it is there, the name that a marker's data begin with. Skips markers of other names.
// Returns whether it has the name, and how much follows.
static int begins_with(j_decompress_ptr jpeg, const char *name, size_t name_size, size_t *left) {
    uint8_t length[2], start[16];
    take(jpeg, length, 2);
    size_t size = (size_t)length[0] << 8 | length[1];
    if (size < 2) image_decoder_fail(owner(jpeg), IMAGE_DAMAGED, "marker length");
    size -= 2;
    int matches = 0;
    if (size >= name_size) {
        take(jpeg, start, name_size);
        size -= name_size;
        matches = memcmp(start, name, name_size) == 0;
    }
    if (!matches) jpeg->src->skip_input_data(jpeg, (long)size);
    *left = size;
    return matches;
}

static boolean read_exif(j_decompress_ptr jpeg) {
    image_decoder *decoder = owner(jpeg);
    size_t size;
    if (!begins_with(jpeg, "Exif\0", 6, &size)) return TRUE;
    if (decoder->exif) {
        jpeg->src->skip_input_data(jpeg, (long)size);
        return TRUE;
    }
    decoder->exif = image_decoder_allocate(decoder, size + 1);
    take(jpeg, decoder->exif, size);
    decoder->exif_size = size;
    return TRUE;
}

// A profile comes in up to 255 parts, each with its number and their count (ICC.1, annex B.4), in any order.
static boolean read_profile_part(j_decompress_ptr jpeg) {
    image_decoder *decoder = owner(jpeg);
    size_t size;
    if (!begins_with(jpeg, "ICC_PROFILE", 12, &size)) return TRUE;
    uint8_t numbers[2] = {0};
    if (size >= 2) {
        take(jpeg, numbers, 2);
        size -= 2;
    }
    if (decoder->profile_part_count == 0) decoder->profile_part_count = numbers[1];
    decoder->facts.profile_size += size;
    if (numbers[0] == 0 || numbers[0] > numbers[1] || numbers[1] != decoder->profile_part_count ||
        decoder->profile_parts[numbers[0]].bytes || decoder->facts.profile_size > IMAGE_MAX_PROFILE)
        decoder->profile_is_damaged = 1;
    if (decoder->profile_is_damaged) {
        jpeg->src->skip_input_data(jpeg, (long)size);
        return TRUE;
    }
    decoder->profile_parts[numbers[0]].bytes = image_decoder_allocate(decoder, size + 1);
    take(jpeg, decoder->profile_parts[numbers[0]].bytes, size);
    decoder->profile_parts[numbers[0]].size = size;
    return TRUE;
}

void image_jpeg_keep_markers(image_decoder *decoder) {
    jpeg_set_marker_processor(&decoder->jpeg, JPEG_APP0 + 1, read_exif);
    jpeg_set_marker_processor(&decoder->jpeg, JPEG_APP0 + 2, read_profile_part);
}

void image_jpeg_join_profile(image_decoder *decoder) {
    image_color_facts *facts = &decoder->facts;
    size_t size = 0;
    for (int part = 1; part <= decoder->profile_part_count; part++) {
        if (!decoder->profile_parts[part].bytes) decoder->profile_is_damaged = 1;
        size += decoder->profile_parts[part].size;
    }
    // A length without bytes is a profile that can not be read.
    if (decoder->profile_is_damaged || (decoder->profile_part_count > 0 && size == 0)) facts->profile_size = 1;
    if (decoder->profile_is_damaged || size == 0) return;
    facts->profile = image_decoder_allocate(decoder, size);
    facts->profile_size = 0;
    for (int part = 1; part <= decoder->profile_part_count; part++) {
        memcpy(facts->profile + facts->profile_size, decoder->profile_parts[part].bytes, decoder->profile_parts[part].size);
        facts->profile_size += decoder->profile_parts[part].size;
        free(decoder->profile_parts[part].bytes);
        decoder->profile_parts[part].bytes = NULL;
    }
}

#include "decoder.h"

#include <stdlib.h>
#include <string.h>

#include <jerror.h>

// Progressive files have about ten scans; thousands of them in a small file would only burn time.
#define MAX_SCANS 100

static image_decoder *owner(j_common_ptr jpeg) { return jpeg->client_data; }

static void fail(j_common_ptr jpeg) {
    image_decoder *decoder = owner(jpeg);
    jpeg->err->format_message(jpeg, decoder->message);
    image_status status = jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? IMAGE_NO_MEMORY
                          : decoder->jpeg_ended                     ? IMAGE_TRUNCATED
                                                                    : IMAGE_DAMAGED;
    image_decoder_fail(decoder, status, NULL);
}

// libjpeg invents pixels where data is damaged and calls that a warning; here it is an error.
// The warnings that are let pass do not touch pixels.
static void judge_warning(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    switch (jpeg->err->msg_code) {
    case JWRN_ADOBE_XFORM:
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_JFIF_MAJOR:
    case JWRN_NOT_SEQUENTIAL:
        return;
    default:
        fail(jpeg);
    }
}

static void judge_scans(j_common_ptr jpeg) {
    if (((j_decompress_ptr)jpeg)->input_scan_number > MAX_SCANS)
        image_decoder_fail(owner(jpeg), IMAGE_DAMAGED, "too many scans");
}

static void print_nothing(j_common_ptr jpeg) { (void)jpeg; }

static void no_source_action(j_decompress_ptr jpeg) { (void)jpeg; }

// Where the file ends within a picture of one scan, an end marker is put there: libjpeg warns when that is too early
// for the pixels. Of several scans it would not, and the picture would be coarse.
static boolean fill_input(j_decompress_ptr jpeg) {
    static const uint8_t end_marker[] = {0xFF, JPEG_EOI};
    image_decoder *decoder = owner((j_common_ptr)jpeg);
    decoder->next = decoder->end = 0;
    if (image_decoder_peek(decoder, 1) > 0) {
        jpeg->src->next_input_byte = decoder->buffer;
        jpeg->src->bytes_in_buffer = decoder->end;
    } else if (decoder->jpeg_may_end) {
        decoder->jpeg_may_end = 0;
        decoder->jpeg_ended = 1;
        jpeg->src->next_input_byte = end_marker;
        jpeg->src->bytes_in_buffer = sizeof end_marker;
    } else {
        image_decoder_fail(decoder, IMAGE_TRUNCATED, NULL);
    }
    return TRUE;
}

static void skip_input(j_decompress_ptr jpeg, long count) {
    if (count <= 0) return;
    size_t left = (size_t)count;
    while (left > jpeg->src->bytes_in_buffer) {
        left -= jpeg->src->bytes_in_buffer;
        fill_input(jpeg);
    }
    jpeg->src->next_input_byte += left;
    jpeg->src->bytes_in_buffer -= left;
}

static void read_header(image_decoder *decoder) {
    image_header *header = decoder->header;
    j_decompress_ptr jpeg = &decoder->jpeg;
    jpeg->err = jpeg_std_error(&decoder->jpeg_errors);
    jpeg->err->error_exit = fail;
    jpeg->err->emit_message = judge_warning;
    jpeg->err->output_message = print_nothing;
    jpeg->client_data = decoder;
    decoder->jpeg_created = 1;
    jpeg_create_decompress(jpeg);
    decoder->jpeg_progress.progress_monitor = judge_scans;
    jpeg->progress = &decoder->jpeg_progress;
    decoder->jpeg_source = (struct jpeg_source_mgr){
        .next_input_byte = decoder->buffer,
        .bytes_in_buffer = decoder->end,
        .init_source = no_source_action,
        .fill_input_buffer = fill_input,
        .skip_input_data = skip_input,
        .resync_to_restart = jpeg_resync_to_restart,
        .term_source = no_source_action,
    };
    jpeg->src = &decoder->jpeg_source;
    image_jpeg_keep_markers(decoder);
    jpeg_read_header(jpeg, TRUE);
    image_jpeg_join_profile(decoder);

    header->width = jpeg->image_width;
    header->height = jpeg->image_height;
    header->bits = jpeg->data_precision;
    header->needs_whole_image = jpeg_has_multiple_scans(jpeg);
    decoder->sample_bytes = 1;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        jpeg->out_color_space = JCS_GRAYSCALE;
        decoder->samples = SAMPLES_GREY;
        break;
    case JCS_RGB:
    case JCS_YCbCr:
        jpeg->out_color_space = JCS_RGB;
        decoder->samples = SAMPLES_RGB;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        jpeg->out_color_space = JCS_CMYK;
        decoder->samples = SAMPLES_CMYK;
        // Adobe's programs store how much light is left, others how much ink there is.
        decoder->is_inverted = jpeg->saw_Adobe_marker;
        break;
    default:
        image_decoder_fail(decoder, IMAGE_DAMAGED, "unknown colour space");
    }
}

static void start(image_decoder *decoder, int32_t denominator) {
    j_decompress_ptr jpeg = &decoder->jpeg;
    jpeg->scale_num = 1;
    jpeg->scale_denom = (unsigned)denominator;
    jpeg->dct_method = JDCT_ISLOW;  // the exact integer transform: the same bits with and without SIMD
    jpeg->do_fancy_upsampling = TRUE;
    decoder->jpeg_may_end = !jpeg_has_multiple_scans(jpeg);
    jpeg_start_decompress(jpeg);
    decoder->row_pixels = jpeg->output_width;
}

static void read_row(image_decoder *decoder, uint8_t *row) {
    JSAMPROW rows[] = {row};
    jpeg_read_scanlines(&decoder->jpeg, rows, 1);
    if (decoder->jpeg_ended) decoder->warnings |= IMAGE_WARNING_NO_END;
}

static void destroy(image_decoder *decoder) {
    if (decoder->jpeg_created) jpeg_destroy_decompress(&decoder->jpeg);
    for (int part = 0; part < 256; part++) free(decoder->profile_parts[part].bytes);
}

const image_codec image_jpeg_codec = {
    .format = IMAGE_JPEG,
    .read_header = read_header,
    .start = start,
    .read_row = read_row,
    .destroy = destroy,
};

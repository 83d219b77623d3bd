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
    int code = jpeg->err->msg_code;
    image_decoder_fail(decoder, code == JERR_OUT_OF_MEMORY ? IMAGE_NO_MEMORY : IMAGE_DAMAGED, NULL);
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

static boolean fill_input(j_decompress_ptr jpeg) {
    image_decoder *decoder = owner((j_common_ptr)jpeg);
    image_decoder_fill(decoder);
    jpeg->src->next_input_byte = decoder->buffer;
    jpeg->src->bytes_in_buffer = decoder->end;
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

static int next_byte(j_decompress_ptr jpeg) {
    if (jpeg->src->bytes_in_buffer == 0) fill_input(jpeg);
    jpeg->src->bytes_in_buffer--;
    return *jpeg->src->next_input_byte++;
}

// Keeps the first EXIF marker and skips the rest, so that memory is bounded (jpeg_save_markers keeps them
// all).
static boolean read_app1(j_decompress_ptr jpeg) {
    static const uint8_t name[6] = "Exif\0";
    image_decoder *decoder = owner((j_common_ptr)jpeg);
    int length = next_byte(jpeg) << 8;
    length = (length | next_byte(jpeg)) - 2;
    if (length < 0) image_decoder_fail(decoder, IMAGE_DAMAGED, "marker length");
    uint8_t start[sizeof name];
    if (decoder->exif || length < (int)sizeof start) {
        skip_input(jpeg, length);
        return TRUE;
    }
    for (size_t i = 0; i < sizeof start; i++) start[i] = (uint8_t)next_byte(jpeg);
    length -= (int)sizeof start;
    if (memcmp(start, name, sizeof name) != 0) {
        skip_input(jpeg, length);
        return TRUE;
    }
    decoder->exif = malloc((size_t)length + 1);
    if (!decoder->exif) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    for (int i = 0; i < length; i++) decoder->exif[i] = (uint8_t)next_byte(jpeg);
    decoder->exif_size = (size_t)length;
    return TRUE;
}

void image_jpeg_read_header(image_decoder *decoder) {
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
    jpeg_set_marker_processor(jpeg, JPEG_APP0 + 1, read_app1);
    jpeg_read_header(jpeg, TRUE);

    header->width = jpeg->image_width;
    header->height = jpeg->image_height;
    header->bits = jpeg->data_precision;
    header->sample_bytes = 1;
    header->needs_whole_image = jpeg_has_multiple_scans(jpeg);
    header->exif = decoder->exif;
    header->exif_size = (int32_t)decoder->exif_size;
    switch (jpeg->jpeg_color_space) {
    case JCS_GRAYSCALE:
        jpeg->out_color_space = JCS_GRAYSCALE;
        header->channels = 1;
        break;
    case JCS_RGB:
    case JCS_YCbCr:
        jpeg->out_color_space = JCS_RGB;
        header->channels = 3;
        break;
    case JCS_CMYK:
    case JCS_YCCK:
        image_decoder_fail(decoder, IMAGE_CMYK, NULL);
    default:
        image_decoder_fail(decoder, IMAGE_DAMAGED, "unknown colour space");
    }
}

void image_jpeg_start(image_decoder *decoder, int32_t denominator) {
    j_decompress_ptr jpeg = &decoder->jpeg;
    jpeg->scale_num = 1;
    jpeg->scale_denom = (unsigned)denominator;
    jpeg->dct_method = JDCT_ISLOW;  // the exact integer transform: the same bits with and without SIMD
    jpeg->do_fancy_upsampling = TRUE;
    jpeg_start_decompress(jpeg);
}

void image_jpeg_read_row(image_decoder *decoder, uint8_t *row) {
    JSAMPROW rows[] = {row};
    jpeg_read_scanlines(&decoder->jpeg, rows, 1);
}

void image_jpeg_destroy(image_decoder *decoder) {
    if (decoder->jpeg_created) jpeg_destroy_decompress(&decoder->jpeg);
    free(decoder->exif);
}

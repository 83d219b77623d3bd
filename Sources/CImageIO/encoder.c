#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jerror.h>
#include <jpeglib.h>
#include <png.h>

#include "CImageIO.h"
#include "colors.h"

struct image_encoder {
    jmp_buf escape;  // where the function that called the library waits
    image_status status;
    char message[JMSG_LENGTH_MAX];

    image_format format;
    int32_t width, height;
    uint8_t *bytes;  // encoded and not yet taken
    size_t count, capacity;
    uint8_t *profile;

    png_structp png;
    png_infop info;

    int jpeg_created;
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr jpeg_errors;
    struct jpeg_destination_mgr jpeg_destination;
};

static _Noreturn void fail(image_encoder *encoder, image_status status, const char *message) {
    encoder->status = status;
    if (message) snprintf(encoder->message, sizeof encoder->message, "%s", message);
    longjmp(encoder->escape, 1);
}

static void reserve(image_encoder *encoder, size_t extra) {
    if (extra <= encoder->capacity - encoder->count) return;
    size_t capacity = 2 * encoder->capacity + extra;
    uint8_t *bytes = realloc(encoder->bytes, capacity);
    if (!bytes) fail(encoder, IMAGE_NO_MEMORY, NULL);
    encoder->bytes = bytes;
    encoder->capacity = capacity;
}

// --- PNG ---------------------------------------------------------------------------------------

static void png_fail(png_structp png, png_const_charp message) {
    fail(png_get_error_ptr(png), IMAGE_DAMAGED, message);
}

static void png_ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void png_append(png_structp png, png_bytep bytes, size_t count) {
    image_encoder *encoder = png_get_io_ptr(png);
    reserve(encoder, count);
    memcpy(encoder->bytes + encoder->count, bytes, count);
    encoder->count += count;
}

static void png_flush_nothing(png_structp png) { (void)png; }

static void start_png(image_encoder *encoder, int32_t level) {
    encoder->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, encoder, png_fail, png_ignore);
    if (!encoder->png) fail(encoder, IMAGE_NO_MEMORY, NULL);
    encoder->info = png_create_info_struct(encoder->png);
    if (!encoder->info) fail(encoder, IMAGE_NO_MEMORY, NULL);
    png_set_write_fn(encoder->png, encoder, png_append, png_flush_nothing);
    png_set_compression_level(encoder->png, level);
    png_set_IHDR(encoder->png, encoder->info, (png_uint_32)encoder->width, (png_uint_32)encoder->height, 8,
                 PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT,
                 PNG_FILTER_TYPE_DEFAULT);
    png_set_sRGB_gAMA_and_cHRM(encoder->png, encoder->info, PNG_sRGB_INTENT_PERCEPTUAL);
    png_write_info(encoder->png, encoder->info);
}

// --- JPEG --------------------------------------------------------------------------------------

static void jpeg_fail(j_common_ptr jpeg) {
    image_encoder *encoder = jpeg->client_data;
    jpeg->err->format_message(jpeg, encoder->message);
    fail(encoder, jpeg->err->msg_code == JERR_OUT_OF_MEMORY ? IMAGE_NO_MEMORY : IMAGE_DAMAGED, NULL);
}

static void jpeg_print_nothing(j_common_ptr jpeg) { (void)jpeg; }

// Points libjpeg at the free end of the buffer.
static void jpeg_open_buffer(j_compress_ptr jpeg) {
    image_encoder *encoder = jpeg->client_data;
    reserve(encoder, 4096);
    jpeg->dest->next_output_byte = encoder->bytes + encoder->count;
    jpeg->dest->free_in_buffer = encoder->capacity - encoder->count;
}

// Called by libjpeg when the buffer is full to the last byte; the two fields are stale then.
static boolean jpeg_grow_buffer(j_compress_ptr jpeg) {
    image_encoder *encoder = jpeg->client_data;
    encoder->count = encoder->capacity;
    jpeg_open_buffer(jpeg);
    return TRUE;
}

static void jpeg_close_buffer(j_compress_ptr jpeg) {
    image_encoder *encoder = jpeg->client_data;
    encoder->count = encoder->capacity - jpeg->dest->free_in_buffer;
}

static void start_jpeg(image_encoder *encoder, int32_t quality) {
    j_compress_ptr jpeg = &encoder->jpeg;
    jpeg->err = jpeg_std_error(&encoder->jpeg_errors);
    jpeg->err->error_exit = jpeg_fail;
    jpeg->err->output_message = jpeg_print_nothing;
    jpeg->client_data = encoder;
    encoder->jpeg_created = 1;
    jpeg_create_compress(jpeg);
    encoder->jpeg_destination = (struct jpeg_destination_mgr){
        .init_destination = jpeg_open_buffer,
        .empty_output_buffer = jpeg_grow_buffer,
        .term_destination = jpeg_close_buffer,
    };
    jpeg->dest = &encoder->jpeg_destination;
    jpeg->image_width = (JDIMENSION)encoder->width;
    jpeg->image_height = (JDIMENSION)encoder->height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->comp_info[0].h_samp_factor = jpeg->comp_info[0].v_samp_factor = 1;  // 4:4:4
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_compress(jpeg, TRUE);
    size_t size = image_srgb_profile(&encoder->profile);
    if (size == 0) fail(encoder, IMAGE_NO_MEMORY, NULL);
    jpeg_write_icc_profile(jpeg, encoder->profile, (unsigned)size);
}

// --- Both --------------------------------------------------------------------------------------

image_encoder *image_encoder_create(image_format format, int32_t width, int32_t height) {
    image_encoder *encoder = calloc(1, sizeof *encoder);
    if (!encoder) return NULL;
    encoder->format = format;
    encoder->width = width;
    encoder->height = height;
    return encoder;
}

image_status image_encoder_start(image_encoder *encoder, int32_t level) {
    if (setjmp(encoder->escape) == 0) {
        if (encoder->format == IMAGE_PNG) {
            start_png(encoder, level);
        } else {
            start_jpeg(encoder, level);
        }
    }
    return encoder->status;
}

image_status image_encoder_write_row(image_encoder *encoder, const uint8_t *row) {
    if (setjmp(encoder->escape) == 0) {
        if (encoder->format == IMAGE_PNG) {
            png_write_row(encoder->png, row);
        } else {
            JSAMPROW rows[] = {(JSAMPROW)row};
            jpeg_write_scanlines(&encoder->jpeg, rows, 1);
        }
    }
    return encoder->status;
}

image_status image_encoder_finish(image_encoder *encoder) {
    if (setjmp(encoder->escape) == 0) {
        if (encoder->format == IMAGE_PNG) {
            png_write_end(encoder->png, NULL);
        } else {
            jpeg_finish_compress(&encoder->jpeg);
        }
    }
    return encoder->status;
}

size_t image_encoder_take(image_encoder *encoder, const uint8_t **bytes) {
    j_compress_ptr jpeg = &encoder->jpeg;
    if (encoder->jpeg_created) jpeg_close_buffer(jpeg);
    size_t count = encoder->count;
    *bytes = encoder->bytes;
    encoder->count = 0;
    if (encoder->jpeg_created) {
        jpeg->dest->next_output_byte = encoder->bytes;
        jpeg->dest->free_in_buffer = encoder->capacity;
    }
    return count;
}

const char *image_encoder_message(const image_encoder *encoder) { return encoder->message; }

void image_encoder_destroy(image_encoder *encoder) {
    if (encoder->png) png_destroy_write_struct(&encoder->png, &encoder->info);
    if (encoder->jpeg_created) jpeg_destroy_compress(&encoder->jpeg);
    free(encoder->bytes);
    free(encoder->profile);
    free(encoder);
}

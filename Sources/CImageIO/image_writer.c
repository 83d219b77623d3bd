#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jpeglib.h>
#include <png.h>

#include "CImageIO.h"

typedef struct {
    struct jpeg_error_mgr manager;
    image_writer *writer;
} jpeg_errors;

struct image_writer {
    FILE *file;
    int32_t format;
    image_failure failure;
    jmp_buf escape;
    png_structp png;
    png_infop png_info;
    struct jpeg_compress_struct jpeg;
    jpeg_errors errors;
    int jpeg_started;
};

static void fail(image_writer *writer, image_status status, const char *message) {
    writer->failure.status = status;
    writer->failure.system_error = errno;
    snprintf(writer->failure.message, sizeof writer->failure.message, "%s", message);
}

static void png_failed(png_structp png, png_const_charp message) {
    image_writer *writer = png_get_error_ptr(png);
    fail(writer, ferror(writer->file) ? IMAGE_UNREADABLE : IMAGE_DAMAGED, message);
    longjmp(writer->escape, 1);
}

static void png_warned(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void jpeg_failed(j_common_ptr jpeg) {
    image_writer *writer = ((jpeg_errors *)jpeg->err)->writer;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    fail(writer, ferror(writer->file) ? IMAGE_UNREADABLE : IMAGE_DAMAGED, message);
    longjmp(writer->escape, 1);
}

static int start_png(image_writer *writer, int32_t width, int32_t height) {
    writer->png = png_create_write_struct(PNG_LIBPNG_VER_STRING, writer, png_failed, png_warned);
    if (writer->png) writer->png_info = png_create_info_struct(writer->png);
    if (!writer->png_info) return fail(writer, IMAGE_NO_MEMORY, ""), 0;
    if (setjmp(writer->escape)) return 0;
    png_init_io(writer->png, writer->file);
    png_set_user_limits(writer->png, 0x7fffffff, 0x7fffffff);
    png_set_IHDR(writer->png, writer->png_info, (png_uint_32)width, (png_uint_32)height, 8, PNG_COLOR_TYPE_RGB,
                 PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
    png_write_info(writer->png, writer->png_info);
    return 1;
}

static int start_jpeg(image_writer *writer, int32_t width, int32_t height, int32_t quality) {
    struct jpeg_compress_struct *jpeg = &writer->jpeg;
    jpeg->err = jpeg_std_error(&writer->errors.manager);
    writer->errors.writer = writer;
    writer->errors.manager.error_exit = jpeg_failed;
    if (setjmp(writer->escape)) return 0;
    writer->jpeg_started = 1;
    jpeg_create_compress(jpeg);
    jpeg_stdio_dest(jpeg, writer->file);
    jpeg->image_width = (JDIMENSION)width;
    jpeg->image_height = (JDIMENSION)height;
    jpeg->input_components = 3;
    jpeg->in_color_space = JCS_RGB;
    jpeg_set_defaults(jpeg);
    jpeg_set_quality(jpeg, quality, TRUE);
    jpeg->dct_method = JDCT_ISLOW;
    jpeg->optimize_coding = FALSE;
    for (int i = 0; i < 3; i++) jpeg->comp_info[i].h_samp_factor = jpeg->comp_info[i].v_samp_factor = 1;
    jpeg_start_compress(jpeg, TRUE);
    return 1;
}

image_writer *image_writer_open(int descriptor, int32_t format, int32_t width, int32_t height, int32_t quality,
                                image_failure *failure) {
    memset(failure, 0, sizeof *failure);
    image_writer *writer = calloc(1, sizeof *writer);
    const int own = writer ? dup(descriptor) : -1;
    FILE *file = own >= 0 ? fdopen(own, "wb") : NULL;
    if (!file) {
        if (own >= 0) close(own);
        free(writer);
        failure->status = IMAGE_NO_MEMORY;
        return NULL;
    }
    writer->file = file;
    writer->format = format;
    const int started = format == IMAGE_PNG ? start_png(writer, width, height) : start_jpeg(writer, width, height, quality);
    *failure = writer->failure;
    if (started) return writer;
    image_writer_abandon(writer);
    return NULL;
}

int32_t image_writer_next(image_writer *writer, const uint8_t *rgb, image_failure *failure) {
    if (!setjmp(writer->escape)) {
        if (writer->format == IMAGE_PNG) {
            png_write_row(writer->png, rgb);
        } else {
            JSAMPROW row = (JSAMPROW)rgb;
            jpeg_write_scanlines(&writer->jpeg, &row, 1);
        }
    }
    *failure = writer->failure;
    return writer->failure.status;
}

int32_t image_writer_finish(image_writer *writer, image_failure *failure) {
    if (!setjmp(writer->escape)) {
        if (writer->format == IMAGE_PNG) {
            png_write_end(writer->png, NULL);
        } else {
            jpeg_finish_compress(&writer->jpeg);
        }
        if (fflush(writer->file) != 0) fail(writer, IMAGE_UNREADABLE, "");
    }
    *failure = writer->failure;
    image_writer_abandon(writer);
    return failure->status;
}

void image_writer_abandon(image_writer *writer) {
    if (writer->png) png_destroy_write_struct(&writer->png, &writer->png_info);
    if (writer->jpeg_started && !setjmp(writer->escape)) jpeg_destroy_compress(&writer->jpeg);
    fclose(writer->file);
    free(writer);
}

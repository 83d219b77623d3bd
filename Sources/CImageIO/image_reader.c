#include <errno.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jerror.h>
#include <jpeglib.h>
#include <png.h>

#include "CImageIO.h"
#include "exif.h"

typedef struct {
    struct jpeg_error_mgr manager;
    image_reader *reader;
} jpeg_errors;

struct image_reader {
    FILE *file;
    image_header header;
    image_failure failure;
    jmp_buf escape;
    // PNG
    png_structp png;
    png_infop png_info;
    int channels;          // of the rows that libpng hands out: 3 or 4
    uint8_t *row;          // one encoded row, or all of them when header.whole
    size_t row_bytes;
    int32_t next_row;
    // JPEG
    struct jpeg_decompress_struct jpeg;
    jpeg_errors errors;
    int jpeg_started;
};

static void copy_message(image_failure *failure, const char *message) {
    snprintf(failure->message, sizeof failure->message, "%s", message);
}

static void fail(image_reader *reader, image_status status, const char *message) {
    reader->failure.status = status;
    copy_message(&reader->failure, message);
}

// --- PNG ---------------------------------------------------------------------------------------

static void png_failed(png_structp png, png_const_charp message) {
    image_reader *reader = png_get_error_ptr(png);
    if (reader->failure.status == IMAGE_OK) fail(reader, IMAGE_DAMAGED, message);
    longjmp(reader->escape, 1);
}

static void png_warned(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void png_read_bytes(png_structp png, png_bytep bytes, size_t count) {
    image_reader *reader = png_get_io_ptr(png);
    if (fread(bytes, 1, count, reader->file) == count) return;
    fail(reader, ferror(reader->file) ? IMAGE_UNREADABLE : IMAGE_TRUNCATED, "unexpected end of file");
    reader->failure.system_error = errno;
    longjmp(reader->escape, 1);
}

/// Whether the header is within the limits; sets the failure otherwise.
static int is_allowed(image_reader *reader, int32_t largest_side, int64_t largest_area, int64_t largest_whole) {
    const image_header *header = &reader->header;
    const int64_t area = (int64_t)header->width * header->height;
    if (header->width > largest_side || header->height > largest_side || area > largest_area ||
        (header->whole && area > largest_whole)) {
        fail(reader, IMAGE_TOO_LARGE, "");
        return 0;
    }
    return 1;
}

static int open_png(image_reader *reader, int32_t largest_side, int64_t largest_area, int64_t largest_whole) {
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, png_failed, png_warned);
    if (!reader->png) return fail(reader, IMAGE_NO_MEMORY, ""), 0;
    reader->png_info = png_create_info_struct(reader->png);
    if (!reader->png_info) return fail(reader, IMAGE_NO_MEMORY, ""), 0;
    if (setjmp(reader->escape)) return 0;
    png_set_read_fn(reader->png, reader, png_read_bytes);
    // The limits below speak; libpng's own must not come first. Ancillary chunks stay bounded.
    png_set_user_limits(reader->png, 0x7fffffff, 0x7fffffff);
    png_set_chunk_malloc_max(reader->png, 4 << 20);
    png_read_info(reader->png, reader->png_info);
    const int interlaced = png_get_interlace_type(reader->png, reader->png_info) != PNG_INTERLACE_NONE;
    reader->header.width = (int32_t)png_get_image_width(reader->png, reader->png_info);
    reader->header.height = (int32_t)png_get_image_height(reader->png, reader->png_info);
    reader->header.format = IMAGE_PNG;
    reader->header.bits = png_get_bit_depth(reader->png, reader->png_info);
    reader->header.orientation = 1;
    reader->header.whole = interlaced;
    if (!is_allowed(reader, largest_side, largest_area, largest_whole)) return 0;
    png_set_expand(reader->png);  // palette, grey below 8 bits, tRNS
    png_set_gray_to_rgb(reader->png);
    if (interlaced) png_set_interlace_handling(reader->png);
    png_read_update_info(reader->png, reader->png_info);
    reader->channels = png_get_channels(reader->png, reader->png_info);
    reader->row_bytes = png_get_rowbytes(reader->png, reader->png_info);
    const size_t rows = interlaced ? (size_t)reader->header.height : 1;
    reader->row = malloc(reader->row_bytes * rows);
    if (!reader->row) return fail(reader, IMAGE_NO_MEMORY, ""), 0;
    if (interlaced) {
        for (int pass = 0; pass < 7; pass++)
            for (size_t y = 0; y < rows; y++) png_read_row(reader->png, reader->row + y * reader->row_bytes, NULL);
    }
    return 1;
}

/// 8- or 16-bit RGB or RGBA to floats in 0...255 over white.
static void convert_png_row(const image_reader *reader, const uint8_t *row, float *rgb) {
    const int channels = reader->channels;
    const int wide = reader->header.bits == 16;
    const float most = wide ? 65535.0f : 255.0f;
    for (int32_t x = 0; x < reader->header.width; x++) {
        float value[4] = {0, 0, 0, most};
        for (int c = 0; c < channels; c++) {
            const int i = x * channels + c;
            value[c] = wide ? (float)(row[2 * i] << 8 | row[2 * i + 1]) : (float)row[i];
        }
        for (int c = 0; c < 3; c++) {
            float v = value[c];
            if (value[3] < most) v = (v * value[3] + most * (most - value[3])) / most;
            rgb[3 * x + c] = wide ? v / 257.0f : v;
        }
    }
}

static int next_png_row(image_reader *reader, float *rgb) {
    if (setjmp(reader->escape)) return 0;
    const uint8_t *row = reader->row;
    if (reader->header.whole) {
        row += reader->next_row * reader->row_bytes;
    } else {
        png_read_row(reader->png, reader->row, NULL);
    }
    convert_png_row(reader, row, rgb);
    reader->next_row++;
    return 1;
}

// --- JPEG --------------------------------------------------------------------------------------

static void jpeg_failed(j_common_ptr jpeg) {
    image_reader *reader = ((jpeg_errors *)jpeg->err)->reader;
    char message[JMSG_LENGTH_MAX];
    jpeg->err->format_message(jpeg, message);
    const int code = jpeg->err->msg_code;
    fail(reader, code == JERR_INPUT_EOF || code == JERR_INPUT_EMPTY ? IMAGE_TRUNCATED : IMAGE_DAMAGED, message);
    longjmp(reader->escape, 1);
}

/// libjpeg goes on with grey pixels when data is missing; here that is an error. Other warnings are harmless.
static void jpeg_warned(j_common_ptr jpeg, int level) {
    if (level >= 0) return;
    const int code = jpeg->err->msg_code;
    if (code != JWRN_JPEG_EOF && code != JWRN_HIT_MARKER) return;
    image_reader *reader = ((jpeg_errors *)jpeg->err)->reader;
    fail(reader, IMAGE_TRUNCATED, "premature end of data");
    longjmp(reader->escape, 1);
}

static int open_jpeg(image_reader *reader, int32_t largest_side, int64_t largest_area, int64_t largest_whole) {
    struct jpeg_decompress_struct *jpeg = &reader->jpeg;
    jpeg->err = jpeg_std_error(&reader->errors.manager);
    reader->errors.reader = reader;
    reader->errors.manager.error_exit = jpeg_failed;
    reader->errors.manager.emit_message = jpeg_warned;
    if (setjmp(reader->escape)) return 0;
    reader->jpeg_started = 1;
    jpeg_create_decompress(jpeg);
    jpeg_stdio_src(jpeg, reader->file);
    jpeg_save_markers(jpeg, JPEG_APP0 + 1, 0xffff);
    jpeg_read_header(jpeg, TRUE);
    reader->header.width = (int32_t)jpeg->image_width;
    reader->header.height = (int32_t)jpeg->image_height;
    reader->header.format = IMAGE_JPEG;
    reader->header.bits = 8;
    reader->header.orientation = 1;
    reader->header.whole = jpeg_has_multiple_scans(jpeg);
    for (jpeg_saved_marker_ptr marker = jpeg->marker_list; marker; marker = marker->next) {
        const int orientation = exif_orientation(marker->data, marker->data_length);
        if (orientation) {
            reader->header.orientation = orientation;
            break;
        }
    }
    if (jpeg->jpeg_color_space == JCS_CMYK || jpeg->jpeg_color_space == JCS_YCCK)
        return fail(reader, IMAGE_CMYK, ""), 0;
    if (!is_allowed(reader, largest_side, largest_area, largest_whole)) return 0;
    jpeg->out_color_space = JCS_RGB;
    jpeg->dct_method = JDCT_ISLOW;
    jpeg_start_decompress(jpeg);
    reader->row_bytes = (size_t)reader->header.width * 3;
    reader->row = malloc(reader->row_bytes);
    return reader->row ? 1 : (fail(reader, IMAGE_NO_MEMORY, ""), 0);
}

static int next_jpeg_row(image_reader *reader, float *rgb) {
    if (setjmp(reader->escape)) return 0;
    JSAMPROW row = reader->row;
    jpeg_read_scanlines(&reader->jpeg, &row, 1);
    for (size_t i = 0; i < reader->row_bytes; i++) rgb[i] = (float)reader->row[i];
    return 1;
}

// --- Both --------------------------------------------------------------------------------------

static int open_any(image_reader *reader, int32_t largest_side, int64_t largest_area, int64_t largest_whole) {
    uint8_t start[8];
    errno = 0;
    const size_t count = fread(start, 1, sizeof start, reader->file);
    if (ferror(reader->file)) {
        fail(reader, IMAGE_UNREADABLE, "");
        reader->failure.system_error = errno;
        return 0;
    }
    if (count == 0) return fail(reader, IMAGE_EMPTY, ""), 0;
    rewind(reader->file);
    if (count == 8 && !png_sig_cmp(start, 0, 8)) return open_png(reader, largest_side, largest_area, largest_whole);
    if (count >= 3 && start[0] == 0xff && start[1] == 0xd8 && start[2] == 0xff)
        return open_jpeg(reader, largest_side, largest_area, largest_whole);
    return fail(reader, IMAGE_UNKNOWN, ""), 0;
}

image_reader *image_reader_open(int descriptor, int32_t largest_side, int64_t largest_area, int64_t largest_whole,
                                image_header *header, image_failure *failure) {
    memset(failure, 0, sizeof *failure);
    memset(header, 0, sizeof *header);
    image_reader *reader = calloc(1, sizeof *reader);
    FILE *file = reader ? fdopen(descriptor, "rb") : NULL;
    if (!file) {
        free(reader);
        close(descriptor);
        failure->status = IMAGE_NO_MEMORY;
        return NULL;
    }
    reader->file = file;
    const int opened = open_any(reader, largest_side, largest_area, largest_whole);
    *header = reader->header;
    *failure = reader->failure;
    if (opened) return reader;
    image_reader_close(reader);
    return NULL;
}

int32_t image_reader_next(image_reader *reader, float *rgb, image_failure *failure) {
    const int done = reader->header.format == IMAGE_PNG ? next_png_row(reader, rgb) : next_jpeg_row(reader, rgb);
    *failure = reader->failure;
    return done ? IMAGE_OK : reader->failure.status;
}

void image_reader_close(image_reader *reader) {
    if (reader->png) png_destroy_read_struct(&reader->png, &reader->png_info, NULL);
    if (reader->jpeg_started && !setjmp(reader->escape)) jpeg_destroy_decompress(&reader->jpeg);
    free(reader->row);
    fclose(reader->file);
    free(reader);
}

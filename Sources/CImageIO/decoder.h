// What the PNG and the JPEG half of the decoder share.
#ifndef CIMAGEIO_DECODER_H
#define CIMAGEIO_DECODER_H

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>

#include "CImageIO.h"

// Both sides are at most this long, in the libraries' own checks too (it is libjpeg's JPEG_MAX_DIMENSION).
#define IMAGE_MAX_SIDE 65500

struct image_decoder {
    jmp_buf escape;  // where the function that called the library waits
    image_status status;
    int system_error;
    char message[JMSG_LENGTH_MAX];

    int descriptor;
    size_t next, end;  // unread bytes of `buffer`
    uint8_t buffer[32768];

    image_format format;
    image_header *header;  // being filled in, during image_decoder_read_header

    png_structp png;
    png_infop info;
    uint8_t *pixels;  // [rows][row_bytes] of an interlaced PNG
    size_t row_bytes;
    uint32_t rows, next_row;

    int jpeg_created;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr jpeg_errors;
    struct jpeg_source_mgr jpeg_source;
    struct jpeg_progress_mgr jpeg_progress;
    uint8_t *exif;
    size_t exif_size;
};

// Refills the empty buffer. Leaves through `escape` at the end of the file and on errors.
void image_decoder_fill(image_decoder *decoder);

// Leaves through `escape` with a status (and a message, where there is one).
_Noreturn void image_decoder_fail(image_decoder *decoder, image_status status, const char *message);

// The halves; all of them may leave through `escape`.
void image_png_read_header(image_decoder *decoder);
void image_png_start(image_decoder *decoder);
void image_png_read_row(image_decoder *decoder, uint8_t *row);
void image_png_finish(image_decoder *decoder);
void image_png_destroy(image_decoder *decoder);

void image_jpeg_read_header(image_decoder *decoder);
void image_jpeg_start(image_decoder *decoder, int32_t denominator);
void image_jpeg_read_row(image_decoder *decoder, uint8_t *row);
void image_jpeg_destroy(image_decoder *decoder);

#endif

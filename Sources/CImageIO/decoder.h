// What the parts of the decoder share.
#ifndef CIMAGEIO_DECODER_H
#define CIMAGEIO_DECODER_H

#include <setjmp.h>
#include <stdio.h>

#include <jpeglib.h>
#include <png.h>
#include <webp/decode.h>

#include "CImageIO.h"
#include "colors.h"

// Both sides are at most this long, in the libraries' own checks too (it is libjpeg's JPEG_MAX_DIMENSION).
#define IMAGE_MAX_SIDE 65500
// Bytes of an EXIF block; in a JPEG it has at most 64 KB.
#define IMAGE_MAX_EXIF (1 << 20)

// What a format does; all but `destroy` may leave through `escape`.
typedef struct {
    image_format format;
    void (*read_header)(image_decoder *decoder);
    void (*start)(image_decoder *decoder, int32_t denominator);  // 1 for PNG
    void (*read_row)(image_decoder *decoder, uint8_t *row);
    void (*finish)(image_decoder *decoder);  // NULL where the rows end the file
    void (*destroy)(image_decoder *decoder);
} image_codec;

extern const image_codec image_png_codec, image_jpeg_codec, image_webp_codec;

struct image_decoder {
    jmp_buf escape;  // where the function that called the library waits
    image_status status;
    uint32_t warnings;
    int system_error;
    char message[JMSG_LENGTH_MAX];

    int descriptor;
    size_t next, end;  // unread bytes of `buffer`
    uint8_t buffer[32768];

    int keeps_labels;  // samples are numbers and no colours

    const image_codec *codec;  // NULL until the file's first bytes are known
    image_header *header;      // being filled in, during image_decoder_read_header
    uint8_t *exif;
    size_t exif_size;

    // A row as the image library gives it: its samples, and whether CMYK counts light instead of ink.
    image_samples samples;
    int sample_bytes, has_alpha, is_inverted;
    uint32_t row_pixels;
    image_color_facts facts;
    int converts_colors;
    image_colors *colors;
    uint8_t *stored_row;  // where colours are converted

    png_structp png;
    png_infop info;
    uint8_t *pixels;  // [rows][row_bytes] of an interlaced PNG
    size_t row_bytes;
    uint32_t rows, next_row;
    int rows_are_read;

    int jpeg_created, jpeg_may_end, jpeg_ended;
    struct jpeg_decompress_struct jpeg;
    struct jpeg_error_mgr jpeg_errors;
    struct jpeg_source_mgr jpeg_source;
    struct jpeg_progress_mgr jpeg_progress;
    struct {
        uint8_t *bytes;
        size_t size;
    } profile_parts[256];  // by their number, from 1
    int profile_part_count, profile_is_damaged;

    uint8_t *webp;  // the file without what is not of the picture
    size_t webp_size, webp_capacity;
    int webp_has_picture;
    WebPDecoderConfig webp_config;
};

// Reads until the buffer has `count` bytes that are not consumed, or as many as there are; returns how many there are.
size_t image_decoder_peek(image_decoder *decoder, size_t count);

// Refills the empty buffer. Leaves through `escape` at the end of the file and on errors.
void image_decoder_fill(image_decoder *decoder);

// Consumes `count` bytes, into `bytes` where it is not NULL.
void image_decoder_take(image_decoder *decoder, uint8_t *bytes, size_t count);

// Leaves through `escape` with a status (and a message, where there is one).
_Noreturn void image_decoder_fail(image_decoder *decoder, image_status status, const char *message);

// Memory; leaves through `escape` where there is none.
void *image_decoder_allocate(image_decoder *decoder, size_t size);

static inline uint32_t image_big_endian_32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// Parts of the formats, which may leave through `escape` too.
// Takes what a chunk says about colours and orientation.
void image_png_take_chunk(image_decoder *decoder, const uint8_t name[4], const uint8_t *bytes, size_t size);
// Looks for an orientation behind the pixels, where the file can be read out of order.
void image_png_look_ahead(image_decoder *decoder);

// Keeps EXIF and the colour profile when they pass by; joins the profile's parts when all have.
void image_jpeg_keep_markers(image_decoder *decoder);
void image_jpeg_join_profile(image_decoder *decoder);

// Rows in sRGB: makes the conversion that the file's facts ask for, if any, and uses it.
void image_rows_describe(image_decoder *decoder);
void image_rows_start(image_decoder *decoder);
void image_rows_read(image_decoder *decoder, uint8_t *row);
void image_rows_destroy(image_decoder *decoder);

#endif

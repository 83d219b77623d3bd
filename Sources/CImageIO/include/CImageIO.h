// PNG (libpng), JPEG (libjpeg-turbo) and WebP (libwebp, read only), row by row, behind functions that return; what is
// read comes in sRGB (Little CMS).
//
// The libraries report errors by longjmp. Every function below that calls one of them has its own setjmp, so
// that no jump ever crosses a caller's frame. After a failure only the message functions and the destroy
// functions may be called.
#ifndef CIMAGEIO_H
#define CIMAGEIO_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    IMAGE_OK = 0,
    IMAGE_NOT_AN_IMAGE,   ///< neither PNG, JPEG nor WebP; header.first tells how it starts
    IMAGE_TRUNCATED,      ///< the file ends before the image does
    IMAGE_DAMAGED,        ///< the library's message says what is wrong
    IMAGE_ANIMATED,       ///< a WebP of several pictures
    IMAGE_NO_LABELS,      ///< labels are wanted of what is no PNG of grey levels or palette indexes of up to 8 bits
    IMAGE_NO_MEMORY,
    IMAGE_SYSTEM_ERROR,   ///< reading failed; see image_decoder_errno
} image_status;

typedef enum {
    IMAGE_UNKNOWN = 0,
    IMAGE_PNG,
    IMAGE_JPEG,
    IMAGE_WEBP,  ///< read only
} image_format;

/// What is to be said about a file that was read nevertheless; bits of a set.
enum {
    IMAGE_WARNING_PROFILE_DAMAGED = 1,  ///< the ICC profile is no such thing; taken as sRGB
    IMAGE_WARNING_PROFILE_MISFIT = 2,   ///< it is of another colour space than the samples, or of no device; taken as sRGB
    IMAGE_WARNING_COLORS_UNKNOWN = 4,   ///< cICP, gAMA or cHRM make no sense; taken as sRGB
    IMAGE_WARNING_HIGHLIGHTS = 8,       ///< HDR (PQ, HLG): what is brighter than white is white
    IMAGE_WARNING_NO_END = 16,          ///< complete to the last pixel, and damaged or cut off behind it
};

typedef struct {
    image_format format;
    int64_t width, height;      ///< as stored, before EXIF orientation
    int32_t bits;               ///< per sample as stored: 1, 2, 4, 8 or 16
    int32_t sample_bytes;       ///< of a sample in a row: 1, or 2 (big-endian)
    int32_t channels;           ///< of a row: 1 grey, 2 grey + alpha, 3 RGB, 4 RGB + alpha
    int32_t stored_channels;    ///< the same before colours are converted
    int32_t needs_whole_image;  ///< interlaced, progressive or WebP: decoding holds the whole image
    int32_t converts_colors;    ///< rows are converted to sRGB
    int64_t color_bytes;        ///< most bytes that the conversion takes while rows are read, its rows apart
    int32_t is_lossless;        ///< a WebP of the lossless kind
    uint8_t first[32];          ///< how the file starts
    int32_t first_count;        ///< 0 for an empty file
} image_header;

// --- Decoder -----------------------------------------------------------------------------------

typedef struct image_decoder image_decoder;

/// A decoder of the file or pipe behind `descriptor`, which stays the caller's. NULL when out of memory.
image_decoder *image_decoder_create(int descriptor);

/// Makes the decoder give the stored numbers of a PNG, grey levels or palette indexes, as they are: a byte per pixel,
/// no colours. Before the header is read.
void image_decoder_keep_labels(image_decoder *decoder);

/// Reads the header. Width, height and needs_whole_image are filled in as soon as they are known, also where
/// the call fails later on, so that the caller can refuse a size first. Nothing of the image's size is
/// allocated, but a copy of a WebP file, as long as it really is.
image_status image_decoder_read_header(image_decoder *decoder, image_header *header);

/// Prepares decoding at 1/`denominator` of the size: 1, 2, 4, 8 for JPEG and WebP without alpha, otherwise 1. Rows are
/// then ceil(width / denominator) pixels, and there are ceil(height / denominator).
image_status image_decoder_start(image_decoder *decoder, int32_t denominator);

/// Writes the next row, [pixel][channel], to `row`.
image_status image_decoder_read_row(image_decoder *decoder, uint8_t *row);

/// Checks what comes after the last row, which may add a warning.
image_status image_decoder_finish(image_decoder *decoder);

/// The TIFF structure of the first EXIF block, or NULL; owned by the decoder. A PNG from a pipe may show it no sooner than
/// behind its pixels.
const uint8_t *image_decoder_exif(const image_decoder *decoder, size_t *size);

/// A set of IMAGE_WARNING_..., of what has been read so far.
uint32_t image_decoder_warnings(const image_decoder *decoder);

/// The library's words about the failure; valid until the decoder is destroyed.
const char *image_decoder_message(const image_decoder *decoder);
int image_decoder_errno(const image_decoder *decoder);

void image_decoder_destroy(image_decoder *decoder);

// --- Encoder -----------------------------------------------------------------------------------

typedef struct image_encoder image_encoder;

/// An encoder of 8-bit sRGB, PNG or JPEG, which says so. NULL when out of memory.
image_encoder *image_encoder_create(image_format format, int32_t width, int32_t height);

/// Begins the file. `level` is zlib's level (0 ... 9) for PNG and the quality (1 ... 100, 4:4:4) for JPEG.
image_status image_encoder_start(image_encoder *encoder, int32_t level);

/// Encodes one row of [width][3] bytes.
image_status image_encoder_write_row(image_encoder *encoder, const uint8_t *row);

/// Ends the file; all rows must have been written.
image_status image_encoder_finish(image_encoder *encoder);

/// Hands over what has been encoded since the last call: returns its length and points `bytes` at it.
/// Valid until the next call.
size_t image_encoder_take(image_encoder *encoder, const uint8_t **bytes);

const char *image_encoder_message(const image_encoder *encoder);

void image_encoder_destroy(image_encoder *encoder);

#endif

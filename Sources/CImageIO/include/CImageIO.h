// Row-wise PNG and JPEG over libpng and libjpeg-turbo.
//
// Every function that can meet a library error catches it with setjmp in its own body, so no longjmp
// ever crosses Swift code; the library's message is copied out.
#ifndef CIMAGEIO_H
#define CIMAGEIO_H

#include <stdint.h>

#pragma clang assume_nonnull begin

typedef enum {
    IMAGE_OK = 0,
    IMAGE_UNREADABLE,   ///< a system call failed; `system_error` has errno
    IMAGE_EMPTY,        ///< no bytes
    IMAGE_UNKNOWN,      ///< neither PNG nor JPEG
    IMAGE_DAMAGED,      ///< the library gave up; `message` has its words
    IMAGE_TRUNCATED,    ///< the data ends early
    IMAGE_CMYK,         ///< four colour channels
    IMAGE_TOO_LARGE,    ///< beyond the limits that were given
    IMAGE_NO_MEMORY,
} image_status;

typedef enum { IMAGE_PNG = 0, IMAGE_JPEG = 1 } image_format;

typedef struct {
    int32_t width, height;   ///< as stored, before `orientation`
    int32_t format;          ///< image_format
    int32_t bits;            ///< per channel
    int32_t orientation;     ///< 1...8 as EXIF defines them
    int32_t whole;           ///< 1 when decoding keeps the whole picture in memory (interlaced, progressive)
} image_header;

typedef struct {
    int32_t status;        ///< image_status
    int32_t system_error;  ///< errno of IMAGE_UNREADABLE
    char message[200];     ///< the library's words, zero-terminated
} image_failure;

typedef struct image_reader image_reader;

/// Opens the file behind a descriptor, which it takes over and closes, and reads its header.
///
/// Nothing is allocated for pixels before the header is known to be within the limits: `largest_side` pixels
/// a side, `largest_area` pixels in all, `largest_whole` where the decoder keeps the whole picture.
/// Returns NULL and fills `failure` and, as far as known, `header` when that does not work.
image_reader *_Nullable image_reader_open(int descriptor, int32_t largest_side, int64_t largest_area,
                                          int64_t largest_whole, image_header *header, image_failure *failure);

/// Reads the next row as `width` RGB pixels in 0...255; transparency is composited over white.
/// Returns an image_status.
int32_t image_reader_next(image_reader *reader, float *rgb, image_failure *failure);

void image_reader_close(image_reader *reader);

typedef struct image_writer image_writer;

/// Starts a picture in the file behind a descriptor, which stays open: 8-bit RGB PNG, or JPEG of `quality` without
/// chroma subsampling. Returns NULL and fills `failure` when that does not work.
image_writer *_Nullable image_writer_open(int descriptor, int32_t format, int32_t width, int32_t height,
                                          int32_t quality, image_failure *failure);

/// Writes the next row of `width` RGB pixels. Returns an image_status.
int32_t image_writer_next(image_writer *writer, const uint8_t *rgb, image_failure *failure);

/// Completes the file and frees the writer, which must not be used afterwards. Returns an image_status.
int32_t image_writer_finish(image_writer *writer, image_failure *failure);

/// Frees the writer without completing the file.
void image_writer_abandon(image_writer *writer);

#pragma clang assume_nonnull end

#endif

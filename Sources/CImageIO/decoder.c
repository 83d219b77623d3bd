#include "decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

image_decoder *image_decoder_create(int descriptor) {
    image_decoder *decoder = calloc(1, sizeof *decoder);
    if (decoder) decoder->descriptor = descriptor;
    return decoder;
}

_Noreturn void image_decoder_fail(image_decoder *decoder, image_status status, const char *message) {
    decoder->status = status;
    if (message) snprintf(decoder->message, sizeof decoder->message, "%s", message);
    longjmp(decoder->escape, 1);
}

// Appends what the file has to the buffer; returns 0 at its end.
static size_t read_more(image_decoder *decoder) {
    ssize_t count;
    do {
        count = read(decoder->descriptor, decoder->buffer + decoder->end,
                     sizeof decoder->buffer - decoder->end);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        decoder->system_error = errno;
        image_decoder_fail(decoder, IMAGE_SYSTEM_ERROR, NULL);
    }
    decoder->end += (size_t)count;
    return (size_t)count;
}

void image_decoder_fill(image_decoder *decoder) {
    decoder->next = decoder->end = 0;
    if (read_more(decoder) == 0) image_decoder_fail(decoder, IMAGE_TRUNCATED, NULL);
}

static uint32_t big_endian_32(const uint8_t *bytes) {
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

// Tells the format by the first bytes, whatever the file is called.
static void recognize(image_decoder *decoder, image_header *header) {
    static const uint8_t png[] = {0x89, 'P', 'N', 'G'}, jpeg[] = {0xFF, 0xD8, 0xFF};
    // Signature and IHDR of a PNG take 33 bytes. A pipe may deliver fewer at a time.
    while (decoder->end < 33 && read_more(decoder) > 0) continue;
    size_t count = decoder->end < sizeof header->first ? decoder->end : sizeof header->first;
    memcpy(header->first, decoder->buffer, count);
    header->first_count = (int32_t)count;
    if (count >= sizeof png && memcmp(header->first, png, sizeof png) == 0) {
        decoder->format = IMAGE_PNG;
        if (decoder->end >= 29 && memcmp(decoder->buffer + 12, "IHDR", 4) == 0) {
            header->width = big_endian_32(decoder->buffer + 16);
            header->height = big_endian_32(decoder->buffer + 20);
            header->needs_whole_image = decoder->buffer[28] != 0;
        }
    } else if (count >= sizeof jpeg && memcmp(header->first, jpeg, sizeof jpeg) == 0) {
        decoder->format = IMAGE_JPEG;
    } else {
        image_decoder_fail(decoder, IMAGE_NOT_AN_IMAGE, NULL);
    }
    header->format = decoder->format;
}

image_status image_decoder_read_header(image_decoder *decoder, image_header *header) {
    memset(header, 0, sizeof *header);
    decoder->header = header;
    if (setjmp(decoder->escape) == 0) {
        recognize(decoder, header);
        if (decoder->format == IMAGE_PNG) {
            image_png_read_header(decoder);
        } else {
            image_jpeg_read_header(decoder);
        }
    } else if (decoder->format == IMAGE_JPEG) {
        header->width = decoder->jpeg.image_width;
        header->height = decoder->jpeg.image_height;
    }
    decoder->header = NULL;
    return decoder->status;
}

image_status image_decoder_start(image_decoder *decoder, int32_t denominator) {
    if (setjmp(decoder->escape) == 0) {
        if (decoder->format == IMAGE_PNG) {
            image_png_start(decoder);
        } else {
            image_jpeg_start(decoder, denominator);
        }
    }
    return decoder->status;
}

image_status image_decoder_read_row(image_decoder *decoder, uint8_t *row) {
    if (setjmp(decoder->escape) == 0) {
        if (decoder->format == IMAGE_PNG) {
            image_png_read_row(decoder, row);
        } else {
            image_jpeg_read_row(decoder, row);
        }
    }
    return decoder->status;
}

image_status image_decoder_finish(image_decoder *decoder) {
    if (setjmp(decoder->escape) == 0 && decoder->format == IMAGE_PNG) image_png_finish(decoder);
    return decoder->status;
}

const char *image_decoder_message(const image_decoder *decoder) { return decoder->message; }

int image_decoder_errno(const image_decoder *decoder) { return decoder->system_error; }

void image_decoder_destroy(image_decoder *decoder) {
    image_png_destroy(decoder);
    image_jpeg_destroy(decoder);
    free(decoder);
}

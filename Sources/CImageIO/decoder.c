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

void image_decoder_keep_labels(image_decoder *decoder) { decoder->keeps_labels = 1; }

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

size_t image_decoder_peek(image_decoder *decoder, size_t count) {
    if (decoder->next > 0) {
        memmove(decoder->buffer, decoder->buffer + decoder->next, decoder->end - decoder->next);
        decoder->end -= decoder->next;
        decoder->next = 0;
    }
    while (decoder->end < count && read_more(decoder) > 0) continue;
    return decoder->end;
}

void image_decoder_take(image_decoder *decoder, uint8_t *bytes, size_t count) {
    while (count > 0) {
        if (decoder->next == decoder->end) image_decoder_fill(decoder);
        size_t part = decoder->end - decoder->next;
        if (part > count) part = count;
        if (bytes) {
            memcpy(bytes, decoder->buffer + decoder->next, part);
            bytes += part;
        }
        decoder->next += part;
        count -= part;
    }
}

void *image_decoder_allocate(image_decoder *decoder, size_t size) {
    void *memory = malloc(size);
    if (!memory) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    return memory;
}

// Tells the format by the first bytes, whatever the file is called.
static void recognize(image_decoder *decoder, image_header *header) {
    static const uint8_t png[] = {0x89, 'P', 'N', 'G'}, jpeg[] = {0xFF, 0xD8, 0xFF};
    // Signature and IHDR of a PNG take 33 bytes. A pipe may deliver fewer at a time.
    size_t count = image_decoder_peek(decoder, 33);
    if (count > sizeof header->first) count = sizeof header->first;
    memcpy(header->first, decoder->buffer, count);
    header->first_count = (int32_t)count;
    if (count >= sizeof png && memcmp(header->first, png, sizeof png) == 0) {
        decoder->codec = &image_png_codec;
        if (decoder->end >= 29 && memcmp(decoder->buffer + 12, "IHDR", 4) == 0) {
            header->width = image_big_endian_32(decoder->buffer + 16);
            header->height = image_big_endian_32(decoder->buffer + 20);
            header->needs_whole_image = decoder->buffer[28] != 0;
        }
    } else if (count >= sizeof jpeg && memcmp(header->first, jpeg, sizeof jpeg) == 0) {
        decoder->codec = &image_jpeg_codec;
    } else if (count >= 12 && memcmp(header->first, "RIFF", 4) == 0 && memcmp(header->first + 8, "WEBP", 4) == 0) {
        decoder->codec = &image_webp_codec;
    } else {
        image_decoder_fail(decoder, IMAGE_NOT_AN_IMAGE, NULL);
    }
    header->format = decoder->codec->format;
    if (decoder->keeps_labels && decoder->codec != &image_png_codec) image_decoder_fail(decoder, IMAGE_NO_LABELS, NULL);
}

image_status image_decoder_read_header(image_decoder *decoder, image_header *header) {
    memset(header, 0, sizeof *header);
    decoder->header = header;
    if (setjmp(decoder->escape) == 0) {
        recognize(decoder, header);
        decoder->codec->read_header(decoder);
    } else if (header->format == IMAGE_JPEG) {
        header->width = decoder->jpeg.image_width;
        header->height = decoder->jpeg.image_height;
    } else if (decoder->status == IMAGE_TRUNCATED && decoder->webp_has_picture) {
        decoder->status = IMAGE_OK;
        decoder->warnings |= IMAGE_WARNING_NO_END;
    }
    if (decoder->status == IMAGE_OK) image_rows_describe(decoder);
    decoder->header = NULL;
    return decoder->status;
}

image_status image_decoder_start(image_decoder *decoder, int32_t denominator) {
    if (setjmp(decoder->escape) == 0) {
        decoder->codec->start(decoder, denominator);
        image_rows_start(decoder);
    }
    return decoder->status;
}

image_status image_decoder_read_row(image_decoder *decoder, uint8_t *row) {
    if (setjmp(decoder->escape) == 0) image_rows_read(decoder, row);
    return decoder->status;
}

image_status image_decoder_finish(image_decoder *decoder) {
    if (setjmp(decoder->escape) == 0) {
        if (decoder->codec->finish) decoder->codec->finish(decoder);
    } else if (decoder->status == IMAGE_TRUNCATED) {
        // All rows were there.
        decoder->status = IMAGE_OK;
        decoder->warnings |= IMAGE_WARNING_NO_END;
    }
    return decoder->status;
}

const uint8_t *image_decoder_exif(const image_decoder *decoder, size_t *size) {
    // Some programs put JPEG's name before the block where it has no place.
    static const uint8_t name[6] = "Exif\0";
    size_t start = decoder->exif_size >= sizeof name && memcmp(decoder->exif, name, sizeof name) == 0 ? sizeof name : 0;
    *size = decoder->exif_size - start;
    return decoder->exif ? decoder->exif + start : NULL;
}

uint32_t image_decoder_warnings(const image_decoder *decoder) { return decoder->warnings; }

const char *image_decoder_message(const image_decoder *decoder) { return decoder->message; }

int image_decoder_errno(const image_decoder *decoder) { return decoder->system_error; }

void image_decoder_destroy(image_decoder *decoder) {
    if (decoder->codec) decoder->codec->destroy(decoder);
    image_rows_destroy(decoder);
    free(decoder->exif);
    free(decoder);
}

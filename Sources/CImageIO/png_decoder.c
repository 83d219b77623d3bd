#include "decoder.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_IDAT 0x49444154u

static void fail(png_structp png, png_const_charp message) {
    image_decoder *decoder = png_get_error_ptr(png);
    // What is wrong with the chunks behind the pixels takes none of them away.
    if (decoder->status == IMAGE_OK && decoder->rows_are_read && png_get_io_chunk_type(png) != CHUNK_IDAT)
        decoder->status = IMAGE_TRUNCATED;
    image_decoder_fail(decoder, decoder->status == IMAGE_OK ? IMAGE_DAMAGED : decoder->status, message);
}

// libpng's warnings are about chunks that do not change the pixels.
static void ignore(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

// libpng turns NULL into an error with a text of its own; the status is what tells it from a damaged file.
static png_voidp allocate(png_structp png, png_alloc_size_t size) {
    void *memory = malloc(size);
    if (!memory) ((image_decoder *)png_get_mem_ptr(png))->status = IMAGE_NO_MEMORY;
    return memory;
}

static void release(png_structp png, png_voidp memory) {
    (void)png;
    free(memory);
}

static void read_bytes(png_structp png, png_bytep bytes, size_t count) {
    image_decoder_take(png_get_io_ptr(png), bytes, count);
}

// Called for every chunk that is not of the pixels. One that may not be passed over (a capital letter first) is libpng's
// to refuse.
static int keep_chunk(png_structp png, png_unknown_chunkp chunk) {
    if (!(chunk->name[0] & 0x20)) return 0;
    image_png_take_chunk(png_get_user_chunk_ptr(png), chunk->name, chunk->data, chunk->size);
    return 1;
}

static void read_header(image_decoder *decoder) {
    image_header *header = decoder->header;
    decoder->png = png_create_read_struct_2(PNG_LIBPNG_VER_STRING, decoder, fail, ignore,
                                            decoder, allocate, release);
    if (!decoder->png) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    decoder->info = png_create_info_struct(decoder->png);
    if (!decoder->info) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    png_structp png = decoder->png;
    png_infop info = decoder->info;
    png_set_read_fn(png, decoder, read_bytes);
    png_set_user_limits(png, IMAGE_MAX_SIDE, IMAGE_MAX_SIDE);
    // Chunks other than IHDR, PLTE, tRNS, IDAT and IEND go to keep_chunk, which has a use for those of a few names.
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_set_read_user_chunk_fn(png, decoder, keep_chunk);
    png_set_chunk_malloc_max(png, IMAGE_MAX_PROFILE);
    png_read_info(png, info);
    image_png_look_ahead(decoder);
    header->width = png_get_image_width(png, info);
    header->height = png_get_image_height(png, info);
    header->bits = png_get_bit_depth(png, info);
    header->needs_whole_image = png_get_interlace_type(png, info) != PNG_INTERLACE_NONE;
    // Labels become bytes. Otherwise palette to RGB, fewer bits to 8, tRNS to alpha: leaves 1 to 4 channels of 8 or 16 bits.
    if (decoder->keeps_labels) {
        int type = png_get_color_type(png, info);
        if ((type != PNG_COLOR_TYPE_GRAY && type != PNG_COLOR_TYPE_PALETTE) || header->bits > 8)
            image_decoder_fail(decoder, IMAGE_NO_LABELS, NULL);
        png_set_packing(png);
    } else {
        png_set_expand(png);
    }
    png_set_interlace_handling(png);
    png_read_update_info(png, info);
    int channels = png_get_channels(png, info);
    decoder->samples = channels <= 2 ? SAMPLES_GREY : SAMPLES_RGB;
    decoder->has_alpha = channels % 2 == 0;
    decoder->sample_bytes = png_get_bit_depth(png, info) / 8;
    decoder->row_pixels = (uint32_t)header->width;
    decoder->row_bytes = png_get_rowbytes(png, info);
    decoder->rows = (uint32_t)header->height;
}

static void start(image_decoder *decoder, int32_t denominator) {
    (void)denominator;
    if (png_get_interlace_type(decoder->png, decoder->info) == PNG_INTERLACE_NONE) return;
    decoder->pixels = calloc(decoder->rows, decoder->row_bytes);
    if (!decoder->pixels) image_decoder_fail(decoder, IMAGE_NO_MEMORY, NULL);
    for (int pass = 0; pass < PNG_INTERLACE_ADAM7_PASSES; pass++)
        for (uint32_t row = 0; row < decoder->rows; row++)
            png_read_row(decoder->png, decoder->pixels + row * decoder->row_bytes, NULL);
}

static void read_row(image_decoder *decoder, uint8_t *row) {
    if (decoder->pixels) {
        memcpy(row, decoder->pixels + decoder->next_row++ * decoder->row_bytes, decoder->row_bytes);
    } else {
        png_read_row(decoder->png, row, NULL);
    }
}

static void finish(image_decoder *decoder) {
    decoder->rows_are_read = 1;
    png_read_end(decoder->png, NULL);
}

static void destroy(image_decoder *decoder) {
    if (decoder->png) png_destroy_read_struct(&decoder->png, &decoder->info, NULL);
    free(decoder->pixels);
}

const image_codec image_png_codec = {
    .format = IMAGE_PNG,
    .read_header = read_header,
    .start = start,
    .read_row = read_row,
    .finish = finish,
    .destroy = destroy,
};

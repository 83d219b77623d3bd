// What a file says about its colours, and Little CMS's conversion of them to sRGB.
#ifndef CIMAGEIO_COLORS_H
#define CIMAGEIO_COLORS_H

#include <stddef.h>
#include <stdint.h>

// The longest ICC profile that is read; those of printing presses have 0.5 to 3 MB.
#define IMAGE_MAX_PROFILE (4 << 20)

// The samples of a row as the image library gives them, without alpha.
typedef enum {
    SAMPLES_GREY = 1,
    SAMPLES_RGB = 3,
    SAMPLES_CMYK = 4,
} image_samples;

// What a file says, as far as it says it. The first of cICP, profile, sRGB, gAMA with cHRM counts (PNG, third
// edition, 4.3); other formats have a profile or nothing.
typedef struct {
    uint8_t *profile;  // ICC, from malloc
    size_t profile_size;
    uint8_t cicp[4];  // primaries, transfer, matrix, full range, as in ITU-T H.273
    int has_cicp, is_srgb;
    uint32_t gamma;              // gAMA: exponent of the encoding times 100000, or 0
    uint32_t chromaticities[8];  // cHRM: x and y of white, red, green and blue times 100000
    int has_chromaticities;
} image_color_facts;

typedef struct image_colors image_colors;

// Makes the conversion of rows of `samples`, 8 bits each or 16 (big-endian), with alpha after each pixel or not.
// NULL where none is needed: the file says nothing, is sRGB within a level, or can not be understood.
// Adds what is to be said to `warnings`, and the most bytes that Little CMS had to `bytes`.
image_colors *image_colors_open(const image_color_facts *facts, image_samples samples, int sample_bytes,
                                int has_alpha, int is_inverted, uint32_t *warnings, size_t *bytes);

// Whether grey samples have to be repeated as red, green and blue before `image_colors_convert`.
int image_colors_widen_grey(const image_colors *colors);

// Converts pixels to sRGB of as many bits, with alpha where there was one. The rows do not overlap.
void image_colors_convert(const image_colors *colors, const uint8_t *from, uint8_t *to, size_t pixels);

void image_colors_close(image_colors *colors);

// An ICC profile of sRGB for files that are written, the same bytes every time; its length, or 0. The bytes are the
// caller's to free.
size_t image_srgb_profile(uint8_t **bytes);

#endif

#include "exif.h"

#include <string.h>

/// An unsigned number of 2 or 4 bytes; the caller checks the bounds.
static uint32_t number(const uint8_t *bytes, int count, int is_little) {
    uint32_t value = 0;
    for (int i = 0; i < count; i++) value = value << 8 | bytes[is_little ? count - 1 - i : i];
    return value;
}

int exif_orientation(const uint8_t *data, size_t count) {
    // "Exif\0\0", then a TIFF header: byte order, 42, offset of the first directory (EXIF 2.3, 4.5).
    if (count < 14 || memcmp(data, "Exif\0\0", 6) != 0) return 0;
    const uint8_t *tiff = data + 6;
    const size_t size = count - 6;
    const int is_little = tiff[0] == 'I' && tiff[1] == 'I';
    if (!is_little && !(tiff[0] == 'M' && tiff[1] == 'M')) return 0;
    if (number(tiff + 2, 2, is_little) != 42) return 0;
    const size_t directory = number(tiff + 4, 4, is_little);
    if (directory > size || size - directory < 2) return 0;
    const size_t entries = number(tiff + directory, 2, is_little);
    for (size_t i = 0; i < entries; i++) {
        const size_t entry = directory + 2 + 12 * i;
        if (entry > size || size - entry < 12) return 0;
        if (number(tiff + entry, 2, is_little) != 0x0112) continue;
        // One SHORT, in the first two bytes of the value field.
        if (number(tiff + entry + 2, 2, is_little) != 3 || number(tiff + entry + 4, 4, is_little) != 1) return 0;
        const uint32_t orientation = number(tiff + entry + 8, 2, is_little);
        return orientation >= 1 && orientation <= 8 ? (int)orientation : 0;
    }
    return 0;
}

// The one EXIF tag that a picture's viewer must honour.
#ifndef EXIF_H
#define EXIF_H

#include <stddef.h>
#include <stdint.h>

/// The orientation 1...8 in an APP1 marker's data, or 0 when there is none or the data is damaged.
int exif_orientation(const uint8_t *data, size_t count);

#endif

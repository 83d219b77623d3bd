// A weight file that was linked into the executable, where Scripts/build-static did so.
#ifndef CBUILTINWEIGHTS_H
#define CBUILTINWEIGHTS_H

#include <stddef.h>

/// The file's first byte and its size; NULL and 0 where none was linked.
const void *built_in_weights(size_t *size);

#endif

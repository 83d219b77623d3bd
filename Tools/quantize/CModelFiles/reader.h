// What the two readers share; all of it runs in the child.
#ifndef READER_H
#define READER_H

#include <stddef.h>
#include <stdint.h>

#include "CModelFiles.h"

/// Ends the child: the file can not be read.
_Noreturn void reader_fail(void);

/// The product of dimensions, or SIZE_MAX where it is larger than MODELFILE_LARGEST_ARRAY.
size_t reader_count(size_t rank, const uint64_t *dimensions);

/// Sends an array; `values` are looked at for MODELFILE_VALUES.
void reader_send(const char *name, size_t rank, const uint64_t *dimensions, modelfile_content content,
                 const float *values);

void read_matlab(const char *path);
void read_hdf5(const char *path, uint64_t start, uint64_t count);

/// A property list for opening `count` bytes of a file from `start` on as an HDF5 file, or a negative number.
int64_t hdf5_part(uint64_t start, uint64_t count);

#endif

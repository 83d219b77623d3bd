// Arrays of MATLAB and HDF5 files, read by libmatio and libhdf5 in a process of its own.
//
// Both libraries are written for files that one trusts: a damaged size makes them allocate without bound, abort
// or write where they should not. So a child process calls them, with limits on memory and time and without
// standard streams, and writes what it finds to a pipe. Whoever reads the pipe checks every number in it.
#ifndef CMODELFILES_H
#define CMODELFILES_H

#include <stddef.h>
#include <stdint.h>

typedef enum {
    MODELFILE_MATLAB,  ///< MATLAB 5 and 7.3: a cell `layers` of structs, as MatConvNet writes
    MODELFILE_HDF5,    ///< every dataset of floating-point numbers that hard links reach
} modelfile_format;

typedef enum {
    MODELFILE_TOO_LARGE,  ///< no values follow: there are none, or more than MODELFILE_LARGEST_ARRAY
    MODELFILE_VALUES,     ///< as many Float32 follow as the dimensions' product
    MODELFILE_PACKED,     ///< no values follow: they are compressed in a way that the library lacks
} modelfile_content;

/// The child's words before each array; the name's bytes and then the values follow.
typedef struct {
    uint32_t magic;        ///< MODELFILE_MAGIC
    uint32_t name_length;  ///< in bytes, at most MODELFILE_LONGEST_NAME
    uint32_t rank;         ///< at most MODELFILE_HIGHEST_RANK
    uint32_t content;      ///< modelfile_content
    uint64_t dimensions[8];
} modelfile_header;

enum {
    MODELFILE_MAGIC = 0x51564747,
    MODELFILE_LONGEST_NAME = 256,
    MODELFILE_HIGHEST_RANK = 8,
    /// Arrays with more elements, such as those of fully connected layers, are named but not read.
    MODELFILE_LARGEST_ARRAY = 512 * 512 * 9,
};

typedef enum {
    MODELFILE_DONE = 0,
    MODELFILE_UNREADABLE,  ///< the library refuses the file, or a part of it
    MODELFILE_KILLED,      ///< the library crashed or went beyond its memory
    MODELFILE_TOO_LONG,    ///< beyond its time
} modelfile_result;

typedef struct {
    int descriptor;  ///< the pipe's end to read
    int process;
} modelfile_child;

/// Starts reading `path`, of which an HDF5 file is the `count` bytes from `start` on, and a MATLAB file all.
/// `seconds` of processor time and `bytes` of memory beyond the caller's are the child's limits.
/// Returns 0, or -1 and sets errno.
int modelfile_start(modelfile_format format, const char *path, uint64_t start, uint64_t count, int seconds,
                    uint64_t bytes, modelfile_child *child);

/// Does the child's work in the calling process, whose end it is: writes what `path` holds to `descriptor`.
_Noreturn void modelfile_send(modelfile_format format, const char *path, uint64_t start, uint64_t count, int descriptor);

/// Reads as many bytes from the pipe. Returns 1, or 0 where it ends before.
int modelfile_read(int descriptor, void *bytes, size_t count);

/// Waits for the child, whose pipe has been read to its end, or stops it; closes the pipe and says how it went.
modelfile_result modelfile_finish(modelfile_child child, int stop);

#endif

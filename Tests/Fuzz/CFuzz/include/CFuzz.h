// What the fuzz targets need of the sanitizers' runtime: counts of memory, a file, a child process.
#ifndef CFUZZ_H
#define CFUZZ_H

#include <stddef.h>
#include <stdint.h>

#include "CModelFiles.h"

/// Called once, before the first input.
void fuzz_begin(void);

/// Changes up to `most` bytes at random and returns how many there are.
size_t fuzz_mutate(uint8_t *bytes, size_t count, size_t most);

/// The path of a file in TMPDIR that has these bytes; the same path every time.
const char *fuzz_file(const uint8_t *bytes, size_t count);

/// Allocated bytes now, and the most since `fuzz_reset_peak`.
long long fuzz_live(void);
long long fuzz_peak(void);
void fuzz_reset_peak(void);

/// Seconds of processor time of the calling thread.
double fuzz_seconds(void);

/// Tells libFuzzer that something of this hash was seen, which its own counters do not show.
void fuzz_saw(size_t hash);

typedef enum {
    FUZZ_READ,     ///< the file was read
    FUZZ_REFUSED,  ///< or not, or a library crashed: containing that is what the child is for
    FUZZ_CRASHED,  ///< a reader of the project crashed
} fuzz_result;

/// Reads a file in a child process as `modelfile_start` does.
fuzz_result fuzz_read_in_child(modelfile_format format, const char *path);

#endif

#include <fcntl.h>
#include <hdf5/serial/hdf5.h>
#include <stdlib.h>
#include <unistd.h>
#if H5_VERSION_GE(1, 13, 0)
#include <hdf5/serial/H5FDdevelop.h>
#endif

#include "reader.h"

// A file driver for HDF5 files that are stored in another file, as Keras stores weights in a zip archive. It reads;
// a child process has one such file.
typedef struct {
    H5FD_t base;
    int descriptor;
    haddr_t end;
} part_file;

static haddr_t part_start, part_count;

static H5FD_t *part_open(const char *path, unsigned flags, hid_t properties, haddr_t most) {
    (void)properties;
    (void)most;
    if (flags & H5F_ACC_RDWR) return NULL;
    part_file *file = calloc(1, sizeof *file);
    if (!file) return NULL;
    file->descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (file->descriptor >= 0) return &file->base;
    free(file);
    return NULL;
}

static herr_t part_close(H5FD_t *base) {
    part_file *file = (part_file *)base;
    close(file->descriptor);
    free(file);
    return 0;
}

static haddr_t part_eoa(const H5FD_t *base, H5FD_mem_t type) {
    (void)type;
    return ((const part_file *)base)->end;
}

static herr_t part_set_eoa(H5FD_t *base, H5FD_mem_t type, haddr_t end) {
    (void)type;
    ((part_file *)base)->end = end;
    return 0;
}

static haddr_t part_eof(const H5FD_t *base, H5FD_mem_t type) {
    (void)base;
    (void)type;
    return part_count;
}

static herr_t part_read(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t place, size_t count, void *bytes) {
    (void)type;
    (void)transfer;
    if (place > part_count || count > part_count - place) return -1;
    char *next = bytes;
    while (count > 0) {
        ssize_t got = pread(((part_file *)base)->descriptor, next, count, (off_t)(part_start + place));
        if (got <= 0) return -1;
        next += got;
        place += (haddr_t)got;
        count -= (size_t)got;
    }
    return 0;
}

static herr_t part_write(H5FD_t *base, H5FD_mem_t type, hid_t transfer, haddr_t place, size_t count,
                         const void *bytes) {
    (void)base, (void)type, (void)transfer, (void)place, (void)count, (void)bytes;
    return -1;
}

static const H5FD_class_t driver = {
#if H5_VERSION_GE(1, 13, 2)
    .version = H5FD_CLASS_VERSION,
    .value = 600,
#endif
    .name = "part of a file",
    .maxaddr = INT64_MAX,
    .fc_degree = H5F_CLOSE_WEAK,
    .open = part_open,
    .close = part_close,
    .get_eoa = part_eoa,
    .set_eoa = part_set_eoa,
    .get_eof = part_eof,
    .read = part_read,
    .write = part_write,
    .fl_map = H5FD_FLMAP_DICHOTOMY,
};

int64_t hdf5_part(uint64_t start, uint64_t count) {
    part_start = start;
    part_count = count;
    hid_t properties = H5Pcreate(H5P_FILE_ACCESS), driver_id = H5FDregister(&driver);
    if (properties < 0 || driver_id < 0 || H5Pset_driver(properties, driver_id, NULL) < 0) return -1;
    return properties;
}

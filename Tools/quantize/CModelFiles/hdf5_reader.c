#include <hdf5/serial/hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

// Groups in groups, and objects in all; a full Keras file has a depth of 4 and about a hundred objects.
enum { DEEPEST = 8, MOST_OBJECTS = 10000 };

typedef struct {
    char path[MODELFILE_LONGEST_NAME + 1];
    int depth;
    int *objects;
} place;

// Data in other files, or put together from other datasets, is refused: the file could name any file.
static int has_own_data(hid_t dataset) {
    hid_t properties = H5Dget_create_plist(dataset);
    int own = properties >= 0 && H5Pget_layout(properties) != H5D_VIRTUAL
        && (H5Pget_layout(properties) != H5D_CONTIGUOUS || H5Pget_external_count(properties) == 0);
    H5Pclose(properties);
    return own;
}

// Whether the data are compressed in a way that this library lacks, such as h5py's LZF.
static int lacks_filter(hid_t dataset) {
    hid_t properties = H5Dget_create_plist(dataset);
    int count = properties >= 0 && H5Pget_layout(properties) == H5D_CHUNKED ? H5Pget_nfilters(properties) : 0;
    int lacks = 0;
    for (int i = 0; i < count && !lacks; i++) {
        unsigned flags, config;
        size_t values = 0;
        H5Z_filter_t filter = H5Pget_filter2(properties, (unsigned)i, &flags, &values, NULL, 0, NULL, &config);
        lacks = filter >= 0 && H5Zfilter_avail(filter) == 0;
    }
    H5Pclose(properties);
    return lacks;
}

static void send_dataset(hid_t dataset, const char *path) {
    hid_t type = H5Dget_type(dataset), space = H5Dget_space(dataset);
    hsize_t sizes[H5S_MAX_RANK];
    int rank = H5Sget_simple_extent_ndims(space);
    if (type >= 0 && H5Tget_class(type) == H5T_FLOAT && rank >= 0 && rank <= MODELFILE_HIGHEST_RANK
        && H5Sget_simple_extent_type(space) != H5S_NULL) {
        if (H5Sget_simple_extent_dims(space, sizes, NULL) != rank) reader_fail();
        uint64_t dimensions[MODELFILE_HIGHEST_RANK];
        for (int i = 0; i < rank; i++) dimensions[i] = sizes[i];
        size_t count = reader_count((size_t)rank, dimensions);
        float *values = NULL;
        modelfile_content content = MODELFILE_TOO_LARGE;
        if (count != SIZE_MAX && lacks_filter(dataset)) {
            content = MODELFILE_PACKED;
        } else if (count != SIZE_MAX && count > 0) {
            if (!has_own_data(dataset)) reader_fail();
            values = malloc(count * sizeof *values);
            if (!values || H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) reader_fail();
            content = MODELFILE_VALUES;
        }
        reader_send(path, (size_t)rank, dimensions, content, values);
        free(values);
    }
    H5Sclose(space);
    H5Tclose(type);
}

static herr_t visit(hid_t group, const char *name, const H5L_info_t *link, void *context) {
    const place *above = context;
    // Soft links only repeat; external links lead to other files.
    if (link->type != H5L_TYPE_HARD) return 0;
    if (++*above->objects > MOST_OBJECTS) reader_fail();
    place here = {.depth = above->depth + 1, .objects = above->objects};
    int length = snprintf(here.path, sizeof here.path, "%s%s%s", above->path, *above->path ? "/" : "", name);
    if (length < 0 || (size_t)length >= sizeof here.path) return 0;
    hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    if (object < 0) reader_fail();
    H5I_type_t type = H5Iget_type(object);
    if (type == H5I_DATASET) {
        send_dataset(object, here.path);
    } else if (type == H5I_GROUP) {
        if (here.depth > DEEPEST) reader_fail();
        if (H5Literate(object, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, &here) < 0) reader_fail();
    }
    H5Oclose(object);
    return 0;
}

void read_hdf5(const char *path, uint64_t start, uint64_t count) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    // Filters beyond those built in would be looked for in the system's folders.
    H5PLset_loading_state(0);
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, hdf5_part(start, count));
    if (file < 0) reader_fail();
    int objects = 0;
    place root = {.path = "", .depth = 0, .objects = &objects};
    if (H5Literate(file, H5_INDEX_NAME, H5_ITER_NATIVE, NULL, visit, &root) < 0) reader_fail();
}

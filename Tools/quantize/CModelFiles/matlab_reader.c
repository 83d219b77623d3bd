#include <matio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "reader.h"

// VGG-19 has 43 layers with all of its rectifiers and poolings.
enum { MOST_LAYERS = 1000, LONGEST_LAYER = 64 };

static void silence(int level, char *message) {
    (void)level;
    (void)message;
}

static matvar_t *field(matvar_t *structure, const char *name) {
    if (!structure || structure->class_type != MAT_C_STRUCT) return NULL;
    return Mat_VarGetStructFieldByName(structure, name, 0);
}

static matvar_t *element(matvar_t *cell, size_t index, size_t *count) {
    if (!cell || cell->class_type != MAT_C_CELL || cell->rank < 1 || cell->rank > MODELFILE_HIGHEST_RANK) return NULL;
    uint64_t dimensions[MODELFILE_HIGHEST_RANK];
    for (int i = 0; i < cell->rank; i++) dimensions[i] = cell->dims[i];
    *count = reader_count((size_t)cell->rank, dimensions);
    if (*count == SIZE_MAX || index >= *count) return NULL;
    return Mat_VarGetCell(cell, (int)index);
}

// Sends a real array of single or double precision, column by column as MATLAB has it.
static void send_array(mat_t *file, matvar_t *array, const char *name) {
    if (!array || array->isComplex || array->rank < 0 || array->rank > MODELFILE_HIGHEST_RANK) return;
    if (array->class_type != MAT_C_SINGLE && array->class_type != MAT_C_DOUBLE) return;
    uint64_t dimensions[MODELFILE_HIGHEST_RANK];
    for (int i = 0; i < array->rank; i++) dimensions[i] = array->dims[i];
    size_t count = reader_count((size_t)array->rank, dimensions);
    if (count == SIZE_MAX || count == 0) {
        reader_send(name, (size_t)array->rank, dimensions, MODELFILE_TOO_LARGE, NULL);
        return;
    }
    size_t size = array->class_type == MAT_C_SINGLE ? sizeof(float) : sizeof(double);
    if (Mat_VarReadDataAll(file, array) != 0 || !array->data || array->nbytes != count * size) reader_fail();
    float *values = array->data;
    if (array->class_type == MAT_C_DOUBLE) {
        const double *doubles = array->data;
        values = malloc(count * sizeof *values);
        if (!values) reader_fail();
        for (size_t i = 0; i < count; i++) values[i] = (float)doubles[i];
    }
    reader_send(name, (size_t)array->rank, dimensions, MODELFILE_VALUES, values);
    if (values != array->data) free(values);
    free(array->data);
    array->data = NULL;
    array->nbytes = 0;
}

// Whether the layer has a name of letters, digits and underscores, as all of VGG-19's; copies it.
static int copy_name(mat_t *file, matvar_t *text, char *name) {
    if (!text || text->class_type != MAT_C_CHAR || text->rank != 2) return 0;
    if (text->dims[0] != 1 || text->dims[1] < 1 || text->dims[1] > LONGEST_LAYER) return 0;
    if (Mat_VarReadDataAll(file, text) != 0 || !text->data) reader_fail();
    size_t count = text->dims[1];
    // Characters come with one byte, or with two as UTF-16.
    size_t step = text->data_size == 2 ? 2 : 1;
    if (text->nbytes < count * step) return 0;
    for (size_t i = 0; i < count; i++) {
        char character = ((const char *)text->data)[i * step];
        if (character < '0' || character > 'z') return 0;
        name[i] = character;
    }
    name[count] = '\0';
    return 1;
}

static void send_layer(mat_t *file, matvar_t *layer) {
    char name[LONGEST_LAYER + 1], full[LONGEST_LAYER + 16];
    size_t count = 0;
    matvar_t *weights = field(layer, "weights");
    if (!copy_name(file, field(layer, "name"), name)) return;
    snprintf(full, sizeof full, "%s.weight", name);
    // The oldest files have `filters` and `biases` in place of the cell `weights`.
    send_array(file, weights ? element(weights, 0, &count) : field(layer, "filters"), full);
    snprintf(full, sizeof full, "%s.bias", name);
    send_array(file, weights ? element(weights, 1, &count) : field(layer, "biases"), full);
}

void read_matlab(const char *path) {
    Mat_LogInitFunc("", silence);
    mat_t *file = Mat_Open(path, MAT_ACC_RDONLY);
    if (!file) reader_fail();
    for (matvar_t *variable; (variable = Mat_VarReadNextInfo(file)) != NULL; Mat_VarFree(variable)) {
        if (!variable->name) continue;
        if (strcmp(variable->name, "layers") == 0) {
            size_t count = 1;
            for (size_t i = 0; i < count && i < MOST_LAYERS; i++) send_layer(file, element(variable, i, &count));
        } else if (strcmp(variable->name, "normalization") == 0) {
            send_array(file, field(variable, "averageImage"), "averageImage");
        } else if (strcmp(variable->name, "meta") == 0) {
            send_array(file, field(field(variable, "normalization"), "averageImage"), "averageImage");
        }
    }
}

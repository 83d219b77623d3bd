// The contracts of CQuantKernels.h as plain C, one model per kernel: an oracle for kernels and scalar functions alike.
#ifndef KERNELMODELS_H
#define KERNELMODELS_H

#include "CQuantKernels.h"

/// Overwrites the entries of a table with the models; tiles (which have the direct convolution's
/// result) and the peaks have none.
void kernel_models(qv_kernels *_Nonnull table);

#endif

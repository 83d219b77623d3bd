// The ARM64 kernels and their selection; contracts in CQuantKernels.h.
#ifndef QV_ARM_TABLE_H
#define QV_ARM_TABLE_H

#include "CQuantKernels.h"

qv_isa qv_detect_arm_isa(void);
void qv_select_arm_kernels(qv_isa isa, qv_kernels *table);

#endif

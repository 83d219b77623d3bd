// The instruction sets of the architecture that this is compiled for; its own table selects the kernels.
#include "CQuantKernels.h"
#include "arm/arm_table.h"
#include "x86/x86_table.h"

qv_isa qv_detect_isa(void) {
#if defined(__x86_64__)
    return qv_detect_x86_isa();
#elif defined(__aarch64__)
    return qv_detect_arm_isa();
#else
    return QV_SCALAR;
#endif
}

void qv_select_kernels(qv_isa isa, qv_kernels *table) {
#if defined(__x86_64__)
    qv_select_x86_kernels(isa, table);
#elif defined(__aarch64__)
    qv_select_arm_kernels(isa, table);
#else
    (void)isa;
    (void)table;
#endif
}

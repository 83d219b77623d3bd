// QV_CHECK(call, a): the first line of every kernel. Ends the program where `a` breaks a bound that CQuantKernels.h
// states for qv_<call>; nothing unless DEBUG is defined.
#ifndef QV_BOUNDS_H
#define QV_BOUNDS_H

#include "CQuantKernels.h"

#if defined(DEBUG)
#define QV_CHECK(call, a) qv_check_##call(a)
#else
#define QV_CHECK(call, a) ((void)0)
#endif

#endif

#ifndef PARTS_H
#define PARTS_H

#include "CFuzz.h"

void fuzz_prepare_children(void);

#endif

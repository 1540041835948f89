#include "libc.h"
#include "malloc_gaps.h"

const char __malloc_asks_for_gaps = 0;
int __malloc_gaps;

#include "libc.h"
#include "malloc_gaps.h"

const char __malloc_asks_for_gaps = 1;
int __malloc_gaps;

/* In a static program nobody has any to give. */
static void none(void)
{
}
weak_alias(none, __malloc_take_gaps);

#include "stacks.h"

/* ld.so has its own, in ldso/stacks.c. */

static void *no_stack(size_t *size, size_t guard)
{
	(void)size, (void)guard;
	return 0;
}

static int not_kept(void *base, size_t size)
{
	(void)base, (void)size;
	return 0;
}

weak_alias(no_stack, __stack_take);
weak_alias(not_kept, __stack_keep);
weak_alias(not_kept, __stack_leave);

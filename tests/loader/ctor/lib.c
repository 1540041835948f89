#include "ctor.h"

static int text_err = -1, relro_err = -1;

void RESULT(int *t, int *r)
{
	*t = text_err;
	*r = relro_err;
}

static void (*const in_relro)(int *, int *) = RESULT;

__attribute__((constructor)) static void ctor(void)
{
	try_both((void *)(uintptr_t)ctor, (void *)&in_relro, &text_err,
		&relro_err);
}

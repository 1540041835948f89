#define _GNU_SOURCE
#include <dlfcn.h>
#include "dynlink.h"

/* A static program has no loader and so no records to seal. */
static int stub_dlseal(void)
{
	return 0;
}

weak_alias(stub_dlseal, dlseal);

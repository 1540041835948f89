/* A library that is opened later is patched. */
#define _GNU_SOURCE
#include "refused.h"
#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

int main(void)
{
	void *lib = dlopen("libopened.so", RTLD_NOW);
	if (!lib) return 3;
	char *f = dlsym(lib, "opened_one"), *g = dlsym(lib, "opened_two");
	if (mprotect(PAGE_OF(f), PAGE, PROT_READ|PROT_WRITE|PROT_EXEC))
		return refused("mprotect", PAGE_OF(f), PAGE, "rwx", "text");
	memcpy(f, g, CODE);
	__builtin___clear_cache(f, f+CODE);
	return ((int (*volatile)(void))f)() != 2;
}

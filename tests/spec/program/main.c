/* The program of most tables. It has text, constants, pointers in RELRO and
 * data, makes a heap, and prints the address of a block and its mappings. Each
 * argument is done before that:
 *
 *	open LIB   dlopen LIB, lazily
 *	dlseal     seal the loader's records
 *	map        make a mapping that no table has */

#define _GNU_SOURCE
#include "mapping.h"
#include "result.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef WITH_DLOPEN
#include <dlfcn.h>
#endif
#ifdef WITH_MUTABLE
#include <sys/seal.h>
SEAL_MUTABLE char changed[10000] = { 1 };
#endif
#ifdef WITH_LIBRARY
extern int library(void);
#endif

char data[10000] = { 1 };
static char *const pointers[] = { data, data+1 };
char *const *volatile relro = pointers;
void *volatile heap;

static int act(char **argv)
{
	if (!strcmp(*argv, "map")) {
		void *p = mmap(0, 65536, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS,
			-1, 0);
		return p == MAP_FAILED ? -1 : 1;
	}
#ifdef WITH_DLOPEN
	if (!strcmp(*argv, "dlseal")) return dlseal() ? -1 : 1;
	if (!strcmp(*argv, "open") && argv[1]) {
		void *lib = dlopen(argv[1], RTLD_LAZY|RTLD_GLOBAL);
		if (!lib) dprintf(2, "%s\n", dlerror());
		return lib ? 2 : -1;
	}
#endif
	return -1;
}

int main(int argc, char **argv)
{
	(void)argc;
	heap = malloc(100);
#ifdef WITH_LIBRARY
	library();
#endif
	for (argv++; *argv; ) {
		int words = act(argv);
		if (words < 0) {
			dprintf(2, "cannot: %s\n", *argv);
			return 1;
		}
		argv += words;
	}
	dprintf(1, "heap: %lx\n", (unsigned long)heap);
	check_dump();
	return 0;
}

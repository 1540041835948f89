/* dlopens that have nothing to write to the loader's records, in a process that
 * could not write to them: data|mprotect|none. "data" exhausts RLIMIT_DATA and
 * "mprotect" forbids the call. Prints each result: it must be that of
 * upstream. */

#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>

/* The list of its dependencies isn't made yet: the program needs it. */
static void try_dependency(void)
{
	void *h = dlopen("libdue.so", RTLD_NOW);
	int (*f)(void) = h ? (int (*)(void))dlsym(h, "deep_answer") : 0;
	printf("libdue.so: %d\n", f ? f() : -1);
}

static void try(const char *name, int mode)
{
	void *h = dlopen(name, mode);
	const char *e = h ? "opened" : dlerror();
	printf("%s, %#x: %s\n", name, mode, e ? e : "null");
}

int main(int argc, char **argv)
{
	static char out[BUFSIZ];
	const char *how = argc > 1 ? argv[1] : "none";
	setvbuf(stdout, out, _IOFBF, sizeof out);
	if (!dlopen("libplugin.so", RTLD_NOW)) puts(dlerror());
	/* From now on the search path is known, and the heap has room for
	 * errors. */
	if (!dlopen("libgone.so", RTLD_NOW)) dlerror();
	for (int i=0; i<1024; i++) {
		void *volatile p = malloc(i), *volatile q = malloc(i);
		if (!p || !q) return 77;
		free(q);
	}
	if (!strcmp(how, "data")) {
		struct rlimit none = { 0, 0 };
		if (setrlimit(RLIMIT_DATA, &none)) return 77;
	} else if (!strcmp(how, "mprotect")) {
		if (check_forbid(SYS_mprotect, EPERM)) return 77;
	}
	for (int i=0; i<3; i++) {
		try_dependency();
		try("libplugin.so", RTLD_NOW);
		try("libplugin.so", RTLD_LAZY);
		try("libplugin.so", RTLD_NOW|RTLD_NOLOAD);
		try("libc.so", RTLD_NOW);
		try("libtls1.so", RTLD_NOW|RTLD_NOLOAD);
		try("libgone.so", RTLD_NOW);
		try("/nowhere/libgone.so", RTLD_NOW);
	}
	return 0;
}

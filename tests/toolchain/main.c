/* A program with a library, linked or opened, a thread's variable, and an
 * indirect call. main LIBRARY opens it; main alone was linked with it. */
#include <dlfcn.h>
#include <stdio.h>

int next(int);
typedef int number(int);
static _Thread_local int own = 40;
#ifndef OPENS
static number *const table[] = { next };
#endif

int main(int argc, char **argv)
{
#ifdef OPENS
	void *h = argc > 1 ? dlopen(argv[1], RTLD_NOW) : 0;
	number *f = h ? (number *)dlsym(h, "next") : 0;
	if (!f) {
		printf("dlopen: %s\n", dlerror());
		return 1;
	}
	own = f(own);
#else
	(void)argv;
	own = table[argc < 0](own);
#endif
	printf("right %d\n", own + 1);
	return own != 41;
}

#ifdef OPENS
int next(int n) { return n; }
#endif

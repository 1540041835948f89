#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* NAME, a function FUNC, and perhaps OPENS, opened by the constructor, or EXITS,
 * after which the constructor ends the process. */
void FUNC(void) {}

__attribute__((constructor)) static void ctor(void)
{
	puts("+" NAME);
#ifdef OPENS
	void *h = dlopen(OPENS, RTLD_NOW);
	puts(h ? "opened" : dlerror());
#endif
	if (getenv("EXIT_IN") && *getenv("EXIT_IN") == *NAME) exit(0);
}

__attribute__((destructor)) static void dtor(void)
{
	puts("-" NAME);
}

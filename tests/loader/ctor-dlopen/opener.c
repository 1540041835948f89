#include <dlfcn.h>
static int value;
__attribute__((constructor)) static void ctor(void)
{
	void *h = dlopen(OPENS, RTLD_NOW);
	int (*f)(void) = h ? (int (*)(void))dlsym(h, "seven") : 0;
	value = f ? f() : -1;
}
int FN(void) { return value; }

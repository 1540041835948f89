/* Constructors, destructors and atexit in the order that C and ELF ask for,
 * with everything sealed; then a clean end. */

#include "check.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

extern int needed(void);

__attribute__((constructor)) static void up(void) { puts("program up"); }
__attribute__((destructor)) static void down(void) { puts("program down"); }
static void at_exit(void) { puts("atexit"); }

int main(void)
{
	void *h;
	check_all("start");
	atexit(at_exit);
	h = dlopen("libopened.so", RTLD_NOW);
	check_ok(!!h, "dlopen: %s", h ? "" : dlerror());
	check_ok(needed() == 1, "needed(): wanted 1");
	puts("main");
	fflush(stdout);
	return check_done();
}

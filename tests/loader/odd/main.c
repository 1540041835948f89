/* dlopen of one library, by name.
 *
 * main runs LIBRARY [FUNCTION RESULT]	odd() returns 7, or FUNCTION RESULT
 * main fails LIBRARY	with a dlerror, which is printed
 * main never LIBRARY	opened with RTLD_LAZY, it is complete but for one slot of its
 *			PLT: protected and sealed as any other */

#include "check.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int call(void *h, const char *name, int arg)
{
	int (*f)(int) = (int (*)(int))dlsym(h, name);
	return check_ok(!!f, "dlsym(%s): %s", name, f ? "" : dlerror()) ? f(arg) : -1;
}

int main(int argc, char **argv)
{
	const char *how = argc > 2 ? argv[1] : "", *lib = argc > 2 ? argv[2] : "";
	int lazy = !strcmp(how, "never");
	check_all("start");
	void *h = dlopen(lib, lazy ? RTLD_LAZY : RTLD_NOW);
	if (!strcmp(how, "fails")) {
		check_ok(!h, "dlopen(%s): wanted 0, got %p", lib, h);
		printf("dlerror: %s\n", h ? "none" : dlerror());
		check_ok(!check_named(lib), "%s is still mapped", lib);
	} else if (check_ok(!!h, "dlopen(%s): %s", lib, h ? "" : dlerror())) {
		const char *f = argc > 4 ? argv[3] : lazy ? "never" : "odd";
		int want = argc > 4 ? atoi(argv[4]) : lazy ? 5 : 7;
		int n = call(h, f, 0);
		check_ok(n == want, "%s(): wanted %d, got %d", f, want, n);
	}
	check_all("after dlopen");
	return check_done();
}

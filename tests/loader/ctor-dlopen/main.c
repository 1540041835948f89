/* A constructor that calls dlopen: of a needed library at start, and of a library
 * that dlopen itself just loaded. */

#include "check.h"
#include <dlfcn.h>

extern int first_value(void);

int main(void)
{
	int (*value)(void);
	void *h;
	check_all("start");
	check_ok(first_value() == 7, "first_value(): wanted 7");
	check_ok(check_named("libone.so") > 0, "libone.so is not loaded");
	h = dlopen("libsecond.so", RTLD_NOW);
	if (!check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) return check_done();
	check_ok(check_named("libtwo.so") > 0, "libtwo.so is not loaded");
	check_all("after dlopen");
	value = (int (*)(void))dlsym(h, "second_value");
	check_ok(value && value() == 7, "second_value(): wanted 7");
	return check_done();
}

/* A library's lazy relocations are resolved by a later dlopen, after which its
 * RELRO can't be protected: every mprotect fails by then. The dlopen must
 * succeed all the same, since the older library is bound to what it loaded. */

#include "check.h"
#include <dlfcn.h>
#include <errno.h>

int main(void)
{
	void *lazy = dlopen("libpending.so", RTLD_LAZY), *h;
	if (!check_ok(!!lazy, "dlopen(libpending.so): %s", lazy ? "" : dlerror()))
		return check_done();
	int (*f)(void) = (int (*)(void))dlsym(lazy, "pending");
	if (check_forbid(10 /* mprotect */, ENOMEM)) check_skip("no seccomp filter");
	h = dlopen("libprovider.so", RTLD_NOW|RTLD_GLOBAL);
	check_ok(!!h, "dlopen(libprovider.so): wanted success, got %s",
		h ? "" : dlerror());
	if (f && h) check_ok(f() == 42, "pending(): wanted 42, got %d", f());
	check_ok(check_is_sealed((void *)(uintptr_t)f) == 0,
		"libpending.so can't be protected: wanted it not sealed");
	return check_done();
}

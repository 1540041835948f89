/* dlopen of a library that was linked without room for its headers in memory
 * (ld -N): one RWX segment. Argument "strict": it must not load. */

#include "check.h"
#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	int (*f)(void);
	void *h = dlopen("libheadless.so", RTLD_NOW);
	if (argc > 1) {
		const char *e = h ? 0 : dlerror();
		check_ok(!h, "strict: wanted 0, got %p", h);
		check_ok(e && strstr(e, "strict"), "wanted an error about strict, "
			"got \"%s\"", e ? e : "none");
		check_ok(!check_named("libheadless.so"), "still mapped");
		check_all("after the failure");
		return check_done();
	}
	if (!check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) return check_done();
	f = (int (*)(void))dlsym(h, "headless");
	if (!check_ok(!!f, "dlsym: %s", f ? "" : dlerror())) return check_done();
	check_ok(f() == 6, "headless(): wanted 6, got %d", f());
	check_ok(check_is_sealed((void *)(uintptr_t)f) == 0, "wanted not sealed");
	return check_done();
}

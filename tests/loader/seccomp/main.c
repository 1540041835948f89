/* The program forbids mseal to itself (EPERM) between start and dlopen.
 * Argument "strict": the dlopen must fail and leave nothing; else it must work,
 * unsealed. */

#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <string.h>

static void must_fail(const char *lib, const char *dep)
{
	size_t mapped = 0, after;
	const char *e;
	void *h = 0;
	int i;
	for (i=0; i<21 && !h; i++) {
		h = dlopen(lib, RTLD_NOW);
		if (!i) mapped = check_mapped_bytes();
	}
	check_ok(!h, "strict dlopen(%s): wanted 0, got %p", lib, h);
	e = h ? 0 : dlerror();
	check_ok(e && strstr(e, "seal") && strstr(e, "strict"), "wanted an error "
		"about sealing and strict, got \"%s\"", e ? e : "none");
	check_ok(!check_named(lib), "%s: wanted no mapping left, got %d", lib,
		check_named(lib));
	check_ok(!check_named(dep), "%s: wanted no mapping left, got %d", dep,
		check_named(dep));
	after = check_mapped_bytes();
	check_ok(after <= mapped+65536, "mapped bytes after 20 more: wanted at "
		"most 65536 more, got %zu", after-mapped);
	check_maps("after a dlopen that could not seal");
}

int main(int argc, char **argv)
{
	size_t sealed;
	void *h;
	int (*f)(void);

	check_all("start");
	h = dlopen("libbefore.so", RTLD_NOW);
	check_ok(!!h, "dlopen(libbefore.so): %s", h ? "" : dlerror());
	check_all("before the filter");
	if (check_forbid(SYS_mseal, EPERM)) check_skip("no seccomp filter");
	sealed = check_sealed_bytes();

	if (argc > 1 && !strcmp(argv[1], "strict")) {
		must_fail("libafter.so", "libdep.so");
	} else {
		h = dlopen("libafter.so", RTLD_NOW);
		if (check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) {
			f = (int (*)(void))dlsym(h, "after");
			check_ok(f && f() == 8, "after() is not 8");
			check_ok(check_is_sealed((void *)(uintptr_t)f) == 0,
				"wanted libafter.so's text not sealed");
		}
	}
	check_ok(check_sealed_bytes() == sealed, "sealed bytes: wanted %zu, got "
		"%zu", sealed, check_sealed_bytes());
	return check_done();
}

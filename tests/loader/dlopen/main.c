/* dlopen of a library with dependencies: libouter -> libleft, libright;
 * libleft, libright -> libbase. All four must be sealed when dlopen returns. */

#include "check.h"
#include <dlfcn.h>

static void call(int (*outer)(int), int want)
{
	int got = outer(3);
	check_ok(got == want, "outer(3): wanted %d, got %d", want, got);
}

int main(void)
{
	int (*outer)(int);
	void *h, *h2;
	size_t before, after;

	check_all("start");
	before = check_sealed_bytes();

	h = dlopen("libouter.so", RTLD_NOW|RTLD_NOLOAD);
	check_ok(!h, "RTLD_NOLOAD of what is not loaded: wanted 0, got %p", h);

	h = dlopen("libouter.so", RTLD_NOW|RTLD_LOCAL);
	if (!check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) return check_done();
	check_ok(check_named("libbase.so") > 0, "libbase.so is not mapped");
	check_all("after dlopen");
	after = check_sealed_bytes();
	if (check_sealing()) check_ok(after > before,
		"sealed bytes: wanted more than %zu, got %zu", before, after);
	check_heap("after dlopen");

	outer = (int (*)(int))dlsym(h, "outer");
	if (!check_ok(!!outer, "dlsym(outer): %s", outer ? "" : dlerror()))
		return check_done();
	call(outer, 332);

	/* What is open already is neither loaded nor sealed again. */
	before = check_mapped_bytes();
	h2 = dlopen("libouter.so", RTLD_NOW);
	check_ok(h2 == h, "second dlopen: wanted %p, got %p", h, h2);
	h2 = dlopen("libbase.so", RTLD_NOW);
	check_ok(!!h2, "dlopen of a dependency: %s", h2 ? "" : dlerror());
	after = check_mapped_bytes();
	check_ok(after == before, "mapped bytes: wanted %zu, got %zu", before,
		after);

	/* musl's dlclose unmaps nothing: the code is still there. */
	dlclose(h);
	dlclose(h2);
	check_all("after dlclose");
	call(outer, 334);
	return check_done();
}

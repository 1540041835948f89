/* A library opened with RTLD_LAZY that refers to what only a later
 * dlopen(RTLD_GLOBAL) provides. The references lie in its RELRO (GLOB_DAT),
 * which must stay writable and unsealed until the last of them is resolved,
 * and be protected and sealed then. Where there is no such relocation (CALLS),
 * only slots of the PLT wait, and nothing else does. Two libraries provide them, one each;
 * libdependent has none of its own but needs one that has.
 *
 * Argument: the library to open first, or "strict", under which RTLD_LAZY is
 * RTLD_NOW. */

#include "check.h"
#include <dlfcn.h>
#include <string.h>

static void *open_or_tell(const char *lib, int mode)
{
	void *h = dlopen(lib, mode);
	check_ok(!!h, "dlopen(%s): %s", lib, h ? "" : dlerror());
	return h;
}

static int strict(void)
{
	void *h = dlopen("liblazy.so", RTLD_LAZY);
	check_ok(!h, "strict, RTLD_LAZY with a symbol missing: wanted 0, got %p",
		h);
	if (!h) {
		const char *e = dlerror();
		check_ok(e && strstr(e, "later_"), "wanted an error that names "
			"a symbol, got \"%s\"", e ? e : "none");
	}
	check_ok(!check_named("liblazy.so"), "wanted liblazy.so unmapped");
	check_all("strict, after the failure");
	open_or_tell("liblater1.so", RTLD_NOW|RTLD_GLOBAL);
	open_or_tell("liblater2.so", RTLD_NOW|RTLD_GLOBAL);
	h = open_or_tell("liblazy.so", RTLD_LAZY);
	check_all("strict, after success");
	if (!h) return check_done();
	int (*lazy_sum)(void) = (int (*)(void))dlsym(h, "lazy_sum");
	check_ok(lazy_sum && lazy_sum() == 111, "lazy_sum() is not 111");
	return check_done();
}

int main(int argc, char **argv)
{
	const char *lib = argc > 1 ? argv[1] : "liblazy.so";
	void *h, *l;
	int (*lazy_sum)(void), (*lazy_self)(void);

	check_all("start");
	if (!strcmp(lib, "strict")) return strict();

	h = open_or_tell(lib, RTLD_LAZY);
	if (!h) return check_done();
#ifndef CALLS
	check_set_pending("liblazy.so", 1);
#endif
	check_all("three symbols missing");
	l = open_or_tell("liblazy.so", RTLD_LAZY|RTLD_NOLOAD);
	lazy_self = (int (*)(void))dlsym(l, "lazy_self");
	check_ok(lazy_self && lazy_self() == 5, "lazy_self() is not 5");

	if (!open_or_tell("liblater1.so", RTLD_NOW|RTLD_GLOBAL))
		return check_done();
	check_all("one symbol missing");

	if (!open_or_tell("liblater2.so", RTLD_NOW|RTLD_GLOBAL))
		return check_done();
	check_set_pending("liblazy.so", 0);
	check_all("all symbols there");
	lazy_sum = (int (*)(void))dlsym(l, "lazy_sum");
	if (check_ok(!!lazy_sum, "dlsym: %s", lazy_sum ? "" : dlerror())) {
		int got = lazy_sum();
		check_ok(got == 111, "lazy_sum(): wanted 111, got %d", got);
	}
	return check_done();
}

/* A program that gets at dlopen behind the loader's back: open|closed REASON. */

#include "check.h"
#include "symbol.h"
#include "walk.h"
#include <dlfcn.h>
#include <sys/mman.h>

int main(int argc, char **argv)
{
	int open = argc > 1 && !strcmp(argv[1], "open");
	void *(*open_)(const char *, int) = find_function("dlopen");
	char *(*error)(void) = find_function("dlerror");
	if (!check_ok(open_ && error, "no dlopen in libc.so")) return check_done();
	check_set_records(open ? SEAL_NO : SEAL_YES);
	records_are("main", PROT_READ, !open);
	void *h = open_("libplugin.so", RTLD_NOW);
	if (open) {
		check_ok(!!h, "dlopen: wanted success, got %s", h ? "" : error());
		records_are("after dlopen", PROT_READ, 0);
	} else {
		const char *e = h ? 0 : error();
		check_ok(!h, "dlopen: wanted a failure");
		check_ok(e && argc > 2 && strstr(e, "the loader is sealed")
			&& strstr(e, argv[2]) && strstr(e, "libplugin.so"),
			"dlopen: wanted an error with \"%s\", got \"%s\"",
			argc > 2 ? argv[2] : "", e ? e : "");
		/* What is there is found. */
		check_ok(!!open_("libc.so", RTLD_NOW), "dlopen(libc.so): %s",
			error());
		check_ok(!!open_(0, RTLD_NOW), "dlopen(0)");
		h = open_("libgone.so", RTLD_NOLOAD);
		e = h ? "" : error();
		check_ok(!h && strstr(e, "not already loaded"), "RTLD_NOLOAD: "
			"wanted \"not already loaded\", got \"%s\"", e);
	}
	check_all("end");
	return check_done();
}

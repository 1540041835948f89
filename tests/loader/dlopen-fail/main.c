/* dlopens that fail, each of them after something was mapped, relocated and
 * write-protected already. Nothing may be left: no mapping of a file, no
 * anonymous pages, no seal. Then one that works. */

#include "check.h"
#include <dlfcn.h>
#include <string.h>

#define ROUNDS 20
/* What malloc may keep for itself over all rounds. Each library that were left
 * behind would be 5 pages or more, each time. */
#define SLACK 65536

static void fails(const char *lib, const char *want, const char *dep)
{
	size_t sealed, mapped, mapped2;
	int i;
	void *h;

	/* The first one may make malloc take what later ones reuse. */
	h = dlopen(lib, RTLD_NOW|RTLD_LOCAL);
	check_ok(!h, "dlopen(%s): wanted 0, got %p", lib, h);
	if (h) return;
	const char *e = dlerror();
	check_ok(e && strstr(e, want), "dlopen(%s): wanted an error with "
		"\"%s\", got \"%s\"", lib, want, e ? e : "none");
	check_ok(e && strstr(e, lib), "dlopen(%s): wanted an error that names "
		"the file, got \"%s\"", lib, e ? e : "none");

	sealed = check_sealed_bytes();
	mapped = check_mapped_bytes();
	for (i=0; i<ROUNDS; i++) {
		h = dlopen(lib, RTLD_NOW|RTLD_LOCAL);
		if (h) break;
		dlerror();
	}
	check_ok(i == ROUNDS, "dlopen(%s) failed only %d times", lib, i);
	check_ok(!check_named(lib), "%s: wanted no mapping of it left, got %d",
		lib, check_named(lib));
	if (dep) check_ok(!check_named(dep), "%s: wanted no mapping of %s left, "
		"got %d", lib, dep, check_named(dep));
	check_ok(check_sealed_bytes() == sealed, "%s: sealed bytes: wanted %zu, "
		"got %zu", lib, sealed, check_sealed_bytes());
	mapped2 = check_mapped_bytes();
	check_ok(mapped2 <= mapped + SLACK, "%s: mapped bytes: wanted at most "
		"%zu more, got %zu", lib, (size_t)SLACK, mapped2-mapped);
	check_maps(lib);
}

int main(void)
{
	int (*good)(void);
	void *h;

	check_all("start");
	fails("libnosymbol.so", "nowhere", "libdep.so");
	fails("libnodep.so", "libgone.so", "libdep.so");
	fails("libempty.so", "Exec format error", 0);
	fails("libcut-header.so", "Exec format error", 0);
	fails("libcut-text.so", "Exec format error", 0);
	fails("libcut-data.so", "Exec format error", 0);
	/* The part that is missing is not one that loading reads. */
	fails("libcut-bigdata.so", "Exec format error", 0);
	fails("libcut-norelro.so", "Exec format error", 0);
	fails("libneedscut.so", "Exec format error", "libdep.so");
	fails("libnoelf.so", "Exec format error", 0);

	h = dlopen("libgood.so", RTLD_NOW);
	if (check_ok(!!h, "dlopen(libgood.so): %s", h ? "" : dlerror())) {
		good = (int (*)(void))dlsym(h, "good");
		check_ok(good && good() == 9, "good() is not 9");
	}
	check_ok(check_named("libdep.so") > 0, "libdep.so is not mapped");
	check_all("after a good dlopen");
	fails("libnosymbol.so", "nowhere", 0);
	return check_done();
}

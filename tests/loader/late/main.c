/* A library's lazy relocations are resolved by a later dlopen, after which its
 * RELRO can't be protected: an mprotect of it fails by then. The dlopen must
 * succeed all the same, since the older library is bound to what it loaded. */

#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <string.h>

static int find_relro(struct dl_phdr_info *o, size_t size, void *data)
{
	(void)size;
	if (!strstr(o->dlpi_name, "libpending.so")) return 0;
	for (int i=0; i<o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_GNU_RELRO)
			*(uintptr_t *)data =
				(o->dlpi_addr+o->dlpi_phdr[i].p_vaddr) & -4096;
	return 1;
}

int main(void)
{
	uintptr_t relro = 0;
	void *lazy = dlopen("libpending.so", RTLD_LAZY), *h;
	if (!check_ok(!!lazy, "dlopen(libpending.so): %s", lazy ? "" : dlerror()))
		return check_done();
	int (*f)(void) = (int (*)(void))dlsym(lazy, "pending");
	dl_iterate_phdr(find_relro, &relro);
	check_ok(relro, "no RELRO in libpending.so");
	if (check_forbid_at(SYS_mprotect, (void *)relro, ENOMEM))
		check_skip("no seccomp filter");
	h = dlopen("libprovider.so", RTLD_NOW|RTLD_GLOBAL);
	check_ok(!!h, "dlopen(libprovider.so): wanted success, got %s",
		h ? "" : dlerror());
	if (f && h) check_ok(f() == 42, "pending(): wanted 42, got %d", f());
	check_ok(check_is_sealed((void *)(uintptr_t)f) == 0,
		"libpending.so can't be protected: wanted it not sealed");
	return check_done();
}

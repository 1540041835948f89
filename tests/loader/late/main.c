/* A library's lazy relocations are resolved by a later dlopen, after which its
 * RELRO can't be protected: every mprotect fails by then. The dlopen must
 * succeed all the same, since the older library is bound to what it loaded. */

#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <sys/prctl.h>

struct insn { uint16_t code; uint8_t jt, jf; uint32_t k; };

static int forbid_mprotect(void)
{
	struct insn code[] = {
		{ 0x20, 0, 0, 0 },              /* load the number */
		{ 0x15, 0, 1, 10 },             /* mprotect: next, else skip */
		{ 0x06, 0, 0, 0x50000 | ENOMEM },
		{ 0x06, 0, 0, 0x7fff0000 },     /* allow */
	};
	struct { unsigned short n; struct insn *p; } prog = { 4, code };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		|| prctl(PR_SET_SECCOMP, 2, &prog);
}

int main(void)
{
	void *lazy = dlopen("libpending.so", RTLD_LAZY), *h;
	if (!check_ok(!!lazy, "dlopen(libpending.so): %s", lazy ? "" : dlerror()))
		return check_done();
	int (*f)(void) = (int (*)(void))dlsym(lazy, "pending");
	if (forbid_mprotect()) check_skip("no seccomp filter");
	h = dlopen("libprovider.so", RTLD_NOW|RTLD_GLOBAL);
	check_ok(!!h, "dlopen(libprovider.so): wanted success, got %s",
		h ? "" : dlerror());
	if (f && h) check_ok(f() == 42, "pending(): wanted 42, got %d", f());
	check_ok(check_is_sealed((void *)(uintptr_t)f) == 0,
		"libpending.so can't be protected: wanted it not sealed");
	return check_done();
}

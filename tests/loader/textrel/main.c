/* A library whose text has relocations. It must have become r-x again and be
 * sealed, and discarding its text, which would bring the unrelocated file
 * contents back, must be refused: the checker asks for anonymous pages and
 * tries madvise on all its read-only mappings.
 *
 * Linked to it, or (argument "dlopen") loading it. */

#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#ifdef LINKED
extern int textrel_sum(void);
#endif

int main(int argc, char **argv)
{
	int (*sum)(void) = 0;
#ifdef LINKED
	sum = textrel_sum;
#else
	void *h;
	check_all("start");
	h = dlopen("libtextrel.so", RTLD_NOW);
	if (!check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) return check_done();
	*(void **)&sum = dlsym(h, "textrel_sum");
	if (!check_ok(!!sum, "dlsym: %s", sum ? "" : dlerror()))
		return check_done();
#endif
	check_ok(sum() == 60, "textrel_sum(): wanted 60, got %d", sum());
	check_all("after relocation");
	if (check_sealing()) check_want_prot((void *)(uintptr_t)sum,
		PROT_READ|PROT_EXEC, "text");
	/* Ours, not a child's: still relocated after all the attempts. */
	if (check_sealing()) {
		size_t page = check_page_size();
		check_err(madvise((void *)((uintptr_t)sum & -page), page,
			MADV_DONTNEED), check_hard() ? 0 : EPERM,
			"discarding the text");
		check_ok(sum() == 60, "textrel_sum() after that: wanted 60, got %d",
			sum());
	}
	return check_done();
}

/* SEAL_MUTABLE data in a program, in a library that it needs and in one that it
 * opens: their pages are as the kernel mapped them and can be changed, all
 * around them is sealed as the level says. C and C++. */

#ifdef __cplusplus
extern "C" {
#endif
#include "check.h"
#include "mutable.h"
#ifdef __cplusplus
}
#endif
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/seal.h>

/* Around it in memory, wherever the linker puts what. */
static int before[2000] = { 1 };
SEAL_MUTABLE int one = 1;
static int between[2000] = { 2 };
static SEAL_MUTABLE char many[30000];
static int after[2000];

static const struct mutable_data mine = {
	__start_musl_mutable, __musl_mutable_end, &one, many, sizeof many
};

static void look(const char *who, const struct mutable_data *m)
{
	uintptr_t start = (uintptr_t)m->start, end = (uintptr_t)m->end;
	check_ok((uintptr_t)m->one >= start && (uintptr_t)(m->one+1) <= end,
		"%s: a variable that is mutable in its section", who);
	check_ok((uintptr_t)m->many >= start
		&& (uintptr_t)m->many+m->many_len <= end,
		"%s: an array that is mutable in its section", who);
	check_own_mutable(m->start, m->end-m->start);
}

static void change(const char *who, const struct mutable_data *m)
{
	uintptr_t page = check_page_size();
	size_t len = m->end-m->start;
	check_ok(!((uintptr_t)m->start % page) && !((uintptr_t)m->end % page),
		"%s: %p-%p: wanted whole pages", who, (void *)m->start,
		(void *)m->end);
	check_err(mprotect(m->start, len, PROT_READ), 0, "mprotect of mutable data");
	check_ok(check_prot(m->one) == PROT_READ, "%s: wanted r--", who);
	check_err(mprotect(m->start, len, PROT_READ|PROT_WRITE), 0,
		"mprotect of mutable data, back");
	++*m->one;
	memset(m->many, 1, m->many_len);
	int want = check_sealing();
	check_ok(check_is_sealed(m->end) == want,
		"%s: what follows: wanted %ssealed", who, want ? "" : "not ");
	/* Where the linker's pages are smaller than those that the section is
	 * for, it may leave a hole before it. */
	if (check_prot(m->start-1) > 0) check_ok(check_is_sealed(m->start-1) == want,
		"%s: what precedes: wanted %ssealed", who, want ? "" : "not ");
}

int main(void)
{
	const struct mutable_data *opened = 0;
	const char *path = getenv("MUTABLE_OPEN");
	before[1] = between[1] = after[1] = 1;
	look("program", &mine);
#ifdef WITH_LIBRARY
	look("library", library_mutable());
#endif
	if (path) {
		void *lib = dlopen(path, RTLD_NOW);
		const struct mutable_data *(*f)(void) = lib ?
			(const struct mutable_data *(*)(void))
			dlsym(lib, "library_mutable") : 0;
		if (check_ok(!!f, "dlopen: %s", f ? "" : dlerror()))
			look("opened", opened = f());
	}
	check_all("start");
	change("program", &mine);
#ifdef WITH_LIBRARY
	change("library", library_mutable());
#endif
	if (opened) change("opened", opened);
	check_maps("after");
	return check_done();
}

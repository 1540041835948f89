/* mseal_query answers as smaps shows: for each mapping, and page by page, at
 * start and after dlopen. What it can't know is what others sealed. */

#define _GNU_SOURCE
#include "check.h"
#include "internal.h"
#include "map.h"
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/seal.h>
#include <unistd.h>

/* With GNU C, a part of the data that is not sealed. */
static SEAL_MUTABLE char kept[100];

static void compare(const char *when)
{
	static struct map m[MAXMAPS];
	int sealed = 0, n = read_smaps(m, MAXMAPS);
	for (int i=0; i<n; i++) {
		int want = m[i].sealed;
		/* A kernel may seal what is its own. */
		if (strstr(m[i].name, "[v") && !strstr(m[i].name, "vdso"))
			continue;
		sealed += want;
		int got = mseal_query((void *)m[i].s, m[i].e-m[i].s);
		check_ok(got == want, "%s: %zx-%zx %s: wanted %d, got %d", when,
			m[i].s, m[i].e, m[i].name, want, got);
		for (uintptr_t p=m[i].s; p<m[i].e && p-m[i].s < 64*pagesz;
		    p+=pagesz) {
			got = mseal_query((char *)p+1, 2);
			check_ok(got == want, "%s: page %zx %s: wanted %d, got"
				" %d", when, p, m[i].name, want, got);
		}
	}
	check_ok(!!sealed == check_sealing(), "%s: %d mappings are sealed",
		when, sealed);
}

static void fails(const void *p, size_t len)
{
	errno = 0;
	int r = mseal_query(p, len);
	check_ok(r == -1 && errno == EINVAL, "%p, %zx: wanted -1, EINVAL, got "
		"%d, %d", p, len, r, errno);
}

/* The kernel refused seals for a reason of its own. A static program knows that
 * it got none. */
static void refused(void)
{
	int r = mseal_query((void *)compare, 1);
	check_ok((r == -1 && errno == ENODATA) || !r, "refused: wanted "
		"-1, ENODATA, or 0, got %d, %d", r, errno);
}

int main(int argc, char **argv)
{
	check_settings();
	if (argc > 1 && !strcmp(argv[1], "refused")) {
		refused();
		return check_done();
	}
	compare("start");
	fails(kept, 0);
	fails(kept, -1);
	fails((void *)-1, 1);
	check_ok(!mseal_query(kept, sizeof kept), "mutable data is immutable");
	/* Part of the range is not. */
	check_ok(!mseal_query(kept-pagesz, 3*pagesz), "a range with mutable "
		"data is immutable");
	/* The program's own seal is no record of libc's. */
	char *own = mmap(0, pagesz, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1,
		0);
	if (dlopen("libopened.so", RTLD_NOW)) compare("dlopen");
	mseal(own, pagesz, 0);
	check_ok(!mseal_query(own, pagesz), "libc knows the program's seal");
	return check_done();
}

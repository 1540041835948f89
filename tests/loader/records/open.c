/* A program that uses dlopen: its loader's records are read-only between calls,
 * and a dlopen that fails leaves no trace in them. */

#include "check.h"
#include "walk.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

static void between(const char *when)
{
	if (!check_sealing()) return;
	records_are(when, PROT_READ, 0);
	/* The program's handles are its own. */
	check_ok(!records_pointers(), "%s: wanted no pointer to a record in "
		"writable memory, got %d", when, records_pointers());
}

/* Called by the constructor and the destructor of libcalls.so. */
void in_library(const char *when)
{
	between(when);
}

static void failures(const char *lib, int mode)
{
	size_t records, mapped;
	char *brk;
	int i;
	/* What the first one learns of the search path it may keep. */
	check_ok(!dlopen(lib, mode), "dlopen(%s): wanted a failure", lib);
	dlerror();
	records = records_checksum();
	mapped = check_mapped_bytes();
	brk = sbrk(0);
	for (i=0; i<2500 && !dlopen(lib, mode); i++) dlerror();
	check_ok(i == 2500, "dlopen(%s): failed %d times of 2500", lib, i);
	if (check_sealing()) check_ok(records_checksum() == records,
		"%s: the loader's records are not as they were", lib);
	check_ok(check_mapped_bytes() == mapped && sbrk(0) == brk, "%s: mapped "
		"bytes: wanted %zu, got %zu; break moved by %td", lib, mapped,
		check_mapped_bytes(), (char *)sbrk(0)-brk);
}

int main(void)
{
	between("main");
	void *h = dlopen("libcalls.so", RTLD_NOW);
	check_ok(!!h, "dlopen(libcalls.so): %s", h ? "" : dlerror());
	between("after dlopen");
	check_ok(dlopen("libcalls.so", RTLD_NOW) == h, "a second handle");
	failures("libgone.so", RTLD_NOW);
	failures("libnosymbol.so", RTLD_NOW);
	failures("libneedscut.so", RTLD_NOW);
	/* After its table of lazy relocations was made. */
	failures("libnodata.so", RTLD_LAZY);
	between("after failures");
	check_all("end");
	return check_done();
}

/* Data full of pointers, more than a library's is read along with its RELRO:
 * all of it relocated, and of the pages that relocation did not write none
 * copied. */

#include "check.h"
#include "table.h"
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

extern struct table *pointers_library(char **target);

static char target;
static struct table table __attribute__((aligned(4096))) = TABLE(&target);

/* How many pages from P to END are the process's own copies; -1 if the kernel
 * does not tell (Documentation/admin-guide/mm/pagemap.rst: bit 63 is presence, 61
 * a page of a file), or may be asked at addresses that are an emulator's. */
static long copied(const char *p, const char *end)
{
	size_t page = check_page_size();
	long n = 0;
	uintptr_t at = ((uintptr_t)p+page-1) & -page;
	if (getenv("CHECK_PROBE")) return -1;
	int fd = open("/proc/self/pagemap", O_RDONLY|O_CLOEXEC);
	if (fd < 0) return -1;
	for (; at+page <= (uintptr_t)end; at+=page) {
		uint64_t entry;
		if (pread(fd, &entry, sizeof entry, (off_t)(at/page*sizeof entry))
		    != sizeof entry) {
			close(fd);
			return -1;
		}
		if ((entry>>63 & 1) && !(entry>>61 & 1)) n++;
	}
	close(fd);
	return n;
}

static void check_copied(struct table *t, const char *whose)
{
	long n = copied(t->bytes, t->bytes+sizeof t->bytes);
	if (n < 0) return;
	check_ok(!n, "%s: %ld pages copied that nobody wrote", whose, n);
	n = copied(t->end, t->end+sizeof t->end);
	check_ok(!n, "%s: %ld pages copied at the end", whose, n);
	n = copied((char *)t->more, (char *)(t->more+POINTERS));
	check_ok(n > 0, "%s: relocated and still the file's", whose);
	if (check_page_size() > sizeof t->gap) return;
	n = copied(t->gap, t->gap+sizeof t->gap);
	check_ok(!n, "%s: the gap is copied", whose);
}

static void check_table(struct table *t, char *want, const char *whose)
{
	size_t i;
	int wrong = 0;
	for (i=0; i<POINTERS; i++) wrong += (t->many[i] != want) + (t->more[i] != want);
	check_ok(!wrong, "%s: %d wrong pointers", whose, wrong);
	check_ok(t->one == want, "%s: the last pointer is wrong", whose);
	for (i=0; i<sizeof t->bytes; i++) wrong += t->bytes[i] != 7;
	check_ok(!wrong && t->gap[0] == 5 && !t->gap[4095] && t->end[sizeof t->end-1] == 9,
		"%s: wrong contents", whose);
}

int main(void)
{
	char *theirs;
	struct table *library = pointers_library(&theirs);
	if (check_sealing()) {
		check_copied(&table, "program");
		check_copied(library, "library");
	}
	check_table(&table, &target, "program");
	check_table(library, theirs, "library");
	check_all("start");
	check_table(&table, &target, "program");
	check_table(library, theirs, "library");
	return check_done();
}

/* No block that malloc returns lies on a sealed page: the protection of each of
 * the first ten thousand can be changed. No free here: a static program without
 * it has another malloc. */

#include "heap.h"
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define BLOCKS 10000

static int sealed;

static void try(int i, char *p, size_t n)
{
	uintptr_t page = sysconf(_SC_PAGESIZE), start = (uintptr_t)p & -page;
	memset(p, 1, n);
	if (!mprotect((void *)start, (uintptr_t)p+n-start, PROT_READ|PROT_WRITE))
		return;
	if (!sealed++) printf("block %d, %zu bytes at %p: wanted a page that is"
		" not sealed, got %s\n", i, n, (void *)p, strerror(errno));
}

int main(void)
{
	static const size_t sizes[] = { 64, 64, 1, 24, 100, 200, 333, 500, 750,
		1000, 1500, 2000, 3000, 5000, 16, 20000 };
	int i;
	if (&heap_first) try(-1, heap_first, HEAP_FIRST);
	for (i=0; i<BLOCKS; i++) {
		size_t n = i%1000 == 999 ? 300000
			: sizes[i%(sizeof sizes/sizeof *sizes)];
		char *p = malloc(n);
		if (!p) {
			printf("block %d, %zu bytes: no memory\n", i, n);
			return 1;
		}
		try(i, p, n);
	}
	printf("check: of %d blocks %d sealed\n", i, sealed);
	return !!sealed;
}

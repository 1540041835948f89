/* Text is remapped, in order to lie on large pages: mmap in its place. */
#define _GNU_SOURCE
#include "refused.h"
#include <string.h>
#include <sys/mman.h>

int main(void)
{
	int (*volatile f)(void) = one;
	static char copy[PAGE];
	char *text = PAGE_OF(one);
	memcpy(copy, text, PAGE);
	if (mmap(text, PAGE, PROT_READ|PROT_WRITE,
	    MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0) == MAP_FAILED)
		return refused("mmap", text, PAGE, "rw-", "text");
	memcpy(text, copy, PAGE);
	if (mprotect(text, PAGE, PROT_READ|PROT_EXEC)) return 2;
	__builtin___clear_cache(text, text+PAGE);
	return f() != 1;
}

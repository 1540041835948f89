/* The same with a copy that is made elsewhere and moved into place. */
#define _GNU_SOURCE
#include "refused.h"
#include <string.h>
#include <sys/mman.h>

int main(void)
{
	int (*volatile f)(void) = one;
	char *text = PAGE_OF(one);
	char *copy = mmap(0, PAGE, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (copy == MAP_FAILED) return 3;
	memcpy(copy, text, PAGE);
	if (mprotect(copy, PAGE, PROT_READ|PROT_EXEC)) return 2;
	if (mremap(copy, PAGE, PAGE, MREMAP_MAYMOVE|MREMAP_FIXED, text)
	    == MAP_FAILED)
		return refused("mremap", text, PAGE, 0, "text");
	__builtin___clear_cache(text, text+PAGE);
	return f() != 1;
}

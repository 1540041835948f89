/* An inline hook: a function is overwritten by another. */
#include "refused.h"
#include <string.h>
#include <sys/mman.h>

int main(void)
{
	int (*volatile f)(void) = one;
	if (mprotect(PAGE_OF(one), PAGE, PROT_READ|PROT_WRITE|PROT_EXEC))
		return refused("mprotect", PAGE_OF(one), PAGE, "rwx", "text");
	memcpy((void *)one, (void *)two, CODE);
	if (mprotect(PAGE_OF(one), PAGE, PROT_READ|PROT_EXEC)) return 2;
	__builtin___clear_cache((char *)one, (char *)one+CODE);
	return f() != 2;
}

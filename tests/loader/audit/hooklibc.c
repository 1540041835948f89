/* A function of libc is overwritten. */
#include "refused.h"
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int main(void)
{
	char *f = (char *)getppid;
	if (mprotect(PAGE_OF(f), PAGE, PROT_READ|PROT_WRITE|PROT_EXEC))
		return refused("mprotect", PAGE_OF(f), PAGE, "rwx", "text");
	memcpy(f, (void *)two, CODE);
	__builtin___clear_cache(f, f+CODE);
	return getppid() != 2;
}

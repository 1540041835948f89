/* The same by syscall(), as those do who want no libc in their way. */
#define _GNU_SOURCE
#include "refused.h"
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(void)
{
	int (*volatile f)(void) = one;
	if (syscall(SYS_mprotect, PAGE_OF(one), PAGE, PROT_READ|PROT_WRITE))
		return refused("mprotect", PAGE_OF(one), PAGE, "rw-", "text");
	memcpy((void *)one, (void *)two, CODE);
	if (syscall(SYS_mprotect, PAGE_OF(one), PAGE, PROT_READ|PROT_EXEC))
		return 2;
	__builtin___clear_cache((char *)one, (char *)one+CODE);
	return f() != 2;
}

/* A table of functions that becomes final a little later than RELRO. */
#include "refused.h"
#include <sys/mman.h>

typedef int (*function)(void);
static const function table[PAGE/sizeof(function)]
	__attribute__((__aligned__(PAGE))) = { one };

int main(void)
{
	const volatile function *t = table;
	if (mprotect((void *)table, PAGE, PROT_READ|PROT_WRITE))
		return refused("mprotect", table, PAGE, "rw-", "relro");
	*(function *)t = two;
	if (mprotect((void *)table, PAGE, PROT_READ)) return 2;
	return t[0]() != 2;
}

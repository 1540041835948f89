/* A constant that is written once, at start: .NET has one. */
#include "refused.h"
#include <sys/mman.h>

const unsigned cookie[PAGE/sizeof(unsigned)]
	__attribute__((__aligned__(PAGE))) = { 1 };

int main(void)
{
	volatile unsigned *c = (unsigned *)cookie;
	if (mprotect((void *)cookie, PAGE, PROT_READ|PROT_WRITE))
		return refused("mprotect", cookie, PAGE, "rw-", "rodata");
	*c = 2;
	if (mprotect((void *)cookie, PAGE, PROT_READ)) return 2;
	return *c != 2;
}

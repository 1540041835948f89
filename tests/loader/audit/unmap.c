/* Code that runs once is unmapped. */
#include "refused.h"
#include <sys/mman.h>

int main(void)
{
	int (*volatile f)(void) = one;
	int r = f();
	if (munmap(PAGE_OF(one), PAGE))
		return refused("munmap", PAGE_OF(one), PAGE, 0, "text");
	return r != 1;
}

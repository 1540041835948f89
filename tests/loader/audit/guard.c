/* A guard page below a static stack, for coroutines. */
#include "refused.h"
#include <sys/mman.h>

static char stack[16*PAGE] __attribute__((__aligned__(PAGE)));

int main(void)
{
	if (mprotect(stack, PAGE, PROT_NONE))
		return refused("mprotect", stack, PAGE, "---", "data");
	stack[PAGE] = 1;
	return 0;
}

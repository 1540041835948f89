/* Is run with agent.c as LD_PRELOAD. */
#include "refused.h"

int main(void)
{
	int (*volatile f)(void) = one;
	return f() != 2;
}

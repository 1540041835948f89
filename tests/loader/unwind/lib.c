#include <stddef.h>

/* A frame of a library between two of the program. */
int through(int (*f)(void *), void *arg)
{
	return f(arg) + 1;
}

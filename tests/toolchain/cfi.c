/* With an argument, an indirect call of a function of another type, at which
 * CFI ends the program. */
#include <stdint.h>
#include <stdio.h>

static int right(int n) { return n + 1; }
static long wrong(long n, long m) { return n * m; }
int (*volatile called)(int) = right;

int main(int argc, char **argv)
{
	(void)argv;
	if (argc > 1) called = (int (*)(int))(void *)(uintptr_t)wrong;
	printf("right %d\n", called(41));
	return 0;
}

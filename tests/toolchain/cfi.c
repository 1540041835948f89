/* A program, or with LIBRARY the library of main.c, that calls a function by a
 * pointer. With ATTACK in the environment the function is of another type, at
 * which CFI ends the program. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

__attribute__((visibility("default"))) int next(int);

static int right(int n) { return n + 1; }
static long wrong(long n, long m) { return n * m; }
int (*volatile called)(int) = right;

int next(int n)
{
	if (getenv("ATTACK")) called = (int (*)(int))(void *)(uintptr_t)wrong;
	return called(n);
}

#ifndef LIBRARY
int main(void)
{
	printf("right %d\n", next(41));
	return 0;
}
#endif

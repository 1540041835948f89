/* A library that the program does not mean to call: to the attacker's mind. */
#include <stdio.h>
#include <unistd.h>
int others(void) { return 0; }
int run(void)
{
	if (write(1, "CONTROL\n", 8) < 0) _exit(99);
	_exit(42);
}

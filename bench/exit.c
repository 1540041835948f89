/*
 * exit: what does it cost to end a program?
 *
 * Writes on descriptor 3, as the last thing before exit_group, a struct timespec with the time. From then on
 * it is the kernel that works: it takes down the mappings, and tells the process that waits.
 */
#define _GNU_SOURCE
#include <time.h>
#include <unistd.h>

int main(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	/* nobody may be there to read it */
	if (write(3, &t, sizeof t)) {}
	_exit(0);
}

/*
 * dl: what does it cost to load libraries into a running program?
 *
 *	dl FILE ...
 *
 * Opens each in turn with dlopen and writes, on descriptor 3, the nanoseconds that all of it took: as time
 * passed, and as the processor's time. What the process did before main is not in it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <time.h>

static long long nanoseconds(clockid_t clock)
{
	struct timespec t;
	clock_gettime(clock, &t);
	return t.tv_sec*1000000000LL + t.tv_nsec;
}

int main(int argc, char **argv)
{
	long long passed, used;
	(void)argc;
	passed = nanoseconds(CLOCK_MONOTONIC);
	used = nanoseconds(CLOCK_PROCESS_CPUTIME_ID);
	for (char **file=argv+1; *file; file++) if (!dlopen(*file, RTLD_NOW)) {
		fprintf(stderr, "dl: %s\n", dlerror());
		return 1;
	}
	used = nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - used;
	passed = nanoseconds(CLOCK_MONOTONIC) - passed;
	/* nobody may be there to read it */
	dprintf(3, "%lld %lld\n", passed, used);
	return 0;
}

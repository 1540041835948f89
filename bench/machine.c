/*
 * machine: what does this machine take for the things that a start consists of?
 *
 * Writes a line for each, with a tab between name and nanoseconds: the median of many samples, each of
 * which is the mean of a few in a row, so that reading the clock doesn't count. The last line says whether
 * there are protection keys: the number of them that a process can get, 0 for none.
 *
 *	call		getppid, the smallest of system calls
 *	fault		the first write to an anonymous page, which the kernel has to get and clear
 *	mprotect	of one page of a mapping, to read-only and back: it splits the mapping, and joins it again
 *	map		mmap and munmap, together, of an anonymous page that is not touched
 */
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define SAMPLES 501
#define EACH 64

static size_t page;

static void die(const char *what)
{
	perror(what);
	exit(2);
}

static char *map(size_t pages)
{
	char *p = mmap(0, pages*page, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (p==MAP_FAILED) die("machine: mmap");
	return p;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec*1e9 + t.tv_nsec;
}

/* Each returns the nanoseconds that EACH of the operation took. */

static double call(void)
{
	double start = now();
	for (int i=0; i<EACH; i++) syscall(SYS_getppid);
	return now()-start;
}

static double fault(void)
{
	/* no huge pages: one of these would be a single fault */
	char *p = map(EACH);
	double start, took;
	madvise(p, EACH*page, MADV_NOHUGEPAGE);
	start = now();
	for (int i=0; i<EACH; i++) *(volatile char *)(p+i*page) = 1;
	took = now()-start;
	munmap(p, EACH*page);
	return took;
}

static double protect(void)
{
	char *p = map(3);
	double start, took;
	for (int i=0; i<3; i++) p[i*page] = 1;
	start = now();
	for (int i=0; i<EACH/2; i++)
		if (mprotect(p+page, page, PROT_READ) || mprotect(p+page, page, PROT_READ|PROT_WRITE))
			die("machine: mprotect");
	took = now()-start;
	munmap(p, 3*page);
	return took;
}

static double map_and_unmap(void)
{
	double start = now();
	for (int i=0; i<EACH; i++) munmap(map(1), page);
	return now()-start;
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x>y) - (x<y);
}

static void measure(const char *name, double (*operation)(void))
{
	double took[SAMPLES];
	for (int i=0; i<SAMPLES; i++) took[i] = operation()/EACH;
	qsort(took, SAMPLES, sizeof *took, order);
	printf("%s\t%.0f\n", name, took[SAMPLES/2]);
}

static int protection_keys(void)
{
	int n = 0;
#ifdef SYS_pkey_alloc
	while (syscall(SYS_pkey_alloc, 0, 0)>0) n++;
#endif
	return n;
}

int main(void)
{
	cpu_set_t here;
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof here, &here);
	page = sysconf(_SC_PAGESIZE);
	measure("call", call);
	measure("fault", fault);
	measure("mprotect", protect);
	measure("map", map_and_unmap);
	printf("keys\t%d\n", protection_keys());
	return 0;
}

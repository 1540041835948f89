/* pthread_getattr_np finds the main thread's stack by probing below it with
 * mremap, which answers EPERM instead of EFAULT or ENOMEM once the stack is
 * sealed. The kernel may seal it at exec; here the program does. */

#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static void touch(void)
{
	volatile char deep[200000];
	int i;
	for (i=sizeof deep-1; i>=0; i-=4096) deep[i] = 1;
}

static void range(uintptr_t *lo, uintptr_t *hi)
{
	unsigned long s, e;
	char line[512];
	FILE *f = fopen("/proc/self/maps", "re");
	while (f && fgets(line, sizeof line, f))
		if (strstr(line, "[stack]") && sscanf(line, "%lx-%lx", &s, &e)==2)
			*lo = s, *hi = e;
	if (f) fclose(f);
}

static void get(void **addr, size_t *size)
{
	pthread_attr_t a;
	int r = pthread_getattr_np(pthread_self(), &a);
	check_ok(!r, "pthread_getattr_np: %s", strerror(r));
	pthread_attr_getstack(&a, addr, size);
}

int main(void)
{
	void *a1, *a2;
	size_t s1, s2;
	uintptr_t lo = 0, hi = 0;
	char here;

	touch();
	get(&a1, &s1);
	range(&lo, &hi);
	check_ok((uintptr_t)&here >= (uintptr_t)a1 && &here < (char *)a1+s1,
		"not sealed: stack %p+%zx does not hold %p", a1, s1, (void *)&here);
	if (syscall(SYS_mseal, lo, hi-lo, 0)) {
		if (errno == ENOSYS) check_skip("kernel has no mseal");
		check_ok(0, "mseal of the stack: %s", strerror(errno));
		return check_done();
	}
	check_ok(check_is_sealed(&here) == 1, "the stack is not sealed");
	get(&a2, &s2);
	check_ok(a1 == a2 && s1 == s2, "stack when sealed: wanted %p+%zx as before,"
		" got %p+%zx", a1, s1, a2, s2);
	/* QEMU has an inaccessible page of its own below the stack. */
	if (getenv("CHECK_PROBE")) lo -= sysconf(_SC_PAGESIZE);
	check_ok((uintptr_t)a2 >= lo && (uintptr_t)a2+s2 <= hi, "stack %p+%zx "
		"is not within %lx-%lx", a2, s2, (long)lo, (long)hi);
	return check_done();
}

/* The test of the test: linked with -Wl,--wrap, it stands between suite or
 * differential test and a system that is right, and makes it wrong in one way,
 * which FAULT in the environment names. Each must be found. "none" must not;
 * "list" prints the names, for a runner.
 *
 * It can only lie about what a kernel refused, or seal other pages than asked:
 * enough for every kind of promise. */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int __real_mseal(void *, size_t, unsigned long);
int __real_munmap(void *, size_t);
int __real_mprotect(void *, size_t, int);
int __real_madvise(void *, size_t, int);
void *__real_mmap(void *, size_t, int, int, int, off_t);
void *__real_mremap(void *, size_t, size_t, int, ...);

static const char *const faults[] = {
	"mseal-does-nothing", "mseal-a-page-short", "mseal-a-page-more",
	"mseal-rounds-down", "mseal-skips-holes", "mseal-up-to-the-hole",
	"mseal-only-once", "mseal-ignores-flags", "mseal-holes-before-arguments",
	"munmap-says-yes", "munmap-takes-the-rest", "munmap-wrong-errno",
	"mmap-says-yes", "mmap-replaces-the-rest",
	"mremap-forgets-the-destination", "mremap-forgets-the-source",
	"mprotect-says-yes", "mprotect-allows-the-same",
	"madvise-says-yes", "madvise-refuses-writable", "madvise-refuses-harmless",
	"refuses-before-arguments", 0
};

static int fault(const char *name)
{
	static const char *f;
	if (!f) f = getenv("FAULT") ? getenv("FAULT") : "none";
	return !strcmp(f, name);
}

__attribute__((constructor)) static void list(void)
{
	const char *f = getenv("FAULT");
	if (!f || !strcmp(f, "none")) return;
	if (!strcmp(f, "list")) {
		for (int i=0; faults[i]; i++) puts(faults[i]);
		exit(0);
	}
	for (int i=0; faults[i]; i++) if (!strcmp(f, faults[i])) return;
	fprintf(stderr, "no such fault: %s\n", f);
	exit(2);
}

static size_t page_size(void)
{
	return sysconf(_SC_PAGESIZE);
}

/* Of the calls that a seal refuses, one that does nothing if there is none. */
static int sealed(void *p)
{
	void *a = (void *)((uintptr_t)p & -page_size());
	int e = errno, r = __real_mremap(a, page_size(), page_size(), 0) == MAP_FAILED
		&& errno == EPERM;
	errno = e;
	return r;
}

int __wrap_mseal(void *p, size_t n, unsigned long flags)
{
	size_t pg = page_size();
	int r;
	if (fault("mseal-ignores-flags")) flags = 0;
	if (flags || (uintptr_t)p % pg || !n || n > SIZE_MAX/2) {
		unsigned char vec[1];
		if (fault("mseal-holes-before-arguments") && n && n < SIZE_MAX/2
		    && mincore((void *)((uintptr_t)p & -pg), pg, vec))
			return errno = ENOMEM, -1;
		return __real_mseal(p, n, flags);
	}
	if (fault("mseal-does-nothing")) return 0;
	if (fault("mseal-rounds-down")) return __real_mseal(p, n & -pg, 0);
	if (fault("mseal-a-page-short") && n > pg) return __real_mseal(p, n-pg, 0);
	if (fault("mseal-only-once") && sealed(p)) return errno = EPERM, -1;
	r = __real_mseal(p, n, 0);
	if (fault("mseal-a-page-more") && !r) {
		int e = errno;
		__real_mseal(p, n+pg, 0);
		errno = e;
	}
	if (r && errno == ENOMEM) {
		int skips = fault("mseal-skips-holes");
		if (skips || fault("mseal-up-to-the-hole")) {
			for (size_t i=0; i<n && n/pg<100; i+=pg)
				if (__real_mseal((char *)p+i, pg, 0) && !skips) break;
			errno = ENOMEM;
			if (skips) return 0;
		}
	}
	return r;
}

int __wrap_munmap(void *p, size_t n)
{
	if (fault("refuses-before-arguments") && sealed(p)) return errno = EPERM, -1;
	int r = __real_munmap(p, n);
	if (!r || errno != EPERM) return r;
	if (fault("munmap-says-yes")) return 0;
	if (fault("munmap-takes-the-rest"))
		for (size_t i=0; i<n; i+=page_size()) __real_munmap((char *)p+i, 1);
	errno = fault("munmap-wrong-errno") ? EACCES : EPERM;
	return r;
}

void *__wrap_mmap(void *p, size_t n, int prot, int flags, int fd, off_t off)
{
	void *r = __real_mmap(p, n, prot, flags, fd, off);
	if (r != MAP_FAILED || errno != EPERM) return r;
	if (fault("mmap-says-yes")) return p;
	if (fault("mmap-replaces-the-rest"))
		for (size_t i=0; i<n; i+=page_size())
			__real_mmap((char *)p+i, 1, prot, flags, fd, off+i);
	errno = EPERM;
	return r;
}

void *__wrap_mremap(void *p, size_t n, size_t m, int flags, ...)
{
	void *to = 0;
	if (flags & MREMAP_FIXED) {
		va_list ap;
		va_start(ap, flags);
		to = va_arg(ap, void *);
		va_end(ap);
	}
	void *r = __real_mremap(p, n, m, flags, to);
	if (r != MAP_FAILED || errno != EPERM) return r;
	if (fault("mremap-forgets-the-destination") && to && !sealed(p)) return to;
	if (fault("mremap-forgets-the-source") && sealed(p)) return to ? to : p;
	errno = EPERM;
	return r;
}

int __wrap_mprotect(void *p, size_t n, int prot)
{
	int r = __real_mprotect(p, n, prot), e = errno;
	if (!r || e != EPERM) return r;
	/* One page to what it may be already is how both tests look for a seal;
	 * they must find that out as well. */
	if (fault("mprotect-says-yes") && n > page_size()) return 0;
	if (fault("mprotect-allows-the-same") && n <= page_size()) return 0;
	errno = e;
	return r;
}

int __wrap_madvise(void *p, size_t n, int advice)
{
	int harmless = advice == MADV_NORMAL || advice == MADV_DONTDUMP
		|| advice == MADV_DOFORK;
	if (n && fault("madvise-refuses-harmless") && harmless && sealed(p))
		return errno = EPERM, -1;
	if (n && fault("madvise-refuses-writable") && !harmless && sealed(p)
	    && !((uintptr_t)p % page_size()) && advice < 100)
		return errno = EPERM, -1;
	int r = __real_madvise(p, n, advice);
	if (r && errno == EPERM && fault("madvise-says-yes")) return 0;
	return r;
}

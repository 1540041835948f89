/* What the kernel tests share. They are linked statically and run as they are in
 * a VM whose only other program is the one that starts them, or on any other kernel.
 *
 * A check prints one line, with what was wanted and what it got where they differ.
 * A program ends with 0 if each check passed, 1 if one failed, 77 if it could
 * check nothing here. */
#ifndef T_H
#define T_H

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SYS_MSEAL 462
#define PR_SEAL_EXEC 0x5345414c
#define PR_SEAL_EXEC_GET 0
#define PR_SEAL_EXEC_SET 1
#define PR_SEAL_EXEC_EXEMPT 2
#define PAGE 4096UL

static int failures, checks;

__attribute__((unused))
static void skip_all(const char *why)
{
	printf("SKIP %s\n", why);
	exit(77);
}

__attribute__((unused))
static int finish(void)
{
	return !checks ? 77 : failures ? 1 : 0;
}

static void check(int ok, const char *what, const char *f, ...)
{
	va_list ap;

	checks++;
	if (ok) {
		printf("PASS %s\n", what);
		return;
	}
	failures++;
	printf("FAIL %s: ", what);
	va_start(ap, f);
	vprintf(f, ap);
	va_end(ap);
	printf("\n");
}

/* A system call's result against what was wanted: 0 for any success, or an errno. */
__attribute__((unused))
static void want(const char *what, long ret, int err)
{
	int got = ret == -1 ? errno : 0;

	check(got == err, what, "wanted %s, got %s",
		err ? strerror(err) : "success", got ? strerror(got) : "success");
}

/* A value against what was wanted. */
__attribute__((unused))
static void same(const char *what, unsigned long got, unsigned long wanted)
{
	check(got == wanted, what, "wanted %#lx, got %#lx", wanted, got);
}

static sigjmp_buf fault;

__attribute__((unused))
static void on_fault(int sig)
{
	siglongjmp(fault, sig);
}

/* 1 if P can be read, 0 if that is answered with SIG. */
__attribute__((unused))
static int readable(volatile char *p, int sig)
{
	char c;

	signal(sig, on_fault);
	if (sigsetjmp(fault, 1)) return 0;
	c = p[0];
	(void)c;
	return 1;
}

static long xmseal(void *p, size_t n, unsigned long flags)
{
	return syscall(SYS_MSEAL, p, n, flags);
}

__attribute__((unused))
static void seal(void *p, size_t n)
{
	if (xmseal(p, n, 0)) {
		if (errno == ENOSYS) skip_all("this kernel has no mseal");
		perror("mseal");
		exit(1);
	}
}

static char *pages(size_t n, int prot)
{
	char *p = mmap(0, n * PAGE, prot, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED) {
		perror("mmap");
		exit(1);
	}
	return p;
}

/* N pages with a hole before and after, so that nothing merges with neighbours. */
__attribute__((unused))
static char *island(size_t n, int prot)
{
	char *p = pages(n + 2, prot);

	munmap(p, PAGE);
	munmap(p + (n + 1) * PAGE, PAGE);
	return p + PAGE;
}

/* One line of /proc/self/maps and its flags from smaps. */
struct map {
	unsigned long start, end;
	char prot[5];
	int sealed;
	char flags[260];
	char name[256];
};

/* The mapping at an address; start and end are 0 if there is none. */
__attribute__((unused))
static struct map map_at(const void *addr)
{
	struct map m, none = { 0 };
	unsigned long a = (unsigned long)addr;
	char line[1024];
	int in = 0;
	FILE *f = fopen("/proc/self/smaps", "r");

	if (!f) {
		perror("/proc/self/smaps");
		exit(1);
	}
	while (fgets(line, sizeof line, f)) {
		struct map n = { 0 };
		if (sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &n.start, &n.end, n.prot, n.name) >= 3) {
			in = a >= n.start && a < n.end;
			if (in) m = n;
		} else if (in && !strncmp(line, "VmFlags:", 8)) {
			line[strcspn(line, "\n")] = 0;
			snprintf(m.flags, sizeof m.flags, "%.255s ", line + 8);
			m.sealed = !!strstr(m.flags, " sl");
			fclose(f);
			return m;
		}
	}
	fclose(f);
	return none;
}

__attribute__((unused))
static int is_sealed(const void *addr)
{
	return map_at(addr).sealed;
}

/* Write to a file in /proc/sys; 0 if it isn't there or may not be written. */
__attribute__((unused))
static int set_sysctl(const char *name, const char *value)
{
	char path[256];
	int fd, ok;

	snprintf(path, sizeof path, "/proc/sys/%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0) return 0;
	ok = write(fd, value, strlen(value)) == (ssize_t)strlen(value);
	close(fd);
	return ok;
}

/* A file of N pages, each filled with 'f'. */
__attribute__((unused))
static int file_of(size_t n)
{
	char buf[PAGE];
	int fd = memfd_create("file", 0);

	memset(buf, 'f', sizeof buf);
	while (fd >= 0 && n--)
		if (write(fd, buf, sizeof buf) != sizeof buf) fd = -1;
	if (fd < 0) {
		perror("memfd_create");
		exit(1);
	}
	return fd;
}

#endif

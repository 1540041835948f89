/* What sealmap --audit looks at: a program that changes its own memory in the
 * ways that its arguments name. Ends with 0 if all was done, else with the
 * number of the first argument that was not.
 *
 *	CALL PART	in the main thread
 *	+CALL PART	in another thread
 *	/CALL PART	in a child
 *
 * On x86-64 the calls do not go through libc. */

#define _GNU_SOURCE
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Larger than any page, so that each array has pages of its own. */
#define SIZE (4*65536)
#define ALONE __attribute__((aligned(65536)))
ALONE char data[SIZE] = { 1 };
ALONE const char rodata[SIZE] = { 1 };
ALONE char bss[SIZE];

__attribute__((section(".text.code"), used, aligned(65536)))
static void code(void)
{
	__asm__ volatile (".skip 131072");
}

static long call(long nr, uintptr_t a, long b, long c, long d, long e)
{
#ifdef __x86_64__
	long ret;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = 0;
	__asm__ volatile ("syscall" : "=a"(ret) : "a"(nr), "D"(a), "S"(b),
		"d"(c), "r"(r10), "r"(r8), "r"(r9) : "rcx", "r11", "memory");
	return ret;
#else
	return syscall(nr, a, b, c, d, e, 0);
#endif
}

static uintptr_t place(const char *part)
{
	uintptr_t page = sysconf(_SC_PAGESIZE), at;
	at = !strcmp(part, "text") ? (uintptr_t)code
		: !strcmp(part, "rodata") ? (uintptr_t)rodata
		: !strcmp(part, "bss") ? (uintptr_t)bss
		: !strcmp(part, "libc") ? (uintptr_t)puts
		: !strcmp(part, "own") ? (uintptr_t)mmap(0, 65536, PROT_READ,
			MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) : (uintptr_t)data;
	if (!strcmp(part, "own"))
		call(SYS_pidfd_send_signal-424+462, at, page, 0, 0, 0);
	return at & -page;
}

static void *change(void *arg)
{
	const char *what = arg, *part = strchr(what, ' ')+1;
	long n = sysconf(_SC_PAGESIZE), r = -1;
	uintptr_t at = place(part);
	int keep = !strcmp(part, "text") || !strcmp(part, "libc")
		? PROT_EXEC : 0;
	if (!strncmp(what, "mprotect", 8))
		r = call(SYS_mprotect, at, n, PROT_READ|PROT_WRITE|keep, 0, 0);
	else if (!strncmp(what, "munmap", 6))
		r = call(SYS_munmap, at, n, 0, 0, 0);
	else if (!strncmp(what, "mremap", 6))
		r = call(SYS_mremap, at, n, n, MREMAP_MAYMOVE|MREMAP_FIXED,
			(uintptr_t)mmap(0, n, PROT_READ,
			MAP_PRIVATE|MAP_ANONYMOUS, -1, 0));
	else if (!strncmp(what, "onto", 4))
		r = call(SYS_mremap, (uintptr_t)mmap(0, n, PROT_READ,
			MAP_PRIVATE|MAP_ANONYMOUS, -1, 0), n, n,
			MREMAP_MAYMOVE|MREMAP_FIXED, at);
	else if (!strncmp(what, "mmap", 4))
		r = call(SYS_mmap, at, n, PROT_READ|PROT_WRITE,
			MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1);
	else if (!strncmp(what, "madvise", 7))
		r = call(SYS_madvise, at, n, MADV_DONTNEED, 0, 0);
	/* ENOMEM, and not because of a seal */
	else if (!strncmp(what, "other", 5))
		r = call(SYS_mprotect, 0, n, PROT_READ, 0, 0);
	return (void *)(intptr_t)(r < 0 && r > -4096);
}

int main(int argc, char **argv)
{
	for (int i=1; i<argc; i++) {
		void *bad = 0;
		pthread_t t;
		int st = 0;
		pid_t pid;
		if (*argv[i] == '+') {
			pthread_create(&t, 0, change, argv[i]+1);
			pthread_join(t, &bad);
		} else if (*argv[i] == '/') {
			if (!(pid = fork())) _exit(!!change(argv[i]+1));
			waitpid(pid, &st, 0);
		} else {
			bad = change(argv[i]);
		}
		if (bad || st) return i;
	}
	return 0;
}

/* What system calls that change mappings cost where nothing is sealed, and what mseal costs.
 *
 * Under QEMU's -icount shift=0 the time-stamp counter counts the guest's instructions, so the
 * smallest of many runs is the same each time. Elsewhere the numbers are cycles, and noisy. */
#include "t.h"
#include <x86intrin.h>

#define RUNS 200

static void report(const char *name, unsigned long long least)
{
	printf("COST %s %llu\n", name, least);
}

#define COST(name, runs, prepare, what) do { \
	unsigned long long least = -1, t; \
	for (int i = 0; i < (runs); i++) { \
		prepare; \
		t = __rdtsc(); \
		what; \
		t = __rdtsc() - t; \
		if (t < least) least = t; \
	} \
	report(name, least); \
} while (0)

static void run_child(char **argv)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		execv(argv[0], (char *[]){ argv[0], "child", 0 });
		_exit(1);
	}
	waitpid(pid, &status, 0);
}

int main(int argc, char **argv)
{
	char *p = island(16, PROT_READ|PROT_WRITE), *q, *brk0;
	static const size_t counts[] = { 1, 10, 100, 1000 };

	if (argc > 1) return 0;
	memset(p, 1, 16*PAGE);

	COST("getpid", RUNS, , syscall(SYS_getpid));
	COST("mmap+munmap", RUNS, ,
		q = mmap(0, PAGE, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0); munmap(q, PAGE));
	q = p + 4*PAGE;
	COST("mmap(MAP_FIXED)", RUNS, ,
		mmap(q, PAGE, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0));
	COST("mprotect", RUNS, mprotect(p, 16*PAGE, PROT_READ|PROT_WRITE), mprotect(p, 16*PAGE, PROT_READ));
	mprotect(p, 16*PAGE, PROT_READ|PROT_WRITE);
	COST("mprotect,split", RUNS, mprotect(p, 16*PAGE, PROT_READ|PROT_WRITE), mprotect(q, PAGE, PROT_READ));
	mprotect(p, 16*PAGE, PROT_READ|PROT_WRITE);
	COST("madvise(MADV_DONTNEED)", RUNS, *q = 1, madvise(q, PAGE, MADV_DONTNEED));
	COST("madvise(MADV_NORMAL)", RUNS, , madvise(q, PAGE, MADV_NORMAL));
	COST("mremap,shrink+grow", RUNS, ,
		mremap(p, 16*PAGE, 15*PAGE, 0); mremap(p, 15*PAGE, 16*PAGE, 0));
	brk0 = (char *)syscall(SYS_brk, 0);
	COST("brk,grow+shrink", RUNS, , syscall(SYS_brk, brk0 + 4*PAGE); syscall(SYS_brk, brk0));
	COST("fork+exec+wait", 20, , run_child(argv));

	/* mappings that don't merge: every other one has another protection */
	for (size_t i = 0; i < 4; i++) {
		size_t n = counts[i];
		unsigned long long least = -1, t;
		char name[40];
		for (int run = 0; run < 5; run++) {
			q = island(n, PROT_READ|PROT_WRITE);
			for (size_t j = 0; j < n; j += 2) mprotect(q + j*PAGE, PAGE, PROT_READ);
			t = __rdtsc();
			if (xmseal(q, n*PAGE, 0)) return 0;
			t = __rdtsc() - t;
			if (t < least) least = t;
		}
		snprintf(name, sizeof name, "mseal,%zu", n);
		report(name, least);
	}
	return 0;
}

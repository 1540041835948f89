/* prctl(PR_SEAL_EXEC) and vm.seal_exec: what execve() maps is sealed. Who may set
 * it is in exec-priv.c.
 *
 * "exec-seal run PROGRAM [ARGUMENT...]" runs a program that way. "exec-seal
 * at-boot" is for a kernel that was started with seal_exec=1. */
#include "t.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

static int data = 1;
static const int rodata = 1;

/* More than the stack has at first, page by page */
static int __attribute__((noinline)) deep(int n)
{
	volatile char a[PAGE];

	a[0] = n;
	return n ? deep(n - 1) + a[0] : 0;
}

/* SealExec in /proc/self/status, or -1 */
static int in_status(void)
{
	char line[256];
	FILE *f = fopen("/proc/self/status", "r");
	int n = -1;

	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "SealExec: %d", &n) == 1) break;
	if (f) fclose(f);
	return n;
}

/* What the program finds that was executed */
static int inner(int sealed, int set)
{
	unsigned long low = map_at(&low).start;

	same("text", is_sealed((void *)inner), sealed);
	same("read-only data", is_sealed(&rodata), sealed);
	same("the stack", is_sealed(&sealed), sealed);
	same("the vDSO", is_sealed((void *)getauxval(AT_SYSINFO_EHDR)), sealed);
	same("its data", is_sealed((char *)getauxval(AT_SYSINFO_EHDR) - PAGE), sealed);
	same("writable data are not sealed", is_sealed(&data), 0);
	same("nor is the heap", is_sealed(sbrk(0) - 1), 0);
	same("prctl tells", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_GET, 0, 0, 0), set);
	same("/proc/self/status tells", in_status(), set);
	if (!sealed) return finish();

	want("text can't be made writable", mprotect((void *)((uintptr_t)inner & -PAGE), PAGE, PROT_READ|PROT_WRITE), EPERM);
	want("the stack can't be made executable",
		mprotect((void *)((uintptr_t)&low & -PAGE), PAGE, PROT_READ|PROT_WRITE|PROT_EXEC), EPERM);
	deep(100);
	check(map_at(&low).start < low, "the stack grows", "it starts at %#lx as before", low);
	same("and what it grew by is sealed", is_sealed((char *)map_at(&low).start), 1);
	return finish();
}

static void child(const char *how)
{
	int status;

	fflush(stdout);
	if (!fork()) {
		execl("/proc/self/exe", "exec-seal", how, (char *)0);
		_exit(126);
	}
	wait(&status);
	check(!status, how, "it ended with %#x", status);
}

static void knob(const char *v)
{
	check(set_sysctl("vm/seal_exec", v), "setting vm.seal_exec", "%s", strerror(errno));
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 2 && !strcmp(argv[1], "run")) {
		if (prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0)) {
			perror("PR_SEAL_EXEC");
			return 1;
		}
		execv(argv[2], argv + 2);
		perror(argv[2]);
		return 126;
	}
	/* the heap, for is_sealed(sbrk(0) - 1) */
	if (sbrk(PAGE) == (void *)-1) return 1;
	if (argc > 1 && !strcmp(argv[1], "exempt")) return inner(0, PR_SEAL_EXEC_EXEMPT);
	if (argc > 1) return inner(strcmp(argv[1], "unsealed") != 0, !strcmp(argv[1], "sealed"));

	if (prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_GET, 0, 0, 0) == -1) skip_all("this kernel has no PR_SEAL_EXEC");
	child("unsealed");
	knob("1");
	child("by-sysctl");
	fflush(stdout);
	if (!fork()) {
		want("exempting a process", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_EXEMPT, 0, 0, 0), 0);
		child("exempt");
		want("setting it after that", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0), 0);
		child("sealed");
		fflush(stdout);
		_exit(finish());
	}
	wait(&status);
	same("an exempt process", status, 0);
	knob("0");
	child("unsealed");
	want("an unknown operation", prctl(PR_SEAL_EXEC, 3, 0, 0, 0), EINVAL);
	want("an argument too many", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 1, 0, 0), EINVAL);
	want("setting it", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0), 0);
	same("does nothing to who asks", is_sealed((void *)main), 0);
	child("sealed");
	want("an exemption from it", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_EXEMPT, 0, 0, 0), EPERM);
	return finish();
}

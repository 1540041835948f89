/* What a debugger does, to a program that execve() sealed: breakpoints in text, single steps,
 * reading and writing memory, breakpoints of the processor's. No gdb is needed, only what
 * gdb calls. */
#include "t.h"
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/user.h>

#define INT3 0xcc

static volatile int calls = 1;

/* Both processes run this program, at the same addresses: it is not PIE. Global, so
 * that there is one copy of it, at that address. */
int __attribute__((noinline)) target(void);
int target(void)
{
	return calls;
}

static int tracee(void)
{
	raise(SIGSTOP);
	return target();
}

static pid_t start(void)
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0);
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl("/proc/self/exe", "debugger", "tracee", (char *)0);
		_exit(126);
	}
	waitpid(pid, &status, 0);	/* at the exec */
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	same("the program stops itself", WIFSTOPPED(status) ? WSTOPSIG(status) : 0, SIGSTOP);
	return pid;
}

static unsigned long ip(pid_t pid)
{
	return ptrace(PTRACE_PEEKUSER, pid, offsetof(struct user_regs_struct, rip), 0);
}

/* Continue until it stops or ends: the signal, or 0x100 and the exit status */
static int resume(pid_t pid, int how)
{
	int status;

	ptrace(how, pid, 0, 0);
	waitpid(pid, &status, 0);
	return WIFSTOPPED(status) ? WSTOPSIG(status) : WIFEXITED(status) ? 0x100 + WEXITSTATUS(status) : -1;
}

static int sealed_text(pid_t pid)
{
	char name[64], line[512];
	unsigned long a, b;
	int in = 0, sealed = 0;
	FILE *f;

	snprintf(name, sizeof name, "/proc/%d/smaps", (int)pid);
	f = fopen(name, "r");
	while (f && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%lx-%lx ", &a, &b) == 2) in = (unsigned long)target >= a && (unsigned long)target < b;
		else if (in && !strncmp(line, "VmFlags:", 8)) sealed = !!strstr(line, " sl");
	}
	if (f) fclose(f);
	return sealed;
}

static void software_breakpoint(void)
{
	pid_t pid = start();
	long word = ptrace(PTRACE_PEEKTEXT, pid, target, 0);

	same("its text is sealed", sealed_text(pid), 1);
	want("a breakpoint is written into it", ptrace(PTRACE_POKETEXT, pid, target, (word & ~0xffL) | INT3), 0);
	same("the program runs into it", resume(pid, PTRACE_CONT), SIGTRAP);
	same("at its address", ip(pid), (unsigned long)target + 1);
	want("the text is put back", ptrace(PTRACE_POKETEXT, pid, target, word), 0);
	want("and the program counter", ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rip), target), 0);
	same("a single step", resume(pid, PTRACE_SINGLESTEP), SIGTRAP);
	check(ip(pid) > (unsigned long)target && ip(pid) <= (unsigned long)target + 15,
		"goes one instruction on", "to %#lx", ip(pid));
	want("a variable is changed", ptrace(PTRACE_POKEDATA, pid, &calls, 7L), 0);
	/* If that instruction has read it, the value shows at the next call only. */
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user_regs_struct, rip), target);
	same("and the program sees it", resume(pid, PTRACE_CONT), 0x100 + 7);
}

static void hardware_breakpoint(void)
{
	pid_t pid = start();

	want("an address for the processor's first breakpoint",
		ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]), target), 0);
	want("switched on", ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]), 1L), 0);
	same("the program runs into it", resume(pid, PTRACE_CONT), SIGTRAP);
	same("at its address", ip(pid), (unsigned long)target);
	ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]), 0L);
	same("and goes on to its end", resume(pid, PTRACE_CONT), 0x100 + 1);
}

int main(int argc, char **argv)
{
	if (argc > 1) return tracee();
	(void)argv;
	if (prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_GET, 0, 0, 0) == -1) skip_all("this kernel has no PR_SEAL_EXEC");
	software_breakpoint();
	hardware_breakpoint();
	return finish();
}

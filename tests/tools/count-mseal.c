/* count-mseal PROGRAM ARGS...: run PROGRAM and print each of its mseal calls on
 * standard error as "mseal START-END = RESULT", with " again" if a byte of it
 * was sealed by an earlier one, then "mseal calls: N", and the number of all
 * its calls as "system calls: N". The exit status is PROGRAM's. */

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <linux/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#define NR_MSEAL 462
#define MAX 1024

static struct { unsigned long long start, end; } sealed[MAX];
static unsigned nsealed;

static const char *note(unsigned long long start, unsigned long long end)
{
	const char *again = "";
	for (unsigned i=0; i<nsealed; i++)
		if (start < sealed[i].end && sealed[i].start < end)
			again = " again";
	if (nsealed == MAX) return " again: unknown, too many";
	sealed[nsealed].start = start;
	sealed[nsealed++].end = end;
	return again;
}

int main(int argc, char **argv)
{
	int status, sig = 0, inside = 0;
	unsigned n = 0, all = 0;
	unsigned long long a = 0, l = 0;
	pid_t pid;

	if (argc < 2) return 99;
	pid = fork();
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0)) {
			fprintf(stderr, "count-mseal: no ptrace: %s\n",
				strerror(errno));
			_exit(98);
		}
		raise(SIGSTOP);
		execv(argv[1], argv+1);
		_exit(99);
	}
	if (waitpid(pid, &status, 0) < 0 || WIFEXITED(status)) return 98;
	ptrace(PTRACE_SETOPTIONS, pid, 0,
		PTRACE_O_TRACESYSGOOD|PTRACE_O_EXITKILL);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, sig);
		sig = 0;
		if (waitpid(pid, &status, 0) < 0) return 98;
		if (!WIFSTOPPED(status)) break;
		if (WSTOPSIG(status) != (SIGTRAP|0x80)) {
			if (WSTOPSIG(status) != SIGTRAP) sig = WSTOPSIG(status);
			continue;
		}
		struct ptrace_syscall_info i = { 0 };
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof i, &i) <= 0) {
			fprintf(stderr,
				"count-mseal: no PTRACE_GET_SYSCALL_INFO\n");
			return 98;
		}
		if (i.op == PTRACE_SYSCALL_INFO_ENTRY) {
			all++;
			inside = i.entry.nr == NR_MSEAL;
			a = i.entry.args[0];
			l = i.entry.args[1];
		} else if (i.op == PTRACE_SYSCALL_INFO_EXIT && inside) {
			inside = 0;
			n++;
			fprintf(stderr, "mseal %08llx-%08llx = %lld%s\n",
				a, a+l, (long long)i.exit.rval,
				i.exit.rval ? "" : note(a, a+l));
		}
	}
	fprintf(stderr, "mseal calls: %u\nsystem calls: %u\n", n, all);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128+WTERMSIG(status);
}

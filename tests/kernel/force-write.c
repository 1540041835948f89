/* ptrace and /proc/pid/mem write sealed read-only memory. Against the latter,
 * there is the boot parameter proc_mem.force_override=never: seals make no
 * difference to it. "force-write never" is for a kernel that has it. */
#include "t.h"
#include <signal.h>
#include <sys/ptrace.h>

static int mem;

static long poke(char *p, char c)
{
	return pwrite(mem, &c, 1, (off_t)(uintptr_t)p) == 1 ? 0 : -1;
}

int main(int argc, char **argv)
{
	int status, never = argc > 1 && !strcmp(argv[1], "never");
	char *p = island(3, PROT_READ|PROT_WRITE);
	pid_t pid;

	memset(p, 's', 3*PAGE);
	mprotect(p, PAGE, PROT_READ);
	mprotect(p + 2*PAGE, PAGE, PROT_READ);
	seal(p, 2*PAGE);
	mem = open("/proc/self/mem", O_RDWR);

	want("/proc/self/mem writes sealed read-only memory", poke(p, '1'), never ? EIO : 0);
	same("what is there then", p[0], never ? 's' : '1');
	want("and sealed memory that can be written", poke(p + PAGE, '2'), 0);
	want("and unsealed read-only memory", poke(p + 2*PAGE, '2'), never ? EIO : 0);

	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	want("ptrace writes it", ptrace(PTRACE_POKEDATA, pid, p, 0x33333333L), 0);
	errno = 0;
	same("and reads it", ptrace(PTRACE_PEEKDATA, pid, p, 0) & 0xff, '3');
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	return finish();
}

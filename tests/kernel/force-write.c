/* ptrace and /proc/pid/mem: allowed to write sealed read-only memory, unless
 * vm.sealed_force_write is 0. */
#include "t.h"
#include <signal.h>
#include <sys/ptrace.h>

static void knob(const char *v)
{
	if (!set_sysctl("vm/sealed_force_write", v)) skip_all("no vm.sealed_force_write, or no right to set it");
}

static int mem;

static long poke(char *p, char c)
{
	return pwrite(mem, &c, 1, (off_t)(uintptr_t)p) == 1 ? 0 : -1;
}

int main(void)
{
	char *p = island(3, PROT_READ|PROT_WRITE);
	int status;
	pid_t pid;

	memset(p, 's', 3*PAGE);
	mprotect(p, PAGE, PROT_READ);
	mprotect(p + 2*PAGE, PAGE, PROT_READ);
	seal(p, 2*PAGE);
	mem = open("/proc/self/mem", O_RDWR);

	knob("1");
	want("/proc/self/mem writes sealed read-only memory", poke(p, '1'), 0);
	same("and it is written", p[0], '1');

	knob("0");
	want("with the sysctl at 0 it does not", poke(p, '2'), EIO);
	same("and nothing is written", p[0], '1');
	want("writable sealed memory can be written", poke(p + PAGE, '2'), 0);
	want("unsealed read-only memory too", poke(p + 2*PAGE, '2'), 0);

	pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		raise(SIGSTOP);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	want("ptrace can't write", ptrace(PTRACE_POKEDATA, pid, p, 0x33333333L), EIO);
	errno = 0;
	same("but read", ptrace(PTRACE_PEEKDATA, pid, p, 0) & 0xff, '1');
	knob("1");
	want("with the sysctl at 1 it writes", ptrace(PTRACE_POKEDATA, pid, p, 0x33333333L), 0);
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	return finish();
}

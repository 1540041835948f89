/* The core file of a program that execve() sealed, and that sealed memory of its own: all
 * that belongs in a core is there, the contents of sealed mappings included. */
#include "t.h"
#include <elf.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* Where a process looks for its own: found in the core by these addresses */
struct places {
	char *sealed, *stack, *text, *vdso;
};

static int crash(int fd)
{
	char marker[] = "a word on the stack";
	struct places at;

	at.sealed = island(2, PROT_READ|PROT_WRITE);
	strcpy(at.sealed, "a word in sealed memory");
	mprotect(at.sealed, 2*PAGE, PROT_READ);
	if (xmseal(at.sealed, 2*PAGE, 0)) return 1;
	at.stack = marker;
	at.text = (char *)((uintptr_t)getauxval(AT_PHDR) & -PAGE);
	at.vdso = (char *)getauxval(AT_SYSINFO_EHDR);
	if (!is_sealed(at.stack) || !is_sealed(at.text) || !is_sealed(at.vdso)) return 2;
	if (write(fd, &at, sizeof at) != sizeof at) return 3;
	abort();
}

static char *core;
static size_t core_size;

/* What the core has at an address, if it has N bytes there */
static const char *in_core(const void *addr, size_t n)
{
	Elf64_Ehdr *e = (void *)core;
	Elf64_Phdr *p = (void *)(core + e->e_phoff);
	uintptr_t a = (uintptr_t)addr;

	for (int i = 0; i < e->e_phnum; i++) {
		if (p[i].p_type != PT_LOAD || a < p[i].p_vaddr || a + n > p[i].p_vaddr + p[i].p_filesz) continue;
		if (p[i].p_offset + p[i].p_filesz > core_size) return 0;
		return core + p[i].p_offset + (a - p[i].p_vaddr);
	}
	return 0;
}

static void holds(const char *what, const void *addr, const char *text, size_t n)
{
	const char *p = in_core(addr, n);

	check(p && !memcmp(p, text, n), what, "%s", p ? "other contents" : "not in the core");
}

static int read_core(const char *name)
{
	FILE *f = fopen(name, "r");

	if (!f) return 0;
	core = malloc(64 << 20);
	core_size = fread(core, 1, 64 << 20, f);
	fclose(f);
	return core_size > sizeof(Elf64_Ehdr);
}

static void pattern(const char *s)
{
	if (!set_sysctl("kernel/core_pattern", s)) skip_all("no right to set kernel.core_pattern");
}

int main(int argc, char **argv)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	char name[64], fd[16];
	struct places at;
	int status, p[2];
	Elf64_Ehdr *e;
	pid_t pid;

	if (argc > 1) return crash(atoi(argv[1]));
	if (getppid() != 1) skip_all("where core files go is the whole system's: only as a child of init, in a VM");
	if (pipe(p)) return 1;
	pattern("/tmp/core.%p");
	pid = fork();
	if (!pid) {
		setrlimit(RLIMIT_CORE, &all);
		snprintf(fd, sizeof fd, "%d", p[1]);
		if (!prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0)) execl("/proc/self/exe", "coredump", fd, (char *)0);
		_exit(126);
	}
	close(p[1]);
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 126) skip_all("this kernel has no PR_SEAL_EXEC");
	same("the program aborts", WIFSIGNALED(status) ? WTERMSIG(status) : status, SIGABRT);
	check(WIFSIGNALED(status) && WCOREDUMP(status), "and dumps its core", "it didn't");
	if (read(p[0], &at, sizeof at) != sizeof at) return 1;
	snprintf(name, sizeof name, "/tmp/core.%d", (int)pid);
	if (!read_core(name)) {
		check(0, "the core can be read", "%s", strerror(errno));
		return finish();
	}
	e = (void *)core;
	same("it is one", e->e_type, ET_CORE);
	holds("sealed anonymous memory", at.sealed, "a word in sealed memory", 23);
	holds("the sealed stack", at.stack, "a word on the stack", 19);
	holds("the headers at the start of sealed text", at.text, ELFMAG, SELFMAG);
	holds("the sealed vDSO", at.vdso, ELFMAG, SELFMAG);
	unlink(name);
	pattern("core");
	return finish();
}

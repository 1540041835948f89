/* PR_SEAL_EXEC and a program that wants an executable stack: it isn't sealed,
 * so that the program can drop PROT_EXEC. */
#include "t.h"
#include <elf.h>
#include <sys/prctl.h>

#define COPY "/tmp/exec-stack-copy"

static int inner(void)
{
	int x;
	void *here = (void *)((uintptr_t)&x & -PAGE);

	same("text is sealed", is_sealed((void *)inner), 1);
	check(!strcmp(map_at(&x).prot, "rwxp"), "the stack is executable", "it is %s", map_at(&x).prot);
	want("dropping that", mprotect(here, PAGE, PROT_READ|PROT_WRITE|PROT_GROWSDOWN), 0);
	check(!strcmp(map_at(&x).prot, "rw-p"), "it is not executable", "it is %s", map_at(&x).prot);
	return finish();
}

/* A copy of this program whose PT_GNU_STACK asks for an executable stack */
static void install(void)
{
	static char buf[1 << 24];
	int from = open("/proc/self/exe", O_RDONLY), to = open(COPY, O_CREAT|O_TRUNC|O_WRONLY, 0700);
	ssize_t n = read(from, buf, sizeof buf);
	Elf64_Ehdr *e = (void *)buf;
	Elf64_Phdr *ph = (void *)(buf + e->e_phoff);
	int i;

	for (i = 0; i < e->e_phnum; i++)
		if (ph[i].p_type == PT_GNU_STACK) ph[i].p_flags |= PF_X;
	if (n <= 0 || write(to, buf, n) != n) skip_all("no place for a copy");
	close(from);
	close(to);
}

int main(int argc, char **argv)
{
	int status;

	if (argc > 1 && !strcmp(argv[1], "inner")) return inner();
	if (prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_GET, 0, 0, 0) == -1) skip_all("this kernel has no PR_SEAL_EXEC");
	install();
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	fflush(stdout);
	if (!fork()) {
		want("PR_SEAL_EXEC_SET", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0), 0);
		fflush(stdout);
		execl(COPY, "exec-stack", "inner", (char *)0);
		_exit(126);
	}
	wait(&status);
	same("it ended well", status, 0);
	unlink(COPY);
	return finish();
}

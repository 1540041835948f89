/* arm64: a dynamic program gets PROT_BTI on its text from its dynamic linker, so
 * execve() must not seal the text before that. For a program that is linked
 * dynamically with glibc and marked for BTI. It has a start of its own, since
 * the objects that a compiler puts there may not be made for BTI. */
#include "t.h"
#include <sys/auxv.h>
#include <sys/prctl.h>

#define HWCAP2_BTI (1 << 17)

#ifdef __aarch64__
__asm__(
	".globl _start\n"
	"_start:	bti c\n"
	"	mov x5, x0\n"		/* the dynamic linker's exit function */
	"	ldr x1, [sp]\n"
	"	add x2, sp, #8\n"
	"	mov x6, sp\n"
	"	adrp x0, main\n"
	"	add x0, x0, :lo12:main\n"
	"	mov x3, #0\n"
	"	mov x4, #0\n"
	"	bl __libc_start_main\n"
	"	bl abort\n");
#endif

static int has_bti(const void *p)
{
	return !!strstr(map_at(p).flags, " bt");
}

/* After execve(), which sealed */
static int inner(void)
{
	const char *linker = (const char *)getauxval(AT_BASE);

	same("PR_SEAL_EXEC is set", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_GET, 0, 0, 0), PR_SEAL_EXEC_SET);
	same("the dynamic linker is sealed", is_sealed(linker), 1);
	same("the program's text has PROT_BTI", has_bti((void *)inner), 1);
	same("and is left to the dynamic linker to seal", is_sealed((void *)inner), 0);
	same("the stack is sealed", is_sealed(&linker), 1);
	return finish();
}

int main(int argc, char **argv)
{
	int status;

	if (!(getauxval(AT_HWCAP2) & HWCAP2_BTI)) skip_all("no BTI");
	if (argc > 1 && !strcmp(argv[1], "inner")) return inner();
	same("without sealing, text has PROT_BTI", has_bti((void *)inner), 1);
	fflush(stdout);
	if (!fork()) {
		prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
		want("PR_SEAL_EXEC", prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0), 0);
		fflush(stdout);
		execl("/proc/self/exe", "bti", "inner", (char *)0);
		_exit(126);
	}
	wait(&status);
	same("it ended well", status, 0);
	return finish();
}

/* The program installs a filter with an answer to mseal, as the first argument
 * says, and opens a library. With a second argument it has a handler of SIGSYS
 * that leaves that errno. Prints the handler's calls, the outcome of dlopen,
 * and whether the library is sealed. */

#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>
#include <unistd.h>

static int answer;

static void handler(int sig, siginfo_t *info, void *context)
{
	static const char said[] = "SIGSYS handled\n";
	(void)sig;
	(void)info;
	if (write(1, said, sizeof said-1) < 0) _exit(9);
#ifdef __x86_64__
	ucontext_t *uc = context;
	uc->uc_mcontext.gregs[REG_RAX] = -answer;
#elif defined __aarch64__
	ucontext_t *uc = context;
	uc->uc_mcontext.regs[0] = -answer;
#endif
}

int main(int argc, char **argv)
{
	struct sigaction sa = { .sa_sigaction = handler,
		.sa_flags = SA_SIGINFO };
	int (*f)(void);
	void *h;
	if (argc < 2) return 2;
	if (argc > 2) {
		answer = atoi(argv[2]);
		sigaction(SIGSYS, &sa, 0);
	}
	if (check_answer(SYS_mseal, strtoul(argv[1], 0, 0))) return 77;
	h = dlopen("libx.so", RTLD_NOW);
	if (!h) {
		printf("dlopen: %s\n", dlerror());
		return 1;
	}
	f = (int (*)(void))dlsym(h, "x");
	printf("x() is %d, %s\n", f(), check_is_sealed((void *)(uintptr_t)f)
		? "sealed" : "not sealed");
	return 0;
}

/* A library with thread-local data, a constructor and a destructor. With JUMP
 * the constructor comes back from a signal handler by longjmp. */

#define _GNU_SOURCE
#include <setjmp.h>
#include <signal.h>
#include <unistd.h>

#define SAY(s) (void)!write(1, s, sizeof s-1)

__thread int NAME;

int *JOIN(get_, NAME)(void) { return &NAME; }

#ifdef NEEDS
int *NEEDS(void);
int *(*needed)(void) = NEEDS;
#endif

#ifdef JUMP
static sigjmp_buf jb;

static void jump(int sig)
{
	siglongjmp(jb, sig);
}

__attribute__((constructor)) static void ctor(void)
{
	struct sigaction sa = { .sa_handler = jump }, old;
	sigaction(SIGUSR2, &sa, &old);
	if (!sigsetjmp(jb, 1)) raise(SIGUSR2);
	sigaction(SIGUSR2, &old, 0);
	NAME = 7;
}
#else
__attribute__((constructor)) static void ctor(void)
{
	NAME = 7;
}
#endif

__attribute__((destructor)) static void dtor(void)
{
	SAY("destructor of " TEXT "\n");
}

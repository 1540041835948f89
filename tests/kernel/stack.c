/* A stack that execve() sealed: it grows as far as its limit and no further, and
 * pthread_getattr_np() finds it. Also linked with the fork, whose libc probes for its end. */
#include "t.h"
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

/* The attributes at the time, as libc says */
static int holds(const void *p)
{
	pthread_attr_t a;
	void *start;
	size_t size;

	if (pthread_getattr_np(pthread_self(), &a)) return 0;
	pthread_attr_getstack(&a, &start, &size);
	pthread_attr_destroy(&a);
	return (char *)p >= (char *)start && (char *)p < (char *)start + size;
}

static int __attribute__((noinline)) deep(int n)
{
	volatile char a[PAGE];

	a[0] = n;
	if (!n) {
		same("pthread_getattr_np knows what the stack grew by", holds((void *)a), 1);
		return 0;
	}
	return deep(n - 1) + a[0];
}

static void *thread(void *arg)
{
	same("a thread's stack is not sealed", is_sealed(&arg), 0);
	same("and pthread_getattr_np knows it", holds(&arg), 1);
	return 0;
}

static void overflow(void)
{
	struct rlimit r = { 256*1024, 256*1024 };
	struct rlimit none = { 0, 0 };
	int status;

	fflush(stdout);
	if (!fork()) {
		setrlimit(RLIMIT_CORE, &none);
		setrlimit(RLIMIT_STACK, &r);
		deep(1000);
		_exit(0);
	}
	wait(&status);
	same("growing beyond RLIMIT_STACK is SIGSEGV", WTERMSIG(status), SIGSEGV);
}

static int inner(void)
{
	struct map m = map_at(&m);
	pthread_t t;

	same("the stack is sealed", m.sealed, 1);
	same("pthread_getattr_np finds it", holds(&m), 1);
	same("and not more", holds((char *)m.end + PAGE), 0);
	overflow();
	deep(200);
	check(map_at(&m).start <= m.start - 100*PAGE, "it grows", "it starts at %#lx as before", m.start);
	same("and what it grew by is sealed", is_sealed((char *)map_at(&m).start), 1);
	want("none of it can be unmapped", munmap((char *)map_at(&m).start, PAGE), EPERM);
	if (pthread_create(&t, 0, thread, 0)) return 1;
	pthread_join(t, 0);
	return finish();
}

int main(int argc, char **argv)
{
	if (argc > 1) return inner();
	if (prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0)) skip_all("this kernel has no PR_SEAL_EXEC");
	execl("/proc/self/exe", argv[0], "sealed", (char *)0);
	return 126;
}

/* A seal belongs to an address space: fork copies it, exec leaves it behind,
 * threads share it. */
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include "suite.h"

#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)

/* Runs FN in a child, which has a pipe of its own to look with; what the child
 * failed of is in the message already. */
static void in_child(void (*fn)(char *), char *p)
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (pid < 0) fail("fork: %s", errno_text(errno));
	if (!pid) {
		limit_time(20);
		space_init();
		fn(p);
		_exit(0);
	}
	while (waitpid(pid, &status, 0) < 0) if (errno != EINTR)
		fail("waitpid: %s", errno_text(errno));
	if (WIFSIGNALED(status)) fail("in the child: %s", strsignal(WTERMSIG(status)));
	if (status) _exit(WEXITSTATUS(status));
}

static void child_refused(char *p)
{
	want_page("in the child, before", p, (struct seen){ 1, 1, 1, 0, 'a' });
	want_page("in the child, sealed", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	want_errno("munmap in the child", munmap(p, 3*page), EPERM);
	want_errno("mprotect in the child", mprotect(p+page, page, R), EPERM);
	want_errno("munmap beside, in the child", munmap(p, page), 0);
	p[page] = 'x';
}

static void inherited(const void *arg)
{
	char *p = fresh(3, RW);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	in_child(child_refused, p);
	want_page("before, in the parent", p, (struct seen){ 1, 1, 1, 0, 'a' });
	want_page("sealed, in the parent", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
}

static void child_grandchild(char *p)
{
	in_child(child_refused, p);
}

static void inherited_twice(const void *arg)
{
	char *p = fresh(3, RW);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	in_child(child_grandchild, p);
}

static void child_seals(char *p)
{
	want_errno("mseal in the child", mseal(p, 3*page, 0), 0);
	want_errno("munmap in the child", munmap(p, page), EPERM);
}

static void not_passed_up(const void *arg)
{
	char *p = fresh(3, RW);
	in_child(child_seals, p);
	want_page("in the parent", p, (struct seen){ 1, 1, 1, 0, 'a' });
	want_errno("munmap in the parent", munmap(p, 3*page), 0);
}

static void parent_seals_later(const void *arg)
{
	char *p = fresh(1, RW), c;
	int go[2];
	if (pipe(go)) fail("pipe: %s", errno_text(errno));
	pid_t pid = fork();
	if (!pid) {
		space_init();
		if (read(go[0], &c, 1) != 1) _exit(2);
		want_errno("munmap in the child", munmap(p, page), 0);
		_exit(0);
	}
	int status;
	want_errno("mseal in the parent", mseal(p, page, 0), 0);
	if (write(go[1], "g", 1) != 1 || waitpid(pid, &status, 0) != pid)
		fail("the child: %s", errno_text(errno));
	if (status) _exit(1);
}

static void wipe_on_fork_child(char *p)
{
	want_page("in the child", p, (struct seen){ 1, 1, 1, 1, 0 });
}

static void wipe_on_fork(const void *arg)
{
	char *p = fresh(1, RW);
	int status = 0;
	if (madvise(p, page, MADV_WIPEONFORK))
		skip("not here, sealed or not: %s", errno_text(errno));
	pid_t pid = fork();
	if (!pid) _exit(!!*p);
	waitpid(pid, &status, 0);
	if (status) skip("not here, sealed or not: nothing is wiped");
	want_errno("mseal", mseal(p, page, 0), 0);
	in_child(wipe_on_fork_child, p);
	want_page("in the parent", p, (struct seen){ 1, 1, 1, 1, 'a' });
}

static void left_out_child(char *p)
{
	want_page("before, in the child", p, (struct seen){ 1, 1, 1, 1, 'a' });
	want_page("left out", p+page, (struct seen){ 0 });
	want_errno("munmap of all three", munmap(p, 3*page), EPERM);
	if (mmap(p+page, page, RW, MAP_PRIVATE|MAP_ANON|MAP_FIXED, -1, 0) == MAP_FAILED)
		fail("mmap where nothing is: wanted success, got %s", errno_text(errno));
	want_errno("mprotect of what is new", mprotect(p+page, page, R), 0);
	want_errno("munmap of it", munmap(p+page, page), 0);
	want_page("behind, in the child", p+2*page, (struct seen){ 1, 1, 1, 1, 'c' });
}

/* What MADV_DONTFORK keeps from a child can't be sealed there. */
static void left_out(const void *arg)
{
	char *p = fresh(3, RW);
	int status = 0;
	if (madvise(p+page, page, MADV_DONTFORK))
		skip("not here, sealed or not: %s", errno_text(errno));
	pid_t pid = fork();
	if (!pid) _exit(look(p+page).mapped);
	waitpid(pid, &status, 0);
	if (status) skip("not here, sealed or not: the child has the page");
	want_errno("mseal", mseal(p, 3*page, 0), 0);
	in_child(left_out_child, p);
	want_page("in the parent", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
}

/* Nothing can be read there: whoever looks at the arguments must ask first. */
#define NOWHERE ((void *)16)

static void bad_clone3(const void *arg)
{
#ifdef SYS_clone3
	if (look((char *)0).mapped) skip("this process has a page at address 0");
	int r = syscall(SYS_clone3, NOWHERE, 88UL);
	if (r == -1 && errno == ENOSYS) skip("not here: %s", errno_text(errno));
	want_errno("clone3", r, EFAULT);
#else
	skip("libc does not know clone3");
#endif
}

/* The older mmap of some takes the address of its arguments. */
#if defined __i386__ || defined __m68k__
static void bad_mmap(const void *arg)
{
	if (look((char *)0).mapped) skip("this process has a page at address 0");
	want_errno("mmap", syscall(SYS_mmap, NOWHERE), EFAULT);
}
#endif

/* exec makes a new address space: the next program finds none of the seals. It
 * is told where they were and maps over them. Something of its own may lie at
 * an address by chance, so there are several. */
#define SEALS 8

int after_exec(char **argv)
{
	int free = 0;
	for (; *argv; argv++) {
		char *a = (char *)(uintptr_t)strtoull(*argv, 0, 16);
		struct seen s = look(a);
		/* Mapped or not: if it is, then not by us; whether sealed by
		 * the loader is not our question. */
		if (s.mapped) continue;
		free++;
		if (mmap(a, page, RW, MAP_PRIVATE|MAP_ANON|MAP_FIXED, -1, 0) == MAP_FAILED
		    || mprotect(a, page, R) || munmap(a, page)) return 3;
	}
	return free ? 0 : 4;
}

static void gone_after_exec(const void *arg)
{
	static char addr[SEALS][20];
	char *argv[SEALS+20], *runner = getenv("CONFORMANCE_EXEC"), *copy;
	int n = 0, status;
	const char *self = strchr(suite_argv[0], '/') ? suite_argv[0] : "/proc/self/exe";
	if (runner && (copy = strdup(runner)))
		for (char *w = strtok(copy, " "); w && n < 16; w = strtok(0, " "))
			argv[n++] = w;
	argv[n++] = (char *)self;
	argv[n++] = "--after-exec";
	for (int i=0; i<SEALS; i++) {
		char *p = fresh(1, RW);
		want_errno("mseal", mseal(p, page, 0), 0);
		snprintf(addr[i], sizeof addr[i], "%llx", (unsigned long long)(uintptr_t)p);
		argv[n++] = addr[i];
	}
	argv[n] = 0;
	pid_t pid = fork();
	if (!pid) {
		execvp(argv[0], argv);
		_exit(errno == ENOEXEC || errno == ENOENT ? 126 : 127);
	}
	if (waitpid(pid, &status, 0) != pid) fail("waitpid: %s", errno_text(errno));
	if (WIFSIGNALED(status)) fail("after exec: %s", strsignal(WTERMSIG(status)));
	switch (WEXITSTATUS(status)) {
	case 0: return;
	case 3: fail("after exec: wanted the addresses free, got %s", "a refusal");
	case 4: skip("the new program has something at every address");
	case 126: skip("this system cannot run %s: set CONFORMANCE_EXEC", argv[0]);
	default: fail("after exec: status %d", WEXITSTATUS(status));
	}
}

static void *seal_it(void *p)
{
	return (void *)(intptr_t)mseal(p, page, 0);
}

static void shared_by_threads(const void *arg)
{
	char *p = fresh(1, RW);
	pthread_t t;
	void *r;
	if (pthread_create(&t, 0, seal_it, p)) skip("no threads");
	pthread_join(t, &r);
	if (r) fail("mseal in a thread: wanted success");
	want_errno("munmap in another thread", munmap(p, page), EPERM);
}

static void *look_and_die(void *p)
{
	return (void *)(intptr_t)(munmap(p, page) ? errno : 0);
}

static void thread_outlived(const void *arg)
{
	char *p = fresh(2, RW);
	pthread_t t;
	void *r;
	want_errno("mseal", mseal(p, page, 0), 0);
	for (int i=0; i<50; i++) {
		if (pthread_create(&t, 0, look_and_die, p)) skip("no threads");
		pthread_join(t, &r);
		if ((intptr_t)r != EPERM) fail("munmap in thread %d: wanted EPERM, got %s",
			i, errno_text((intptr_t)r));
	}
}

/* Who keeps account of what was asked for must not lose what is sealed over it. */
static void dontfork_often(const void *arg)
{
	char *p = fresh(2, RW);
	want_errno("mseal", mseal(p, page, 0), 0);
	for (int i=0; i<1000; i++)
		if (madvise(p, 2*page, MADV_DONTFORK) && errno != EPERM)
			fail("time %d: %s", i, errno_text(errno));
	want_page("the sealed page", p, (struct seen){ 1, 1, 1, 1, 'a' });
}

/* The calls are allowed in signal handlers, so also in one that interrupted
 * the same call. */
static char *sig_page, *sig_free;
static volatile sig_atomic_t sig_count, sig_wrong;

static void handler(int sig)
{
	int e = errno;
	if (!munmap(sig_page, page) || errno != EPERM) sig_wrong = 1;
	if (!mprotect(sig_page, page, R) || errno != EPERM) sig_wrong = 2;
	if (mprotect(sig_free, page, sig_count%2 ? R : RW)) sig_wrong = 3;
	if (mseal(sig_page, page, 0)) sig_wrong = 4;
	sig_count++;
	errno = e;
}

/* Of a process with one thread a lock need not be taken. */
static void *be_there(void *arg)
{
	for (;;) pause();
	return arg;
}

static void another_thread(void)
{
	pthread_t t;
	sigset_t set, old;
	sigfillset(&set);
	/* It gets none of the signals. */
	pthread_sigmask(SIG_SETMASK, &set, &old);
	if (pthread_create(&t, 0, be_there, 0)) skip("no threads");
	pthread_sigmask(SIG_SETMASK, &old, 0);
}

static void in_handler(const void *arg)
{
	struct itimerval it = { { 0, 2000 }, { 0, 2000 } }, off = { { 0 } };
	clock_t end = clock()+3*CLOCKS_PER_SEC;
	struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
	char *p = fresh(2, RW);
	sig_page = fresh(1, RW);
	sig_free = fresh(1, RW);
	want_errno("mseal", mseal(sig_page, page, 0), 0);
	want_errno("mseal", mseal(p, page, 0), 0);
	another_thread();
	/* Of processor time: the alarm stays, should a call wait for ever. */
	sigaction(SIGPROF, &sa, 0);
	setitimer(ITIMER_PROF, &it, 0);
	for (int i=0; sig_count < 100 && clock() < end && !sig_wrong; i++) {
		want_errno("mprotect", mprotect(p, 2*page, R), EPERM);
		want_errno("mprotect beside", mprotect(p+page, page, i%2 ? R : RW), 0);
		want_errno("mseal again", mseal(p, page, 0), 0);
	}
	setitimer(ITIMER_PROF, &off, 0);
	if (sig_wrong) fail("in the handler, call %d: wanted EPERM or success", sig_wrong);
	note("%d signals", (int)sig_count);
}

/* vfork and posix_spawn share the address space until the new program: what
 * the child does to it must be what the parent may. */
static void spawn(const void *arg)
{
	char *p = fresh(1, RW);
	int status;
	want_errno("mseal", mseal(p, page, 0), 0);
	pid_t pid = vfork();
	if (!pid) _exit(munmap(p, page) ? errno : 0);
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		fail("the child: status %d", status);
	want_errno("munmap after vfork", WEXITSTATUS(status)
		? (errno = WEXITSTATUS(status), -1) : 0, EPERM);
	want_page("page", p, (struct seen){ 1, 1, 1, 1, 'a' });
}

void processes(void)
{
	run_case("processes: fork inherits seals", inherited, 0);
	run_case("processes: so does fork in a child", inherited_twice, 0);
	run_case("processes: a child's seals are its own", not_passed_up, 0);
	run_case("processes: later seals are the parent's own", parent_seals_later, 0);
	run_case("processes: MADV_WIPEONFORK keeps its promise", wipe_on_fork, 0);
	run_case("processes: what MADV_DONTFORK leaves out is free in the child", left_out, 0);
	run_case("processes: clone3 with arguments that can't be read: EFAULT", bad_clone3, 0);
#if defined __i386__ || defined __m68k__
	run_case("processes: mmap with arguments that can't be read: EFAULT", bad_mmap, 0);
#endif
	run_case("processes: MADV_DONTFORK of a seal, often", dontfork_often, 0);
	run_case("processes: a vfork child is refused", spawn, 0);
	run_case("processes: exec leaves seals behind", gone_after_exec, 0);
	run_case("processes: threads share seals", shared_by_threads, 0);
	run_case("processes: seals outlive threads", thread_outlived, 0);
	run_case("processes: in signal handlers", in_handler, 0);
}

/* One thread seals while another operates on the same pages. Either came
 * first: the two results and what is there afterwards must tell the same
 * story. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include "suite.h"

#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)
#define N 4

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec*1e-9;
}

/* The partner runs FN once per round, begun together with the caller. */
struct partner {
	pthread_t t;
	atomic_int go, done, stop, here;
	int (*fn)(char *);
	char *p;
	int err;
};

static void spin(unsigned n)
{
	for (volatile unsigned i=0; i<n; i++);
}

static void *partner_main(void *arg)
{
	struct partner *a = arg;
	for (int round=1; ; round++) {
		for (unsigned n=1; atomic_load(&a->go) < round; n++) {
			if (atomic_load(&a->stop)) return 0;
			atomic_fetch_add(&a->here, 1);
			if (n%500 == 0) sched_yield();
		}
		a->err = a->fn(a->p) ? errno : 0;
		atomic_store(&a->done, round);
	}
}

static int seal_all(char *p)
{
	return mseal(p, N*page, 0);
}

static int op_mprotect(char *p) { return mprotect(p, N*page, R); }
static int op_mprotect_part(char *p) { return mprotect(p+page, page, R); }
static int op_munmap(char *p) { return munmap(p, N*page); }
static int op_munmap_part(char *p) { return munmap(p+2*page, page); }
static int op_mmap(char *p)
{
	return mmap(p, N*page, R, MAP_PRIVATE|MAP_ANON|MAP_FIXED, -1, 0) == MAP_FAILED ? -1 : 0;
}
static int op_mremap(char *p)
{
	return mremap(p, N*page, N*page, MREMAP_MAYMOVE|MREMAP_FIXED, p+(N+2)*page)
		== MAP_FAILED ? -1 : 0;
}
static int op_discard(char *p) { return madvise(p, N*page, MADV_DONTNEED); }
static int op_seal(char *p) { return mseal(p+page, page, 0); }

struct race {
	const char *name;
	int (*op)(char *);
	int prot;
	int unmaps;             /* so that the seal may find a hole */
	int from, to;           /* pages that success changes */
	struct seen after;      /* to this */
};

static const struct race table[] = {
	{ "mprotect", op_mprotect, RW, 0, 0, N, { 1, 1, 0, 1, 'a' } },
	{ "mprotect of a part", op_mprotect_part, RW, 0, 1, 2, { 1, 1, 0, 1, 'a' } },
	{ "munmap", op_munmap, RW, 1, 0, N, { 0 } },
	{ "munmap of a part", op_munmap_part, RW, 1, 2, 3, { 0 } },
	{ "mmap MAP_FIXED", op_mmap, RW, 0, 0, N, { 1, 1, 0, 1, 0 } },
	{ "mremap elsewhere", op_mremap, RW, 1, 0, N, { 0 } },
	{ "madvise DONTNEED of read-only pages", op_discard, R, 0, 0, N, { 1, 1, 0, 1, 0 } },
	{ "mseal of a part", op_seal, RW, 0, 0, 0 },
};

#define LIMIT 600

static void race(const void *arg)
{
	const struct race *t = arg;
	struct partner a = { 0 };
	int round, seal_first = 0, head_start[2] = { 0 };
	char *p = 0;
	if (pthread_create(&a.t, 0, partner_main, &a)) skip("no threads");
	double end = now()+1;
	for (round=1; round<=rounds && (now()<end || round<20); round++) {
		/* Where mremap moves to is part of the same memory, and stays mapped: in a
		 * hole others might put something, such as the emulation its table. */
		char *all = fresh(2*N+2, RW);
		p = all;
		mprotect(p+N*page, (N+2)*page, PROT_NONE);
		if (t->prot != RW) mprotect(p, N*page, t->prot);
		a.p = p;
		/* Each is the partner in turn. The partner is waited for, and
		 * given more of a start whenever it came second; at the limit
		 * it shares a processor with us and only runs if we do not. */
		int sealer = round%2, *start = head_start+sealer;
		a.fn = sealer ? seal_all : t->op;
		for (int h=atomic_load(&a.here), n=1; atomic_load(&a.here) == h; n++)
			if (n%500 == 0) sched_yield();
		atomic_store(&a.go, round);
		if (*start == LIMIT) *start = 0, sched_yield();
		else spin(*start + round*11%20);
		int mine = (sealer ? t->op : seal_all)(p) ? errno : 0;
		while (atomic_load(&a.done) < round) sched_yield();
		int seal = sealer ? a.err : mine, op = sealer ? mine : a.err;

		/* Which stories are there? */
		if (seal && !(seal == ENOMEM && t->unmaps && !op))
			fail("round %d: mseal: got %s, the other %s", round,
				errno_text(seal), errno_text(op));
		if (op && op != EPERM)
			fail("round %d: wanted success or EPERM, got %s", round, errno_text(op));
		if (!op && !seal && t->unmaps)
			fail("round %d: mseal and the other both succeeded", round);
		if (op && t->op == op_seal) fail("round %d: mseal: got %s", round, errno_text(op));
		seal_first += !!op;
		if (!!op != sealer) {
			if (*start < LIMIT) *start += 20;
		} else if (*start) *start -= 20;
		for (int i=0; i<N; i++) {
			struct seen w = { 1, 1, t->prot == RW, 1, 'a'+i }, got = look(p+i*page);
			if (!op && i >= t->from && i < t->to) {
				w = t->after;
				if (w.byte) w.byte += i;
			}
			if (seal) w.sealed = 0;
			if (!seen_same(got, w)) fail("round %d, mseal %s, the other %s, page %d:"
				" wanted %s, got %s", round, errno_text(seal),
				errno_text(op), i, seen_text(w), seen_text(got));
		}
		munmap(all-page, page);
		munmap(all+N*page, (N+3)*page);
		if (seal) munmap(p, N*page);
	}
	atomic_store(&a.stop, 1);
	pthread_join(a.t, 0);
	if (t->op == op_seal) note("%d rounds", round-1);
	else note("%d rounds, the seal first in %d", round-1, seal_first);
}

/* Two threads seal ranges that overlap, others' pages all the time. */
static char *storm;
#define STORM 64
#define STORMS 3

static pthread_barrier_t storm_begins;

static void *storm_main(void *arg)
{
	unsigned x = (uintptr_t)arg;
	pthread_barrier_wait(&storm_begins);
	for (int i=0; i<200; i++) {
		x = x*1103515245+12345;
		unsigned from = (x>>16)%STORM, n = 1+(x>>8)%4;
		if (from+n > STORM) n = STORM-from;
		if (mseal(storm+from*page, n*page, 0)) return (void *)(intptr_t)errno;
		for (unsigned k=from; k<from+n; k++)
			if (!mprotect(storm+k*page, page, R) || errno != EPERM)
				return (void *)(intptr_t)-1;
	}
	return 0;
}

/* Once all is sealed there is nothing to get wrong any more, which does not take
 * long; so several times, and all threads at once. */
static void overlapping(const void *arg)
{
	pthread_t t[4];
	void *r;
	pthread_barrier_init(&storm_begins, 0, 4);
	for (int round=0; round<STORMS; round++) {
		storm = fresh(STORM, RW);
		for (int i=0; i<4; i++)
			if (pthread_create(t+i, 0, storm_main, (void *)(uintptr_t)(4*round+i+1)))
				skip("no threads");
		for (int i=0; i<4; i++) {
			pthread_join(t[i], &r);
			if (r) fail("wanted every seal to hold, got %s", (intptr_t)r < 0
				? "a change of a sealed page" : errno_text((intptr_t)r));
		}
		for (int i=0; i<STORM; i++)
			if (!look(storm+i*page).w) fail("page %d lost its protection", i);
	}
}

/* fork while another thread seals: the child has a seal or has not, but has
 * it if mseal had returned before; and no call in it waits for ever. From the end
 * of the row on: who keeps a list has to make room in it each time. */
static atomic_int sealed_upto, seal_stop, fork_no;
static char *row;
#define ROW 512

static void *sealer(void *arg)
{
	for (int i=0, seen=0; i<ROW && !atomic_load(&seal_stop); i++) {
		if (mseal(row+2*(ROW-1-i)*page, page, 0)) return (void *)(intptr_t)errno;
		atomic_store(&sealed_upto, i+1);
		/* A few for each fork, begun with it. */
		if (i%8) continue;
		for (unsigned n=1; atomic_load(&fork_no) == seen
		     && !atomic_load(&seal_stop); n++) if (n%500 == 0) sched_yield();
		seen = atomic_load(&fork_no);
	}
	return 0;
}

/* What a child does that was made when a number of pages was sealed. */
static int among_seals(void *arg)
{
	int upto = *(int *)arg;
	limit_time(20);
	for (int i=0; i<upto+8 && i<ROW; i++) {
		int e = mprotect(row+2*(ROW-1-i)*page, page, R) ? errno : 0;
		if (e ? e != EPERM : i < upto)
			fail("page %d of %d sealed, in a child: got %s", i, upto,
				errno_text(e));
	}
	char *end = row+2*(ROW-4)*page;
	if (mseal(end, 8*page, 0)) fail("mseal in the child: %s", errno_text(errno));
	if (!munmap(end+page, page)) fail("munmap in the child: wanted EPERM");
	_exit(0);
}

static pid_t by_fork(int *upto)
{
	pid_t pid = fork();
	if (!pid) among_seals(upto);
	return pid;
}

static pid_t by_syscall(int *upto)
{
#ifdef SYS_fork
	pid_t pid = syscall(SYS_fork);
#elif defined __s390x__
	pid_t pid = syscall(SYS_clone, 0, SIGCHLD, 0, 0, 0);
#else
	pid_t pid = syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
#endif
	if (!pid) among_seals(upto);
	return pid;
}

static pid_t by_clone(int *upto)
{
	static char stack[65536] __attribute__((aligned(16)));
	return clone(among_seals, stack+sizeof stack, SIGCHLD, upto);
}

static const struct way {
	const char *name;
	pid_t (*run)(int *upto);
} ways[] = {
	{ "fork", by_fork },
	{ "fork by syscall()", by_syscall },
	{ "clone", by_clone },
};

static void forking(const void *arg)
{
	const struct way *way = arg;
	pthread_t t;
	void *r;
	int forks = 0, partial = 0;
	double end = now()+1;
	row = fresh(2*ROW, RW);
	if (pthread_create(&t, 0, sealer, 0)) skip("no threads");
	for (; forks < ROW/8 && (now()<end || forks<5); forks++) {
		int upto = atomic_load(&sealed_upto), status;
		if (upto && upto < ROW) partial++;
		atomic_fetch_add(&fork_no, 1);
		pid_t pid = way->run(&upto);
		if (pid < 0) fail("%s: %s", way->name, errno_text(errno));
		if (waitpid(pid, &status, 0) != pid) fail("waitpid: %s", errno_text(errno));
		if (WIFSIGNALED(status)) fail("fork %d: the child got %s", forks,
			WTERMSIG(status) == SIGALRM ? "stuck" : strsignal(WTERMSIG(status)));
		if (status) _exit(1);
	}
	atomic_store(&seal_stop, 1);
	pthread_join(t, &r);
	if (r) fail("mseal in the thread: %s", errno_text((intptr_t)r));
	note("%d forks, %d among seals", forks, partial);
}

void races(void)
{
	char name[100];
	for (size_t i=0; i<COUNT(table); i++) {
		snprintf(name, sizeof name, "races: mseal against %s", table[i].name);
		run_case(name, race, table+i);
	}
	run_case("races: threads seal overlapping ranges", overlapping, 0);
	for (size_t i=0; i<COUNT(ways); i++) {
		snprintf(name, sizeof name, "races: %s while another thread seals", ways[i].name);
		run_case(name, forking, ways+i);
	}
}

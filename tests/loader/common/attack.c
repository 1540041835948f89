#define _GNU_SOURCE
#include "attack.h"
#include "check.h"
#include "operation.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Shared with the child, which may die at any point. */
enum { NOT_TRIED, TRYING, REFUSED, SUCCEEDED, DAMAGED, CHANGED,
	NOT_APPLICABLE };
static const char *const outcome[] = {
	"not tried", "succeeded (child killed)", "refused", "succeeded",
	"refused, but contents changed", "refused, but the mapping changed",
	"not applicable"
};
struct progress {
	volatile int state[MAXOPERATIONS], err[MAXOPERATIONS];
};

static struct map maps2[MAXMAPS];

/* The parts of the target that can be read without a fault. */
static struct { uintptr_t s, e; } readable[64];
static size_t nreadable;

static void find_readable(const struct map *m)
{
	size_t i;
	nreadable = 0;
	/* Data may change, and gaps may lie past the file's end. */
	if (!(m->prot & PROT_READ) || m->prot & PROT_WRITE) return;
	for (i=0; i<nwant && nreadable<countof(readable); i++) {
		if (want[i].kind == GAP) continue;
		if (want[i].e <= m->s || want[i].s >= m->e) continue;
		readable[nreadable].s = want[i].s > m->s ? want[i].s : m->s;
		readable[nreadable].e = want[i].e < m->e ? want[i].e : m->e;
		nreadable++;
	}
}

static uint64_t hash(void)
{
	uint64_t h = 14695981039346656037u;
	size_t i;
	for (i=0; i<nreadable; i++) {
		const volatile uint64_t *p = (void *)readable[i].s;
		for (; (uintptr_t)p < readable[i].e; p++)
			h = (h ^ *p) * 1099511628211u;
	}
	return h;
}

static int unsplittable(uintptr_t a)
{
	struct map *m = map_at(a);
	return m && !m->sealed && !strncmp(m->name, "[v", 2);
}

/* Try all operations until one succeeds. After that the process is damaged, and
 * the parent starts a new child for the rest. */
static void attack(struct target *t, struct progress *progress)
{
	const struct map *m = t->map;
	size_t i, k, n;
	find_readable(m);
	uint64_t h = hash();
	t->room = mmap(0, t->e-t->s+pagesz, PROT_NONE,
		MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);
	for (i=0; i<noperations; i++) {
		if (progress->state[i] != NOT_TRIED) continue;
		if ((operation[i].flags & DISCARD && !t->discard)
		    || (operation[i].flags & PKEY && t->pkey < 0)
		    || (operation[i].flags & PKEYS && t->no_pkeys)
		    || (operation[i].flags & SHM && t->shmid < 0)
		    || (operation[i].flags & BEFORE && unsplittable(t->s-1))
		    || (operation[i].flags & AFTER && unsplittable(t->e))
		    || (operation[i].flags & TWO_PAGES
			&& t->e-t->s < 2*pagesz)) {
			progress->state[i] = NOT_APPLICABLE;
			continue;
		}
		progress->state[i] = TRYING;
		errno = 0;
		if (operation[i].fn(t) != -1) {
			progress->state[i] = SUCCEEDED;
			syscall(SYS_exit_group, 1);
		}
		progress->err[i] = errno;
		progress->state[i] = DAMAGED;
		if (hash() != h) syscall(SYS_exit_group, 1);
		progress->state[i] = REFUSED;
	}
	munmap(t->room, t->e-t->s+pagesz);
	/* A refused operation must not leave a change, not even in a flag. */
	probe_from = m->s;
	probe_to = m->e;
	n = read_smaps(maps2, MAXMAPS);
	for (k=0; k<n; k++) if (maps2[k].s == m->s) break;
	if (k == n || maps2[k].e != m->e || maps2[k].prot != m->prot
	    || strcmp(maps2[k].flags, m->flags)) {
		/* Report it with the first operation. */
		progress->state[0] = CHANGED;
		syscall(SYS_exit_group, 1);
	}
}

static void report_attack(const char *when, const struct target *t,
	const struct progress *progress, size_t i)
{
	const struct map *m = t->map;
	const char *obj = t->want->obj;
	int is_vdso = t->want->kind == VDSO;
	int state = progress->state[i], err = progress->err[i];
	int want_err = operation[i].err ? operation[i].err : EPERM;
	char b[4];
	int right;

	if (state == NOT_APPLICABLE) return;
	/* QEMU lacks some calls, and the emulation asks it first for errors
	 * other than the seal's. */
	if (settings.probing && state == REFUSED && err == ENOSYS) {
		dprintf(1, "note: no %s here\n", operation[i].name);
		return;
	}
	if (settings.attack == ATTACK_REFUSED) {
		/* Level hard refuses more than a seal does, and says so first:
		 * by the mapping of the file, or by PR_SET_MDWE. */
		right = state == REFUSED && (err == want_err
			|| (settings.level == LEVEL_HARD
			&& (err == EACCES || err == EPERM)));
	} else {
		right = state == SUCCEEDED || state == TRYING;
		/* The vdso is a special mapping: the kernel refuses many
		 * operations on it, sealed or not. */
		if (is_vdso || operation[i].flags & (NEVER|BY_LUCK)) right = 1;
		if (operation[i].flags & ANON && !m->anon) right = 1;
	}
	if (settings.verbose) dprintf(1,
		"attack: %-26s %08lx-%08lx %s %s: %s%s%s\n",
		operation[i].name, m->s, m->e, protstr(m->prot, b), obj,
		outcome[state], state==REFUSED ? ", " : "",
		state==REFUSED ? strerror(err) : "");
	check_ok(right, "%s: %s on %lx-%lx %s %s: wanted %s%s, got %s%s%s",
		when, operation[i].name, m->s, m->e, protstr(m->prot, b), obj,
		settings.attack == ATTACK_REFUSED ? "refused, " : "success",
		settings.attack == ATTACK_REFUSED ? strerror(want_err) : "",
		outcome[state], state==REFUSED ? ", " : "",
		state==REFUSED ? strerror(err) : "");
}

static size_t untried(const struct progress *p)
{
	size_t i, n = 0;
	for (i=0; i<noperations; i++) n += p->state[i] == NOT_TRIED;
	return n;
}

/* A child does as many attacks as it can, since a fork costs more than all
 * attacks on a mapping, above all under QEMU. If all are refused, one child is
 * enough. */
static void attack_all(const char *when, struct target *t, size_t n)
{
	struct progress *p = mmap(0, n*sizeof *p, PROT_READ|PROT_WRITE,
		MAP_SHARED|MAP_ANONYMOUS, -1, 0);
	size_t first = 0, k, i;
	int status;
	if (p == MAP_FAILED) {
		check_ok(0, "%s: mmap: %s", when, strerror(errno));
		return;
	}
	while (first < n) {
		size_t left = untried(p+first);
		/* Not fork(): the child must not run its handlers. */
		pid_t pid = _Fork();
		if (!pid) {
			setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
			for (k=first; k<n; k++) attack(t+k, p+k);
			syscall(SYS_exit_group, 0);
		}
		if (pid < 0) {
			check_ok(0, "%s: fork: %s", when, strerror(errno));
			break;
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
		if (untried(p+first) == left) {
			check_ok(0, "%s: attacks on %lx-%lx: wanted one tried, "
				"got status %x", when, t[first].s, t[first].e,
				status);
			break;
		}
		while (first<n && !untried(p+first)) first++;
	}
	for (k=0; k<n; k++) for (i=0; i<noperations; i++)
		report_attack(when, t+k, p+k, i);
	munmap(p, n*sizeof *p);
}

void check_attacks(const char *when)
{
	static struct target targets[MAXMAPS];
	struct target t = { .shmid = -1, .pkey = -1 };
	void *seg = (void *)-1;
	size_t i, k, n = 0;

	check_settings();
	if (settings.attack == ATTACK_NONE) return;

	/* Make these before smaps is read. */
	t.spare = mmap(0, pagesz, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	t.pkey = syscall(SYS_pkey_alloc, 0, 0);
	/* A filter may answer pkey_alloc. */
	t.no_pkeys = syscall(SYS_pkey_free, -1) && errno == ENOSYS;
	t.shmid = shmget(IPC_PRIVATE, pagesz, IPC_CREAT|0600);
	/* Attached, it survives IPC_RMID until this process ends. */
	if (t.shmid >= 0) seg = shmat(t.shmid, 0, 0);
	if (t.shmid >= 0) shmctl(t.shmid, IPC_RMID, 0);
	if (seg == (void *)-1) {
		t.shmid = -1;
		dprintf(1,
			"note: no SysV shared memory: SHM_REMAP not tried\n");
	}
	if (t.no_pkeys) dprintf(1, "note: no pkey_mprotect here\n");
	else if (t.pkey < 0) dprintf(1, "note: no protection keys: "
		"pkey_mprotect tried without one\n");

	collect();
	for (i=0; i<nmaps; i++) {
		struct map *m = maps+i;
		struct want *w = 0;
		int discard = m->anon && !(m->prot & PROT_WRITE);
		for (k=0; k<nwant; k++) {
			if (want[k].e <= m->s || want[k].s >= m->e) continue;
			if (!w || w->kind == GAP) w = want+k;
			if (want[k].must_anon && !is_frozen(m)) discard = 1;
		}
		if (!w || w->kind == OWN) continue;
		if (settings.attack == ATTACK_REFUSED && !m->sealed) continue;
		/* The vdso has no file, but is no anonymous memory. */
		if (w->kind == VDSO) discard = 0;
		t.s = m->s;
		t.e = m->e;
		t.prot = m->prot;
		t.discard = discard;
		t.map = m;
		t.want = w;
		targets[n++] = t;
	}
	if (check_ok(n > 0, "%s: nothing to attack", when))
		attack_all(when, targets, n);

	if (seg != (void *)-1) shmdt(seg);
	if (t.pkey >= 0) syscall(SYS_pkey_free, t.pkey);
	munmap(t.spare, pagesz);
}

void check_all(const char *when)
{
	check_maps(when);
	check_attacks(when);
}

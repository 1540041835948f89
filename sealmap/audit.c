#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/shm.h>
#include <sys/syscall.h>

/* Names the calls that a traced program made in vain because memory is sealed.
 * It sees what the kernel is asked, so it does not matter whether the call went
 * through libc. The loader's own LD_SEAL=audit says the same without ptrace,
 * but only of libc's calls. */

#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SYS_pkey_mprotect
#define SYS_pkey_mprotect (-2)
#endif
#ifndef SYS_shmat
#define SYS_shmat (-2)
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* Programs may try the same at ever new addresses. */
#define MAX_PLACES 256

struct asked { long nr; uint64_t arg[6]; };

/* The call that a thread is in. Numbers of threads are used again; the entry of
 * a call overwrites what is left. */
struct thread {
	struct thread *next;
	pid_t tid;
	struct asked in;
	struct seal_range sealed;	/* by its last call */
};

struct audit {
	struct thread *threads[256];
	struct refusal { pid_t process; struct asked asked; } *seen;
	char **places;		/* what was printed */
	size_t nseen, nplaces, refused;
};

struct audit *audit_new(void)
{
	struct audit *a = grow(0, 0, sizeof *a);
	memset(a, 0, sizeof *a);
	return a;
}

static struct thread *thread(struct audit *a, pid_t tid)
{
	size_t n = sizeof a->threads/sizeof *a->threads;
	struct thread **list = a->threads + (unsigned)tid%n, *t;
	for (t=*list; t; t=t->next) if (t->tid == tid) return t;
	t = grow(0, 0, sizeof *t);
	*t = (struct thread){ .next = *list, .tid = tid, .in.nr = -1 };
	return *list = t;
}

/* Calls that may be refused because of a seal. */

static size_t shm_size(int id)
{
	struct shmid_ds ds;
	return shmctl(id, IPC_STAT, &ds) ? 1 : ds.shm_segsz;
}

/* Set r to the memory that a call names; the second range is mremap's new
 * place. Returns its name, or 0 if it is another call. */
static const char *call(const struct asked *c, struct seal_range r[2],
	uint64_t page)
{
	const uint64_t *a = c->arg;
	r[0] = __seal_round(a[0], a[1], page);
	r[1] = (struct seal_range){ 0, 0 };
	switch (c->nr) {
	case SYS_munmap: return "munmap";
	case SYS_mprotect: return "mprotect";
	case SYS_pkey_mprotect: return "pkey_mprotect";
	case SYS_madvise: return "madvise";
	case SYS_remap_file_pages: return "remap_file_pages";
	case SYS_mmap: return a[3] & MAP_FIXED ? "mmap" : 0;
	case SYS_mremap:
		if (a[3] & MREMAP_FIXED) r[1] = __seal_round(a[4], a[2], page);
		return "mremap";
	case SYS_shmat:
		r[0] = __seal_round(a[1], shm_size(a[0]), page);
		return (int)a[2] & SHM_REMAP ? "shmat" : 0;
	}
	return 0;
}

static unsigned asked_prot(const struct asked *c)
{
	uint64_t prot = c->arg[2];
	return (prot & PROT_READ ? R : 0) | (prot & PROT_WRITE ? W : 0)
		| (prot & PROT_EXEC ? X : 0);
}

/* The part of a message that says what was asked for: the protection, or the
 * advice. A static buffer. */
static const char *wish(const struct asked *c)
{
	static const struct { int advice; const char *name; } t[] = {
		{ MADV_DONTNEED, "MADV_DONTNEED" }, { MADV_FREE, "MADV_FREE" },
		{ MADV_REMOVE, "MADV_REMOVE" },
		{ MADV_DONTFORK, "MADV_DONTFORK" },
		{ MADV_WIPEONFORK, "MADV_WIPEONFORK" },
		{ MADV_DONTNEED_LOCKED, "MADV_DONTNEED_LOCKED" },
		{ MADV_GUARD_INSTALL, "MADV_GUARD_INSTALL" },
	};
	static char buf[64];
	const uint64_t *a = c->arg;
	if (c->nr == SYS_mprotect || c->nr == SYS_pkey_mprotect
	    || c->nr == SYS_mmap) {
		snprintf(buf, sizeof buf, " %s", prot_text(asked_prot(c)));
		return buf;
	}
	if (c->nr != SYS_madvise) return "";
	for (size_t i=0; i<sizeof t/sizeof *t; i++)
		if (t[i].advice == (int)a[2]) {
			snprintf(buf, sizeof buf, " %s", t[i].name);
			return buf;
		}
	snprintf(buf, sizeof buf, " advice %d", (int)a[2]);
	return buf;
}

/* Answers */

/* As the shell reads it. */
static char *quoted(const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
		"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._+-,:@%=";
	char *r, *p;
	if (s[strspn(s, plain)] == 0) return format("%s", s);
	p = r = malloc(4*strlen(s)+3);
	if (!r) die("out of memory");
	*p++ = '\'';
	for (; *s; s++) {
		if (*s == '\'') p = stpcpy(p, "'\\'");
		*p++ = *s;
	}
	strcpy(p, "'");
	return r;
}

static int file_is_gone(const char *path)
{
	static const char end[] = " (deleted)";
	size_t n = strlen(path), l = sizeof end-1;
	return n > l && !strcmp(path+n-l, end);
}

/* How the program may be allowed to change what is sealed of r. The command
 * names all that the call would change of the object, since another level may
 * seal the rest. */
static char *remedy(const struct space *sp, const struct map *m,
	struct seal_range r)
{
	const struct object *o = m->object >= 0 ? sp->objects+m->object : 0;
	char *path, *s;
	if (m->kind == K_VDSO && !sp->by_kernel)
		return format("only LD_SEAL=off allows it");
	if (!o && m->by && !strcmp(m->by, "program"))
		return format("the program sealed it itself");
	if (!o && sp->hard && (m->kind == K_STACK || m->kind == K_ANON))
		return format("level hard seals stacks, and only a lower one"
			" allows it");
	if (!o) return format("the kernel sealed it");
	if (o->loader)
		return format("it is libc's, and only LD_SEAL=off allows it");
	if (file_is_gone(o->path))
		return format("its file is gone: start it anew");
	r = __seal_common(r, (struct seal_range){ o->start, o->end });
	path = quoted(o->path);
	s = format("sealmark --mutable %llx-%llx %s",
		(unsigned long long)(r.start-o->bias),
		(unsigned long long)(r.end-o->bias), path);
	free(path);
	return s;
}

/* Is it the first time? Processes have the same place at other addresses. */
static int new_place(struct audit *a, char *key)
{
	for (size_t i=0; i<a->nplaces; i++)
		if (!strcmp(a->places[i], key)) {
			free(key);
			return 0;
		}
	a->places = grow(a->places, a->nplaces, sizeof *a->places);
	a->places[a->nplaces++] = key;
	if (a->nplaces == MAX_PLACES+1)
		warn("other refusals follow, which are only counted");
	return a->nplaces <= MAX_PLACES;
}

/* part is from the first to the last sealed memory in r; m is its first
 * mapping. */
static void print(struct audit *a, const struct space *sp, const char *who,
	const struct asked *c, const char *name, struct seal_range r,
	const struct map *m, struct seal_range part, unsigned kinds)
{
	const struct object *o = m->object >= 0 ? sp->objects+m->object : 0;
	const char *of = o ? o->path : *m->name ? m->name : "anonymous memory";
	char *how;
	if (!new_place(a, format("%s%s %s %llx", name, wish(c), of,
	    (unsigned long long)(part.start - (o ? o->bias : 0)))))
		return;
	how = remedy(sp, m, r);
	warn("%s: refused: %s %llx-%llx%s: %s of %s: %s", who, name,
		(unsigned long long)r.start, (unsigned long long)r.end,
		wish(c), kinds_text(kinds, "+"), of, how);
	free(how);
}

/* A discard is refused of memory that can't be written to. */
static int in_the_way(const struct map *m, const struct asked *c)
{
	return m->sealed == YES && (c->nr != SYS_madvise || !(m->prot & W));
}

/* A line for each object that has sealed memory in r. Returns 0 if there is
 * none: the call was refused for another reason. */
static int explain(struct audit *a, const struct space *sp, const char *who,
	const struct asked *c, const char *name, struct seal_range r)
{
	int found = 0;
	for (size_t i=0; i<sp->n; ) {
		const struct map *m = sp->maps+i, *k = m;
		struct seal_range part = { m->start, m->end };
		unsigned kinds = 0;
		for (; i<sp->n && (k = sp->maps+i)->object == m->object
		    && (m->object >= 0 || k == m); i++) {
			struct seal_range x = __seal_common(r,
				(struct seal_range){ k->start, k->end });
			if (x.start >= x.end || !in_the_way(k, c)) continue;
			if (!kinds) part.start = x.start;
			part.end = x.end;
			kinds |= 1u<<k->kind;
		}
		if (!kinds) continue;
		print(a, sp, who, c, name, r, m, part, kinds);
		found = 1;
	}
	return found;
}

static int same(const struct asked *a, const struct asked *b)
{
	return a->nr == b->nr && !memcmp(a->arg, b->arg, sizeof a->arg);
}

/* Reading mappings takes long, and programs may ask again and again. */
static int seen(struct audit *a, pid_t process, const struct asked *c)
{
	for (size_t i=0; i<a->nseen; i++)
		if (a->seen[i].process == process
		    && same(&a->seen[i].asked, c)) return 1;
	if (a->nseen >= 4*MAX_PLACES) return 0;
	a->seen = grow(a->seen, a->nseen, sizeof *a->seen);
	a->seen[a->nseen++] = (struct refusal){ process, *c };
	return 0;
}

static pid_t process_of(pid_t tid)
{
	char *s = proc_status(tid, "Tgid");
	pid_t pid = s ? atoi(s) : tid;
	free(s);
	return pid;
}

/* The loader tries, under strict, whether a seal holds: right after mseal, by
 * an mprotect that would change nothing. */
static int tries_seal(const struct space *sp, const struct thread *t)
{
	struct seal_range r = t->sealed;
	const struct map *m = space_at(sp, t->in.arg[0]);
	return t->in.nr == SYS_mprotect && r.start < r.end
		&& t->in.arg[0]-r.start < r.end-r.start
		&& m && m->prot == asked_prot(&t->in);
}

static void refused(struct audit *a, const struct thread *t)
{
	const struct asked *c = &t->in;
	struct space sp;
	struct seal_range r[2];
	pid_t tid = t->tid, pid = process_of(tid);
	char *who, *why;
	const char *name;
	int sealed = 0;
	if (seen(a, pid, c)) {
		a->refused++;
		return;
	}
	why = proc_try(&sp, tid);
	if (why) {
		/* It was killed meanwhile. */
		free(why);
		return;
	}
	space_classify(&sp);
	name = call(c, r, sp.page);
	who = pid == tid ? format("process %d", (int)pid)
		: format("process %d, thread %d", (int)pid, (int)tid);
	for (int i=0; i<2; i++)
		if (r[i].start < r[i].end && !tries_seal(&sp, t))
			sealed |= explain(a, &sp, who, c, name, r[i]);
	a->refused += sealed;
	free(who);
	space_free(&sp);
}

void audit_stop(struct audit *a, pid_t tid)
{
	struct __ptrace_syscall_info info;
	struct thread *t = thread(a, tid);
	struct seal_range r[2];
	if (ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) <= 0) {
		/* else it was killed meanwhile */
		if (errno != ESRCH)
			die("--audit takes Linux 5.3: %s", strerror(errno));
		return;
	}
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
		t->in.nr = info.entry.nr;
		for (int i=0; i<6; i++) t->in.arg[i] = info.entry.args[i];
		return;
	}
	if (info.op != PTRACE_SYSCALL_INFO_EXIT || t->in.nr < 0) return;
	if (info.exit.rval == -EPERM && call(&t->in, r, 4096))
		refused(a, t);
	t->sealed = (struct seal_range){ 0, 0 };
	if (t->in.nr == NR_MSEAL && !info.exit.rval)
		t->sealed = (struct seal_range){ t->in.arg[0],
			t->in.arg[0]+t->in.arg[1] };
	t->in.nr = -1;
}

void audit_exec(struct audit *a)
{
	a->nseen = 0;
}

int audit_end(const struct audit *a)
{
	if (!a->refused) {
		warn("no call was refused because of a seal");
		return 0;
	}
	warn("%zu call%s refused because of seals", a->refused,
		a->refused == 1 ? " was" : "s were");
	return 1;
}

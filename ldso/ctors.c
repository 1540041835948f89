/* Constructors and destructors. Their addresses are in the records; whether
 * they have run is not (see struct ctor). */

#define _GNU_SOURCE
#include <string.h>
#include <sys/mman.h>
#include "dso.h"
#include "records.h"

static const unsigned char ctor_tags[] = { DT_INIT, DT_FINI, DT_INIT_ARRAY,
	DT_FINI_ARRAY, DT_INIT_ARRAYSZ, DT_FINI_ARRAYSZ };

void keep_ctors(struct dso *p, const size_t *dyn)
{
	for (int i=0; i<6; i++) p->ctors[i] = dyn[ctor_tags[i]];
}

void get_ctors(const struct dso *p, size_t *dyn)
{
	dyn[0] = 0;
	for (int i=0; i<6; i++) {
		dyn[ctor_tags[i]] = p->ctors[i];
		if (p->ctors[i]) dyn[0] |= 1UL<<ctor_tags[i];
	}
}

/* 1 if the program can write to n bytes of p. at is an address without p's load
 * bias. */
static int is_writable(const struct dso *p, size_t at, size_t n)
{
	const Phdr *ph = p->phdr;
	if (at-p->relro_start < p->relro_end-p->relro_start
	    && n <= p->relro_end-at) return 0;
	for (int i=p->phnum; i--; ph=(void *)((char *)ph+p->phentsize))
		if (ph->p_type == PT_LOAD && (ph->p_flags & PF_W)
		    && at-ph->p_vaddr < ph->p_memsz)
			return n <= ph->p_memsz-(at-ph->p_vaddr);
	return 0;
}

int keep_tables(struct dso *p)
{
	if (DL_FDPIC || p->lazy) return 0;
	for (int i=2; i<4; i++) {
		size_t *at = p->ctors+i, n = p->ctors[i+2];
		if (!*at || !n || !is_writable(p, *at, n)) continue;
		void *copy = malloc(n);
		if (!copy) return -1;
		memcpy(copy, p->base+*at, n);
		*at = (uintptr_t)copy-(uintptr_t)p->base;
	}
	return 0;
}

unsigned atforks;		/* in how many forks this is the child */
static unsigned last_begun;	/* number of an object with destructors */

int ctor_busy(const struct dso *p)
{
	return p->ctor->visitor && p->ctor->visitor != __pthread_self();
}

int ctor_begins(struct dso *p)
{
	struct ctor *c = p->ctor;
	if (c->visitor || c->constructed) return 0;
	c->visitor = __pthread_self();
	c->forks = atforks;
	if (p->ctors[1] || p->ctors[3]) {
		c->before = last_begun;
		last_begun = p->number;
	}
	return 1;
}

void ctor_ends(struct dso *p)
{
	/* A constructor may have come back from a signal handler by longjmp. */
	records_readable();
	p->ctor->visitor = 0;
	p->ctor->constructed = 1;
}

int ctor_lost(const struct dso *p)
{
	return p->ctor && ctor_busy(p) && p->ctor->forks != atforks;
}

int constructed(const struct dso *p)
{
	return p->ctor && *(volatile char *)&p->ctor->constructed;
}

static struct dso *object(unsigned n)
{
	return n <= records.at.nobjects ? records.at.objects[n] : 0;
}

struct dso *fini_first(void)
{
	records_readable();
	return object(last_begun);
}

struct dso *fini_next(const struct dso *p)
{
	records_readable();
	return object(p->ctor->before);
}

/* Dependencies, breadth first and without a mark in the records: list has room
 * for all objects and a terminator, and then seen for a byte for each. */
static void walk_deps(const struct dso *p, struct dso **list, char *seen)
{
	size_t n = 0;
	for (size_t i=0; p; p=list[i++])
		for (size_t j=0; j<p->ndeps_direct; j++) {
			struct dso *q = p->deps[j];
			if (seen[q->number]) continue;
			seen[q->number] = 1;
			list[n++] = q;
		}
}

/* A list of objects and a byte for each, writable until it is done. */
static size_t deps_len(void)
{
	return (records.at.nobjects+2)*(sizeof(struct dso *)+1);
}

/* RLIMIT_DATA does not count shared memory. */
static struct dso **all_deps(const struct dso *p, char **seen)
{
	struct dso **list = mmap(0, deps_len(), PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (list == MAP_FAILED) list = mmap(0, deps_len(),
		PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANONYMOUS, -1, 0);
	if (list == MAP_FAILED) return 0;
	*seen = (char *)(list+records.at.nobjects+2);
	walk_deps(p, list, *seen);
	return list;
}

/* p and its dependencies, of the queue that p was loaded with, if their
 * constructors have not run. To wait for others could be a deadlock. Without
 * memory, all of the queue. */
struct dso **sealed_queue(struct dso *p)
{
	char *seen;
	size_t n = 0;
	struct dso **queue = p->ctor_queue, **list = all_deps(p, &seen);
	if (!list) return queue;
	for (; *queue; queue++)
		if ((*queue == p || seen[(*queue)->number])
		    && !constructed(*queue)) list[n++] = *queue;
	list[n] = 0;
	mprotect(list, deps_len(), PROT_READ);
	return list;
}

struct dso *with_deps(struct dso *p, struct dso *copy)
{
	char *seen;
	struct dso **list;
	if (p->bfs_built || !(list = all_deps(p, &seen))) return p;
	mprotect(list, deps_len(), PROT_READ);
	*copy = *p;
	copy->deps = list;
	return copy;
}

void free_deps(struct dso *p, const struct dso *copy)
{
	if (p == copy) munmap(copy->deps, deps_len());
}

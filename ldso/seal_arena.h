/* The loader's own data. Included once, by dynlink.c, in place of the static
 * variables that lead to its records, which it declares.
 *
 * What the loader knows of the objects it loaded decides which code runs: where
 * their destructors are, where a symbol is looked up, what a new thread's TLS
 * is copied from. So that nobody but the loader can change it, all of it lies
 * on pages of its own, outside of the heap: records, dependency lists,
 * constructor queues, search paths, tables of lazy relocations, and the roots
 * that lead to them. The pages are the arena.
 *
 *	arena ->	+--------------------------------+ 64 KiB
 *			| roots: head, tail, fini_head,  |
 *			|   ldso, app, vdso, r_debug ... |
 *			+--------------------------------+
 *			| records, lists, ... of objects |
 *			+--------------------------------+
 *			| free, zero                     |
 *			+--------------------------------+
 *
 * The one pointer to it is in ld.so's RELRO. While the loader works between
 * records_open and records_close the pages are writable, and at all other
 * times they are not:
 *
 *	start		writable from the first instruction of stage 2 to the
 *			entry point of the program
 *	constructors	not writable while they run. Those of the start change
 *			nothing in the arena: see struct start_ctors
 *	dlopen		writable while it holds the lock, and for a moment
 *			before and after each constructor
 *	dlsym, dladdr, dl_iterate_phdr, pthread_create, fork, exit
 *			only read
 *
 * If no object that was loaded at start refers to dlopen or dlsym, nothing
 * will be loaded later, and the arena is sealed read-only with everything else.
 * So it is when the program calls dlseal. From then on dlopen finds what is
 * loaded, and loads nothing.
 *
 * Outside are: what threads write (locks, the condition variable, TLS blocks,
 * builtin_tls), and words that are of no use but to the call that sets them. */

#include "lock.h"
#include "malloc_gaps.h"

static void *dl_mmap(size_t);

/* Allocation. Free memory is zero but for the headers of chunks, which are
 * kept in the order of their addresses and joined when they touch: once a
 * dlopen that fails has freed what it allocated, not a byte of the arena
 * tells of it. */

/* A multiple of the page size of every architecture. */
#define ARENA_LEN 65536

struct chunk {
	size_t size;		/* header included */
	struct chunk *next;	/* if free */
};

struct region {
	size_t len;
	struct region *next;
};

enum records_state {
	RECORDS_FREE,		/* never protected: the level is off */
	RECORDS_GUARDED,	/* read-only but for the loader */
	RECORDS_UNUSED,		/* sealed: nothing refers to dlopen */
	RECORDS_FORCED,		/* sealed by LD_SEAL=nodlopen */
	RECORDS_DLSEAL,		/* sealed by dlseal */
};

struct arena {
	struct region region;
	struct chunk *free;
	enum records_state state;
	const struct dso *importer;	/* refers to dlopen or dlsym */
	int first_answer;		/* the kernel's, see seal.h */

	struct dso ldso, app, vdso;
	struct dso *start_tail;		/* the last that the program started with */
	struct dso *head, *tail, *fini_head, *syms_tail, *lazy_head;
	char *env_path, *sys_path;
	unsigned long long gencnt;
	int runtime;
	jmp_buf *rtld_fail;
	struct debug debug;
	struct tls_module *tls_modules, *tls_tail;
	size_t tls_cnt, tls_offset, tls_align, static_tls_cnt;
	struct dso *builtin_deps[2];
	struct dso *builtin_ctor_queue[4];
	struct dso **main_ctor_queue;
	size_t main_ctors;		/* how many are in it */
	struct {
		uint16_t *first;	/* by slot: 1 + number of the first object */
		size_t mask;		/* number of slots - 1 */
		struct dso **order;	/* the objects by number */
		size_t n;		/* how many are indexed, from head on */
	} lookup;
	struct fdpic_loadmap *app_loadmap;
	struct fdpic_dummy_loadmap app_dummy_loadmap;
};

static SEAL_RELRO struct arena *arena;

/* Before any relocation of ours is done but the relative ones. */
static void arena_start(void)
{
	size_t used = ALIGN(sizeof *arena, sizeof(struct chunk));
	if (!(arena = dl_mmap(ARENA_LEN))) a_crash();
	arena->region.len = ARENA_LEN;
	arena->free = (void *)((char *)arena+used);
	arena->free->size = ARENA_LEN-used;
	arena->tls_align = MIN_TLS_ALIGN;
}

/* Regions beyond the first go when the last chunk in them does. */
static void drop_region(struct chunk *c)
{
	struct region *r, *q = (struct region *)c-1;
	for (r=&arena->region; r->next!=q; r=r->next)
		if (!r->next) return;
	if (c->size != q->len-sizeof *q) return;
	struct chunk **at = &arena->free;
	while (*at != c) at = &(*at)->next;
	*at = c->next;
	r->next = q->next;
	munmap(q, q->len);
}

static void add_free(struct chunk *c)
{
	struct chunk *prev = 0, *next = arena->free;
	for (; next && next < c; next=next->next) prev = next;
	c->next = next;
	if (prev) prev->next = c;
	else arena->free = c;
	if (next && (char *)c+c->size == (char *)next) {
		c->size += next->size;
		c->next = next->next;
		*next = (struct chunk){ 0 };
	}
	if (prev && (char *)prev+prev->size == (char *)c) {
		prev->size += c->size;
		prev->next = c->next;
		*c = (struct chunk){ 0 };
	}
}

static struct chunk *add_region(size_t len, int flags)
{
	struct region *r = mmap(0, len, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS|flags, -1, 0);
	if (r == MAP_FAILED) return 0;
	r->len = len;
	r->next = arena->region.next;
	arena->region.next = r;
	struct chunk *c = (void *)(r+1);
	c->size = len-sizeof *r;
	return c;
}

/* A table that is large and about to be written all over. */
static void *arena_map(size_t n)
{
	struct chunk *c = add_region(ALIGN(n+sizeof(struct region)+sizeof *c,
		PAGE_SIZE), MAP_POPULATE);
	return c ? c+1 : 0;
}

static void *arena_malloc(size_t n)
{
	struct chunk **at, *c, *rest;
	if (n > SIZE_MAX/2) goto nomem;
	n = ALIGN(n+sizeof *c, sizeof *c);
	for (;;) {
		for (at=&arena->free; *at && (*at)->size<n; at=&(*at)->next);
		if (*at) break;
		size_t unit = PAGE_SIZE > ARENA_LEN ? PAGE_SIZE : ARENA_LEN;
		c = add_region(ALIGN(n+sizeof(struct region), unit), 0);
		if (!c) goto nomem;
		add_free(c);
	}
	c = *at;
	if (c->size == n) {
		*at = c->next;
	} else {
		rest = (void *)((char *)c+n);
		rest->size = c->size-n;
		rest->next = c->next;
		*at = rest;
		c->size = n;
	}
	c->next = 0;
	return c+1;
nomem:
	errno = ENOMEM;
	return 0;
}

static void *arena_calloc(size_t m, size_t n)
{
	return arena_malloc(n && m > SIZE_MAX/n ? SIZE_MAX : m*n);
}

static void arena_free(void *p)
{
	if (!p) return;
	struct chunk *c = (struct chunk *)p-1;
	memset(p, 0, c->size-sizeof *c);
	add_free(c);
	for (c=arena->free; c; c=c->next)
		if ((char *)p-(char *)c < c->size) break;
	if (c) drop_region(c);
}

static void *arena_realloc(void *p, size_t n)
{
	size_t old = p ? ((struct chunk *)p-1)->size-sizeof(struct chunk) : 0;
	if (p && n <= old) return p;
	void *new = arena_malloc(n);
	if (!new || !p) return new;
	memcpy(new, p, old);
	arena_free(p);
	return new;
}

/* Pages that are moved away for good: of the first region the last ones, while
 * they are free. Null if there are not so many. */
static void *arena_take_pages(size_t len)
{
	struct region *r = &arena->region;
	struct chunk *c = arena->free;
	if (PAGE_SIZE > ARENA_LEN) return 0;
	for (; c; c=c->next)
		if ((char *)c+c->size == (char *)r+r->len) break;
	if (!c || c->size < len+sizeof *c) return 0;
	c->size -= len;
	r->len -= len;
	return (char *)r+r->len;
}

static char *arena_strdup(const char *s)
{
	size_t n = strlen(s)+1;
	char *p = arena_malloc(n);
	if (p) memcpy(p, s, n);
	return p;
}

/* From here on these are the loader's. The one thing that it allocates for
 * others is TLS, by the full names. */
#undef malloc
#undef calloc
#undef realloc
#undef free
#define malloc arena_malloc
#define calloc arena_calloc
#define realloc arena_realloc
#define free arena_free

/* What libc.h has names of its own for, while they can be told apart. */
static void set_tls_layout(size_t cnt, size_t align)
{
	libc.tls_cnt = cnt;
	libc.tls_align = align;
}

#define ldso (arena->ldso)
#define head (arena->head)
#define tail (arena->tail)
#define fini_head (arena->fini_head)
#define syms_tail (arena->syms_tail)
#define lazy_head (arena->lazy_head)
#define env_path (arena->env_path)
#define sys_path (arena->sys_path)
#define gencnt (arena->gencnt)
#define runtime (arena->runtime)
#define rtld_fail (arena->rtld_fail)
#define tls_tail (arena->tls_tail)
#define tls_cnt (arena->tls_cnt)
#define tls_offset (arena->tls_offset)
#define tls_align (arena->tls_align)
#define static_tls_cnt (arena->static_tls_cnt)
#define builtin_deps (arena->builtin_deps)
#define builtin_ctor_queue (arena->builtin_ctor_queue)
#define main_ctor_queue (arena->main_ctor_queue)
#define lookup (arena->lookup)
#define app_loadmap (arena->app_loadmap)
#define app_dummy_loadmap (arena->app_dummy_loadmap)

/* Protection. Whoever opens the arena holds the loader's lock or that of
 * constructors, so fork, which takes both, never finds it open. As the two may
 * be held by two threads, they are counted. */

static struct {
	volatile int lock[1];
	int users;
} records = { .users = 1 };	/* the start */

static int protect_regions(int prot)
{
	struct region *r;
	for (r=&arena->region; r; r=r->next) {
		long ret = __syscall(SYS_mprotect, r, r->len, prot);
		if (ret && ret != -ENOSYS) return -ret;
	}
	return 0;
}

static void records_close(void)
{
	LOCK(records.lock);
	if (!--records.users && arena->state != RECORDS_FREE
	    && protect_regions(PROT_READ))
		__seal_print("ld.so: warning: its records stay writable:"
			" no memory\n", (char *)0);
	UNLOCK(records.lock);
}

static int records_sealed(void)
{
	return arena->state > RECORDS_GUARDED;
}

/* 0, or a positive errno: EPERM if the arena is sealed, ENOMEM if the process
 * has more mappings than the kernel allows. */
static int records_open(void)
{
	int err = 0;
	LOCK(records.lock);
	if (records_sealed())
		err = EPERM;
	else if (arena->state == RECORDS_GUARDED && !records.users)
		err = protect_regions(PROT_READ|PROT_WRITE);
	if (!err) records.users++;
	else if (!records_sealed()) protect_regions(PROT_READ);
	UNLOCK(records.lock);
	return err;
}

/* Where failure would leave a constructor neither run nor not run. */
static void records_must_open(void)
{
	if (records_open()) a_crash();
}

/* A record, and what existing threads will have as dtv and TLS for a library
 * that dlopen loads. That is from the heap, since threads write to it. */
static struct dso *new_record(struct dso *dso, size_t size, size_t tls_size)
{
	struct dso *p;
	void *tls = 0;
	if (tls_size && !(tls = __libc_calloc(1, tls_size))) return 0;
	if ((p = calloc(1, size))) dso->new_dtv = tls;
	else __libc_free(tls);
	return p;
}

/* Which object is it that may call dlopen? No object of the start can without
 * a relocation against it, and none can get at dlopen by dlsym without one
 * against that. */
static void note_import(const struct dso *dso, const char *name)
{
	if (name[0] != 'd' && name[0] != '_') return;
	if (!strcmp(name, "dlopen") || !strcmp(name, "dlsym")
	    || !strcmp(name, "__dlsym_time64"))	/* dlsym's name on 32-bit */
		arena->importer = dso;
}

/* Constructors. Each library has one, if only its compiler's; protecting the
 * arena around each would double the system calls of a start. So nothing is
 * written there before main: those of the start run in an order that is known,
 * which stays in main_ctor_queue, and how far they have come is a number. A
 * record's ctor_nth is its place in that order, from 1, and 0 if it
 * has none. Records that dlopen's queues deal with have it written in them
 * (ctor_visitor, constructed), even those of the start, of which a constructor
 * may get at one early by opening a library that needs it. */
static struct start_ctors {
	size_t begun;		/* ctor_nth of the last one that began */
	int running;		/* it has not returned yet */
	pthread_t thread;
} start_ctors;

static void number_ctors(void)
{
	struct dso **q = main_ctor_queue;
	size_t i;
	for (i=0; q && q[i]; i++) q[i]->ctor_nth = i+1;
	arena->main_ctors = i;
}

static pthread_t ctor_visitor(const struct dso *p)
{
	if (p->ctor_nth && p->ctor_nth == start_ctors.begun
	    && start_ctors.running && !p->constructed)
		return start_ctors.thread;
	return p->ctor_visitor;
}

static int is_constructed(const struct dso *p)
{
	if (p->constructed) return 1;
	return p->ctor_nth && (p->ctor_nth < start_ctors.begun
		|| (p->ctor_nth == start_ctors.begun && !start_ctors.running));
}

/* The next three with init_fini_lock held. */
static void ctor_begins(struct dso **queue, struct dso *p, int has_fini)
{
	pthread_t self = __pthread_self();
	if (queue == main_ctor_queue) {
		start_ctors.begun = p->ctor_nth;
		start_ctors.running = 1;
		start_ctors.thread = self;
		return;
	}
	records_must_open();
	p->ctor_visitor = self;
	p->ctors_before = start_ctors.begun;
	if (has_fini) {
		p->fini_next = fini_head;
		fini_head = p;
	}
	records_close();
}

static void ctor_ends(struct dso **queue, struct dso *p)
{
	if (queue == main_ctor_queue) {
		start_ctors.running = 0;
		return;
	}
	records_must_open();
	p->ctor_visitor = 0;
	p->constructed = 1;
	records_close();
}

/* Queues of dlopen that have not been run to their end: while there is one
 * the arena has yet to be written to. */
static int ctor_queues;

static void ctors_queued(void)
{
	pthread_mutex_lock(&init_fini_lock);
	ctor_queues++;
	pthread_mutex_unlock(&init_fini_lock);
}

static void ctors_done(struct dso **queue)
{
	if (queue == main_ctor_queue) return;
	records_must_open();
	free(queue);
	records_close();
	ctor_queues--;
}

/* In the child of a fork only the caller's own constructors go on, and each
 * that is running is one of another queue. */
static void ctors_after_fork(void)
{
	struct dso *p;
	pthread_t self = __pthread_self();
	if (!ctor_queues) return;
	for (ctor_queues=0, p=head; p; p=p->next)
		if (p->ctor_visitor == self) ctor_queues++;
}

/* Destructors, in the reverse of the order in which constructors began: those
 * of the start from their queue, less what dlopen got at first, and between
 * them those of dlopen, each of which knows how many of the former had begun
 * before it. */
struct fini_place {
	struct dso *opened;
	size_t started;
};

static struct fini_place first_fini(void)
{
	/* That number can be written to: by it the program may be denied a
	 * destructor, but not given one that is none. */
	size_t n = start_ctors.begun;
	return (struct fini_place){ fini_head,
		n < arena->main_ctors ? n : arena->main_ctors };
}

static struct dso *next_fini(struct fini_place *at)
{
	struct dso *p;
	for (;;) {
		if ((p = at->opened) && p->ctors_before >= at->started) {
			at->opened = p->fini_next;
			return p;
		}
		if (!at->started) return 0;
		p = main_ctor_queue[--at->started];
		if (!p->ctor_visitor && !p->constructed) return p;
	}
}

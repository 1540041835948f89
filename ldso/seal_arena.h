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
 *			| roots: head, tail, syms_tail,  |
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
 *	constructors	not writable. What changes while they run is not in
 *			the arena: see struct ctor
 *	dlopen		what it writes to is writable while it holds the lock
 *	dlsym, dladdr, dl_iterate_phdr, pthread_create, fork, exit
 *			only read
 *
 * If no object that was loaded at start refers to dlopen or dlsym, nothing
 * will be loaded later, and the arena is sealed read-only with everything else.
 * So it is when the program calls dlseal. From then on dlopen finds what is
 * loaded, and loads nothing.
 *
 * Outside are: what threads write (locks, the condition variable, TLS blocks,
 * builtin_tls), how far constructors are, and words that are of no use but to
 * the call that sets them. */

static void *dl_mmap(size_t);

/* Allocation. What is new comes after what is older, in a region that is much
 * longer than most programs need, and holes that were freed between are used
 * again while they are open. Free memory is zero but for the headers of holes,
 * which are kept in the order of their addresses and joined when they touch: once
 * a dlopen that fails has freed what it allocated, not a byte of the arena tells
 * of it.
 *
 *	roots | older records | the last record | free ...
 *	[open]                 [------- open ---------------]
 *
 * A dlopen writes to the roots, to what it adds, and to the record that was the
 * last until then, and these pages are what it opens: two or three that were ever
 * touched, however many libraries there are. What it writes to older records
 * now and then (a search path that is expanded, symbols that become global) is
 * preceded by a call of writable(), which opens the rest. That matters because
 * to take away write access is paid for by the page, on some machines dearly. */

/* A multiple of the page size of every architecture. */
#define ARENA_LEN 65536

struct chunk {
	size_t size;		/* header included */
	struct chunk *next;	/* if free */
};

struct region {
	size_t len;
	struct region *next;
	int final;		/* written at start, and not again */
	struct region *before;	/* the one in use before this one was */
	char *top;		/* what was free when another came into use */
};

enum records_state {
	RECORDS_FREE,		/* never protected: the level is off */
	RECORDS_GUARDED,	/* read-only but for the loader */
	RECORDS_UNUSED,		/* sealed: nothing refers to dlopen */
	RECORDS_FORCED,		/* sealed by LD_SEAL=nodlopen */
	RECORDS_DLSEAL,		/* sealed by dlseal */
};

/* Constructors. Who runs one, and which have run, changes while the program's
 * own code runs, and to open the arena around each would be most of what a
 * dlopen costs. So it is kept outside, by the numbers of the objects. There is
 * no address in it but that of a thread: by writing to it the program may be
 * denied a constructor or a destructor, or have it run twice, but not be given
 * one that no object has. Queues of constructors are in the arena. */
#define FIRST_OBJECTS 32

static SEAL_EARLY(128) struct ctor {
	pthread_t visitor;	/* whose thread runs that of this object */
	unsigned nth;		/* which object's was the one to begin nth */
	char constructed;
	struct walk walk;	/* of use to one dlopen only, see walk_of */
} first_ctors[FIRST_OBJECTS];

/* With what else a start writes to outside of the arena. */
static SEAL_EARLY(128) struct builtin_tls builtin_tls[1];
static SEAL_EARLY(128) pthread_rwlock_t lock;
static SEAL_EARLY(128) pthread_mutex_t init_fini_lock;
static SEAL_EARLY(128) pthread_cond_t ctor_cond;

struct arena {
	struct region region;
	struct chunk *holes;
	struct region *current;
	char *top;			/* what is free of the current region */
	enum records_state state;
	int all_open;			/* every page but those of final regions */
	int may_fail;			/* what runs can be undone by rtld_fail */
	struct seal_range open[2];	/* else what is, in the first and in the last region */
	const struct dso *importer;	/* refers to dlopen or dlsym */
	int first_answer;		/* the kernel's, see seal.h */

	struct dso ldso, app, vdso;
	struct dso *head, *tail, *syms_tail, *lazy_head;
	struct dso *scope;		/* what is relocated now, by a dlopen that is not global */
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
	struct ctor *ctors;		/* by number, from 1 on */
	size_t nobjects, max_objects;
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
	if (!(arena = dl_mmap(ARENA_LEN))) a_crash();
	arena->region.len = ARENA_LEN;
	arena->current = &arena->region;
	arena->top = (char *)arena+ALIGN(sizeof *arena, sizeof(struct chunk));
	arena->tls_align = MIN_TLS_ALIGN;
	arena->ctors = first_ctors;
	arena->max_objects = FIRST_OBJECTS;
	arena->all_open = 1;
}

static int protect_pages(struct seal_range r, int prot)
{
	if (r.start == r.end) return 0;
	long ret = __syscall(SYS_mprotect, r.start, r.end-r.start, prot);
	return ret == -ENOSYS ? 0 : -ret;
}

static int protect_region(struct region *r, int prot)
{
	uintptr_t start = (uintptr_t)r;
	return protect_pages((struct seal_range){ start, start+r->len }, prot);
}

static int protect_regions(int prot)
{
	struct region *r;
	int err = 0;
	for (r=&arena->region; r && !err; r=r->next)
		if (!r->final) err = protect_region(r, prot);
	return err;
}

static int is_open(const void *p, size_t n)
{
	uintptr_t a = (uintptr_t)p;
	for (int i=0; i<2 && !arena->all_open; i++) {
		struct seal_range r = arena->open[i];
		if (a-r.start < r.end-r.start && n <= r.end-a) return 1;
	}
	return arena->all_open;
}

/* Before something is written to that a dlopen may not have opened, all of it:
 * the n bytes at p. It fails, if at all, by RLIMIT_DATA, and then as a dlopen
 * does as long as that can be undone. */
static void writable(const void *p, size_t n)
{
	int err;
	if (is_open(p, n)) return;
	if (!(err = protect_regions(PROT_READ|PROT_WRITE))) {
		arena->all_open = 1;
		return;
	}
	if (!arena->may_fail) a_crash();
	arena->may_fail = 0;
	errno = err;
	error("Error writing to the loader's records: %m");
	longjmp(*arena->rtld_fail, 1);
}

static void all_writable(void)
{
	writable(0, 1);
}

static char *region_end(struct region *r)
{
	return (char *)r+r->len;
}

static char *region_start(struct region *r)
{
	return (char *)ALIGN((uintptr_t)(r+1), sizeof(struct chunk));
}

/* Regions beyond the first go with the last that was in them: 1 if this did. */
static int drop_region(void)
{
	struct region *r, *q = arena->current;
	if (!q->before || arena->top != region_start(q)) return 0;
	all_writable();
	for (r=&arena->region; r->next!=q; r=r->next);
	r->next = q->next;
	arena->current = q->before;
	arena->top = q->before->top;
	q->before->top = 0;
	munmap(q, q->len);
	return 1;
}

/* What is free at the end goes back to what never was in use. */
static void give_back(void)
{
	struct chunk **at, *c;
	do {
		for (at=&arena->holes; (c = *at); at=&c->next)
			if ((char *)c+c->size == arena->top) break;
		if (!c) continue;
		writable(at, sizeof *at);
		writable(c, c->size);
		*at = c->next;
		*c = (struct chunk){ 0 };
		arena->top = (char *)c;
	} while (c || drop_region());
}

static void add_hole(struct chunk *c)
{
	struct chunk **at = &arena->holes, *last = 0, *next;
	for (; (next = *at) && next < c; at=&next->next) last = next;
	writable(at, sizeof *at);
	c->next = next;
	*at = c;
	if (next && (char *)c+c->size == (char *)next) {
		writable(next, sizeof *next);
		c->size += next->size;
		c->next = next->next;
		*next = (struct chunk){ 0 };
	}
	if (last && (char *)last+last->size == (char *)c) {
		writable(last, sizeof *last);
		last->size += c->size;
		last->next = c->next;
		*c = (struct chunk){ 0 };
	}
}

static struct region *add_region(size_t len, int flags)
{
	struct region *r = mmap(0, len, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS|flags, -1, 0);
	if (r == MAP_FAILED) return 0;
	r->len = len;
	r->next = arena->region.next;
	arena->region.next = r;
	return r;
}

/* For a large table that is written once, at startup. */
static void *arena_map(size_t n)
{
	struct region *r = add_region(ALIGN(n+sizeof *r+sizeof(struct chunk),
		PAGE_SIZE), MAP_POPULATE);
	if (!r) return 0;
	r->final = 1;
	return region_start(r);
}

/* Much larger than those before, as each costs a dlopen two system calls. */
static int grow(size_t n)
{
	struct region *r;
	size_t unit = PAGE_SIZE > ARENA_LEN ? PAGE_SIZE : ARENA_LEN, len = 0;
	for (r=&arena->region; r; r=r->next) if (!r->final) len += r->len;
	n += sizeof *r+sizeof(struct chunk);
	if (!(r = add_region(ALIGN(n > 4*len ? n : 4*len, unit), 0))) return -1;
	/* Whoever closes the arena has to close this too. */
	all_writable();
	r->before = arena->current;
	r->before->top = arena->top;
	arena->current = r;
	arena->top = region_start(r);
	return 0;
}

static struct chunk *take_hole(size_t n)
{
	struct chunk **at = &arena->holes, *c, *rest;
	for (; (c = *at); at=&c->next)
		if (c->size >= n && is_open(at, sizeof *at) && is_open(c, c->size))
			break;
	if (!c) return 0;
	*at = c->next;
	if (c->size > n) {
		*at = rest = (void *)((char *)c+n);
		rest->size = c->size-n;
		rest->next = c->next;
	}
	return c;
}

static void *arena_malloc(size_t n)
{
	struct chunk *c;
	if (n > SIZE_MAX/2) goto nomem;
	n = ALIGN(n+sizeof *c, sizeof *c);
	if (!(c = take_hole(n))) {
		if (region_end(arena->current)-arena->top < n && grow(n))
			goto nomem;
		c = (void *)arena->top;
		arena->top += n;
	}
	*c = (struct chunk){ n, 0 };
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
	writable(c, c->size);
	memset(p, 0, c->size-sizeof *c);
	add_hole(c);
	give_back();
}

/* Lists that grow were often allocated last. */
static void *arena_realloc(void *p, size_t n)
{
	if (!p) return arena_malloc(n);
	struct chunk *c = (struct chunk *)p-1;
	size_t old = c->size-sizeof *c;
	if (n <= old) return p;
	if (n <= SIZE_MAX/2 && (char *)c+c->size == arena->top) {
		size_t more = ALIGN(n-old, sizeof *c);
		if (region_end(arena->current)-arena->top >= more) {
			writable(c, c->size+more);
			c->size += more;
			arena->top += more;
			return p;
		}
	}
	void *new = arena_malloc(n);
	if (!new) return 0;
	memcpy(new, p, old);
	arena_free(p);
	return new;
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

/* Must precede the macros below: struct __libc has members of these names. */
static void set_tls_layout(size_t cnt, size_t align)
{
	libc.tls_cnt = cnt;
	libc.tls_align = align;
}

#define ldso (arena->ldso)
#define head (arena->head)
#define tail (arena->tail)
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

/* Protection. Whoever opens the arena holds the loader's lock until it is
 * closed again, so neither another thread nor fork ever finds it open. */

static void records_closed(int err)
{
	if (err) __seal_print("ld.so: warning: its records stay writable:"
		" no memory\n", (char *)0);
}

static void records_close(void)
{
	if (arena->state == RECORDS_FREE) return;
	int err, err1 = 0, all = arena->all_open;
	arena->all_open = 0;
	if (all) {
		err = protect_regions(PROT_READ);
	} else {
		err = protect_pages(arena->open[0], PROT_READ);
		err1 = protect_pages(arena->open[1], PROT_READ);
	}
	records_closed(err ? err : err1);
}

/* At the end of the start: the final ones too. */
static void records_close_start(void)
{
	struct region *r;
	int err = 0;
	arena->all_open = 0;
	for (r=&arena->region; r && !err; r=r->next)
		err = protect_region(r, PROT_READ);
	records_closed(err);
}

static int records_sealed(void)
{
	return arena->state > RECORDS_GUARDED;
}

/* The roots, and of the current region all from the last object's record on. */
static void what_to_open(struct seal_range *open)
{
	struct region *r = arena->current;
	uintptr_t start = (uintptr_t)r, end = (uintptr_t)region_end(r);
	uintptr_t from = (uintptr_t)arena->top, last = (uintptr_t)tail;
	uintptr_t roots = (uintptr_t)arena, roots_end = (uintptr_t)(arena+1);
	if (last-start < from-start && last-roots >= roots_end-roots) from = last;
	from &= -PAGE_SIZE;
	roots_end = roots_end+PAGE_SIZE-1 & -PAGE_SIZE;
	if (start == roots && from <= roots_end) from = roots_end = end;
	open[0] = (struct seal_range){ roots, roots_end };
	open[1] = (struct seal_range){ from, end };
}

/* 0, or a positive errno: EPERM if the arena is sealed, ENOMEM if the process
 * has more mappings than the kernel allows. */
static int records_open(void)
{
	struct seal_range open[2];
	int err;
	if (records_sealed()) return EPERM;
	if (arena->state == RECORDS_FREE) return 0;
	what_to_open(open);
	err = protect_pages(open[0], PROT_READ|PROT_WRITE);
	if (!err) err = protect_pages(open[1], PROT_READ|PROT_WRITE);
	/* All of it is one mapping, where a part of it would be one too many. */
	int all = err != 0;
	if (all && (err = protect_regions(PROT_READ|PROT_WRITE))) {
		protect_regions(PROT_READ);
		return err;
	}
	arena->all_open = all;
	arena->may_fail = 1;
	arena->open[0] = open[0];
	arena->open[1] = open[1];
	return 0;
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
	if (name[0] == 'd' ? name[1] != 'l' : name[0] != '_' || name[1] != '_'
	    || name[2] != 'd') return;
	if (!strcmp(name, "dlopen") || !strcmp(name, "dlsym")
	    || !strcmp(name, "__dlsym_time64"))	/* dlsym's name on 32-bit */
		arena->importer = dso;
}

static size_t ctors_begun;	/* not counting those without destructors */

/* Room for max objects' constructors. Who reads them holds one of the two
 * locks, and this is called with both. */
static int move_ctors(size_t max)
{
	size_t old = arena->max_objects, len = ALIGN(max*sizeof(struct ctor),
		PAGE_SIZE);
	struct ctor *c = mmap(0, len, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (c == MAP_FAILED) return -1;
	memcpy(c, arena->ctors, old*sizeof *c);
	if (arena->ctors != first_ctors)
		munmap(arena->ctors, ALIGN(old*sizeof *c, PAGE_SIZE));
	arena->ctors = c;
	arena->max_objects = max;
	return 0;
}

/* Room for the objects from p on. -1 if there is no memory. From here on a
 * dlopen can't fail but for a seal, so what waited for symbols is opened now. */
static int make_room(struct dso *p)
{
	if (lazy_head) all_writable();
	arena->may_fail = 0;
	size_t need = arena->nobjects+1;
	for (; p; p=p->next) need++;
	if (need <= arena->max_objects) return 0;
	pthread_mutex_lock(&init_fini_lock);
	int err = move_ctors(need+need/2);
	pthread_mutex_unlock(&init_fini_lock);
	return err;
}

/* Numbers for the objects from p on, which are loaded for good. */
static void number_objects(struct dso *p)
{
	for (; p; p=p->next) p->number = ++arena->nobjects;
}

static struct ctor *ctor_of(const struct dso *p)
{
	return arena->ctors+p->number;
}

/* What is noted of an object while its dependencies are walked, and is of no
 * use after: in its record as long as that is new, and else outside, so
 * that a dlopen needs not open the records of all that is loaded. */
static struct walk *walk_of(struct dso *p)
{
	return p->number ? &ctor_of(p)->walk : &p->walk;
}

/* With init_fini_lock held. */
static void ctor_begins(struct dso *p, int has_fini)
{
	ctor_of(p)->visitor = __pthread_self();
	if (has_fini && ctors_begun < arena->nobjects)
		arena->ctors[++ctors_begun].nth = p->number;
}

static size_t ctors_with_fini(void)
{
	size_t n = arena->nobjects;
	return ctors_begun < n ? ctors_begun : n;
}

/* The objects by number, in few if they are no more than that. Null if there is
 * no memory for it. */
static struct dso **objects_by_number(struct dso **few)
{
	size_t len = (arena->nobjects+1)*sizeof *few;
	struct dso *p, **objects = few;
	if (arena->nobjects >= FIRST_OBJECTS) objects = mmap(0, len,
		PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (objects == MAP_FAILED) return 0;
	for (p=head; p; p=p->next) objects[p->number] = p;
	if (objects != few) mprotect(objects, len, PROT_READ);
	return objects;
}

/* Destructors are called in the reverse of the order in which constructors
 * began. The i-th of them, from 1, if it is one. */
static struct dso *ctor_order(struct dso **objects, size_t i)
{
	struct dso *p;
	unsigned n = arena->ctors[i].nth;
	if (!n || n > arena->nobjects) return 0;
	if (objects) return objects[n];
	for (p=head; p && p->number!=n; p=p->next);
	return p;
}

/* The loader's records.
 *
 * The loader keeps its data about objects on pages of its own, outside of the
 * heap: the roots (dso.c), the objects' records, dependency lists, queues of
 * constructors, search paths, tables of lazy relocations.
 *
 *	start		writable until the entry point of the program
 *	dlopen		writable from its first write on, while it holds the
 *			lock. One that finds a loaded library, or no file,
 *			writes nothing
 *	constructors	not writable: see struct ctor
 *	dlsym, dladdr, dl_iterate_phdr, pthread_create, fork, exit
 *			only read
 *
 * If no object that was loaded at start refers to dlopen or dlsym, nothing
 * will be loaded later, and the records are sealed with everything else. dlseal
 * seals them too. From then on dlopen finds loaded libraries and loads none.
 *
 * While the records are writable, a pointer that the program can write to must
 * not be followed, or the program decides where the loader writes. So between
 * records_open and records_close the loader calls neither malloc nor free,
 * takes no pthread lock, walks no list of threads and formats no error on the
 * heap: errors wait in a buffer, and TLS of existing threads is installed after
 * the close.
 *
 * With a protection key (key.c) they are always writable by their protection,
 * opened for one thread by its rights, and sealed at once.
 *
 * Memory is taken from the end of a region and is never given back, except that
 * a dlopen that fails goes back to where it began. The first region follows the
 * roots. Others are mapped, each much larger than the ones before. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "dso.h"
#include "records.h"
#include "atomic.h"
#include "fork_impl.h"
#include "syscall.h"

#define ALIGN(x,y) ((x)+(y)-1 & -(y))

/* The first memory for public_calloc: enough for a small program. */
static EARLY char first_public[1024];

struct seal_range records_range(void)
{
	return (struct seal_range){ (uintptr_t)roots_align,
		(uintptr_t)first_records+RECORDS_LEN };
}

void records_start(void)
{
	uintptr_t root = (uintptr_t)&head, rest = (uintptr_t)roots_rest;
	if (root < (uintptr_t)roots_align || root >= rest
	    || (uintptr_t)first_records-rest > RECORDS_ALIGN)
		a_crash();
	records.at.records.top = roots_rest;
	records.at.records.end = first_records+RECORDS_LEN;
	records.at.public.top = first_public;
	records.at.public.end = first_public+sizeof first_public;
	records.at.objects = first_objects;
	records.at.max_objects = FIRST_OBJECTS;
	records.open = 1;
}

/* Memory */

static struct region *add_region(size_t len, int public, int flags)
{
	struct region *r, **list = &records.at.regions;
	int keyed = !public && key_in_use();
	/* Other threads must not write to it before it has its key. */
	char *p = mmap(0, len, keyed ? PROT_NONE : PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS|flags, -1, 0);
	if (p == MAP_FAILED) return 0;
	if (keyed && (errno = key_protect((uintptr_t)p, len, 1))) {
		munmap(p, len);
		return 0;
	}
	if (!public && !flags) {
		/* It has room for its own description. */
		r = (void *)p;
		records.at.records.top = (char *)(r+1);
		records.at.records.end = p+len;
	} else if (!(r = records_malloc(sizeof *r))) {
		munmap(p, len);
		return 0;
	}
	*r = (struct region){ (uintptr_t)p, len, *list, public, flags != 0 };
	*list = r;
	return r;
}

/* Each region of records costs a dlopen two system calls. */
static int grow(size_t n)
{
	size_t len = RECORDS_LEN;
	for (struct region *r=records.at.regions; r; r=r->next)
		if (!r->public && !r->final) len += r->len;
	n += sizeof(struct region);
	len = ALIGN(n > 4*len ? n : 4*len, RECORDS_LEN);
	return add_region(len, 0, 0) ? 0 : -1;
}

/* The length of an allocation comes before it. */
struct header {
	size_t len;
	void *pad;
};

void *records_malloc(size_t n)
{
	struct bump *b = &records.at.records;
	struct header *h;
	if (n > SIZE_MAX/2) goto nomem;
	n = ALIGN(n, sizeof *h)+sizeof *h;
	if (b->end-b->top < n && grow(n)) goto nomem;
	h = (void *)b->top;
	h->len = n-sizeof *h;
	b->top += n;
	return records.last = h+1;
nomem:
	errno = ENOMEM;
	return 0;
}

void *records_calloc(size_t m, size_t n)
{
	return records_malloc(n && m > SIZE_MAX/n ? SIZE_MAX : m*n);
}

void records_free(void *p)
{
	struct bump *b = &records.at.records;
	if (!p || p != records.last) return;
	struct header *h = (struct header *)p-1;
	b->top = memset(h, 0, sizeof *h+h->len);
	records.last = 0;
}

void *records_realloc(void *p, size_t n)
{
	struct bump *b = &records.at.records;
	if (!p) return records_malloc(n);
	struct header *h = (struct header *)p-1;
	if (n <= h->len) return p;
	if (p == records.last && n <= SIZE_MAX/2 && b->end-(char *)p >= n) {
		size_t len = ALIGN(n, sizeof *h);
		if (b->end-(char *)p >= len) {
			h->len = len;
			b->top = (char *)p+len;
			return p;
		}
	}
	void *new = records_malloc(n);
	return new ? memcpy(new, p, h->len) : 0;
}

void *records_table(size_t n)
{
	struct region *r = add_region(ALIGN(n, PAGE_SIZE), 0, MAP_POPULATE);
	return r ? (void *)r->start : 0;
}

void *public_calloc(size_t m, size_t n)
{
	struct bump *b = &records.at.public;
	if (n && m > SIZE_MAX/2/n) goto nomem;
	n = ALIGN(m*n, 16);
	if (b->end-b->top < n) {
		size_t len = ALIGN(n, RECORDS_LEN);
		struct region *r = add_region(len, 1, 0);
		if (!r) goto nomem;
		b->top = (char *)r->start;
		b->end = b->top+len;
	}
	b->top += n;
	return b->top-n;
nomem:
	errno = ENOMEM;
	return 0;
}

/* Copy the n bytes of a string, its null included, to mem unless it is null. */
static char *copy_string(const char *s, size_t n, void *mem)
{
	return mem ? memcpy(mem, s, n) : 0;
}

void records_adopt(void)
{
	char **s[] = { &app.name, &ldso.name, &env_path };
	_dl_debug_addr = &debug;
	__seal_state.answer = &records.first_answer;
	for (int i=0; i<3; i++) {
		if (!*s[i]) continue;
		size_t n = strlen(*s[i])+1;
		char *p = copy_string(*s[i], n, records_malloc(n));
		if (p) *s[i] = p;
		else error("Error loading %s: %m", app.name);
	}
}

/* Protection */

/* Roots and first region are one range, the other regions are one each. At the
 * start, the final ones too. */
static int protect(int prot, int start)
{
	struct seal_range all = records_range();
	struct region *r = records.at.regions;
	int keyed = key_in_use();
	long ret = 0;
	if (!keyed) ret = __syscall(SYS_mprotect, all.start, all.end-all.start,
		prot);
	else if (prot & PROT_WRITE) key_open();
	else key_close();
	for (; r && !ret; r=r->next)
		if (!r->public && (r->final ? start : !keyed))
			ret = __syscall(SYS_mprotect, r->start, r->len, prot);
	return ret == -ENOSYS ? 0 : -ret;
}

/* Give the pages that dlopen writes to the key, or with 0 the common one. */
static int set_key(int with)
{
	struct seal_range all = records_range();
	struct region *r = records.at.regions;
	int err = key_protect(all.start, all.end-all.start, with);
	for (; r && !err; r=r->next)
		if (!r->public && !r->final)
			err = key_protect(r->start, r->len, with);
	return err;
}

/* Without a key, mprotect opens and closes the records. */
static void take_key(void)
{
	int err = key_start();
	if (!err && (err = set_key(1))) {
		set_key(0);
		key_give_up();
	}
	if (!err || !__seal_strict()) return;
	/* On a processor without keys the first answer is EINVAL. */
	__seal_refuse(app.name, err == EPERM || err == EACCES
		? "a protection key is not permitted"
		: err == ENOMEM ? "no memory to protect the loader's records"
		: "there is no protection key for the loader's records");
}

/* For seals that are asked for while the records are closed, with the lock
 * held. It is too large for a thread's stack. */
static LARGE struct seal_job job;

/* Seal the regions that were added since was. */
static void seal_new_regions(struct region *was)
{
	struct region *r = records.at.regions;
	if (r == was || records.first_answer > 0) return;
	__seal_new_job(&job, 0);
	for (; r!=was; r=r->next)
		if (!r->public) __seal_add_records(&job, (struct seal_range){
			r->start, r->start+r->len }, 1, 1);
	if (__seal_flush(&job)) __seal_print("ld.so: warning: new records are"
		" not sealed: ", __seal_reason(job.error), "\n", (char *)0);
}

int records_sealed(void)
{
	return records.state > RECORDS_GUARDED;
}

/* The thread that is about to open the records, has them open, or is about to
 * close them. It is no record and only compared: see __records_atfork. */
static pthread_t writer;

int records_open(void)
{
	int err = 0;
	if (records.open) return 0;
	if (records_sealed()) err = EPERM;
	else if (records.state == RECORDS_GUARDED) {
		writer = __pthread_self();
		err = protect(PROT_READ|PROT_WRITE, 0);
	}
	if (err) {
		/* Some of it may be open. */
		if (err != EPERM) protect(PROT_READ, 0);
		writer = 0;
		errno = err;
		return -1;
	}
	records.opener = __pthread_self();
	records.open = 1;
	records.opened = records.at;
	records.last = 0;
	debug.state = RT_ADD;
	_dl_debug_state();
	return 0;
}

/* An error that was reported while the records were open. The text has \1 in
 * the place of %m. */
static LARGE struct {
	int set, errnum;
	char text[PATH_MAX+256];
} pending;

static void report_pending(void)
{
	char *m = strchr(pending.text, 1);
	if (!pending.set) return;
	pending.set = 0;
	if (m) *m++ = 0;
	__dl_seterr("%s%s%s", pending.text, m ? strerror(pending.errnum) : "",
		m ? m : "");
}

void records_error(const char *fmt, va_list ap)
{
	char f[256], *m;
	if (!records.open || records.opener != __pthread_self()) {
		__dl_vseterr(fmt, ap);
		return;
	}
	pending.set = 1;
	pending.errnum = errno;
	size_t len = strnlen(fmt, sizeof f-1);
	memcpy(f, fmt, len);
	f[len] = 0;
	if ((m = strstr(f, "%m"))) {
		*m = 1;
		memmove(m+1, m+2, strlen(m+1));
	}
	int n = vsnprintf(pending.text, sizeof pending.text, f, ap);
	if (n >= sizeof pending.text)
		memcpy(pending.text+sizeof pending.text-4, "...", 4);
}

static void close_pages(int start)
{
	records.open = 0;
	int err = records.state == RECORDS_FREE ? 0 : protect(PROT_READ, start);
	writer = 0;
	if (err) __seal_print("ld.so: warning: its records stay writable:"
		" no memory\n", (char *)0);
}

void records_close(void)
{
	if (records.open) {
		if (records.at.nobjects != records.opened.nobjects) gencnt++;
		struct region *was = records.opened.regions;
		/* Once a dlopen has failed, nothing shall tell of it. */
		records.opened = (struct mark){ 0 };
		records.opener = 0;
		records.last = 0;
		rtld_fail = 0;
		debug.state = RT_CONSISTENT;
		_dl_debug_state();
		close_pages(0);
		if (key_in_use()) seal_new_regions(was);
	}
	report_pending();
}

/* The child of a _Fork while another thread was in dlopen. That thread isn't
 * here to close the records. Its lock stays taken, so nothing opens them. */
void __records_atfork(int child)
{
	records_readable();
	pthread_t who = records.open && records.opener ? records.opener
		: writer;
	if (child) harden_child();
	if (child && who && who != __pthread_self()
	    && records.state != RECORDS_FREE) protect(PROT_READ, 0);
}

/* 1 if p is memory that was taken since the records were opened. */
static int is_new(const void *p)
{
	struct mark *was = &records.opened;
	uintptr_t a = (uintptr_t)p;
	for (struct region *r=records.at.regions; r!=was->regions; r=r->next)
		if (a-r->start < r->len) return 1;
	return a-(uintptr_t)was->records.top
		< was->records.end-was->records.top;
}

static void clear(struct bump *was, const struct bump *is)
{
	char *top = is->end == was->end ? is->top : was->end;
	memset(was->top, 0, top-was->top);
}

void records_release(void)
{
	struct mark *was = &records.opened;
	/* Search paths that were expanded meanwhile are expanded again. */
	for (struct dso *p=head; p!=tail->next; p=p->next)
		if (is_new(p->rpath)) p->rpath = 0;
	if (is_new(sys_path)) sys_path = 0;
	for (struct region *r=records.at.regions; r!=was->regions; ) {
		uintptr_t start = r->start;
		size_t len = r->len;
		r = r->next;
		munmap((void *)start, len);
	}
	clear(&was->records, &records.at.records);
	clear(&was->public, &records.at.public);
	records.at = *was;
	records.last = 0;
}

/* dlopen */

/* Why dlopen can't return a library although it is loaded. */
static enum { NOT_LOADED, NOT_GLOBAL, NOT_CONSTRUCTED } refusal;

#define SEALED "the loader is sealed: "

const char *records_refusal(void)
{
	static const char *const why[][3] = {
#define BOTH(s) { "Error loading shared library %s: " SEALED s, \
		"Error making %s global: " SEALED s, \
		"State of %s is inconsistent due to multithreaded fork" }
		[RECORDS_UNUSED] = BOTH("nothing that was loaded at start"
			" refers to dlopen (LD_SEAL=dlopen lets it)"),
		[RECORDS_FORCED] = BOTH("LD_SEAL=nodlopen"),
		[RECORDS_DLSEAL] = BOTH("the program called dlseal"),
	};
	return why[records.state][refusal];
}

static int is_global(const struct dso *p)
{
	return p->syms_next || syms_tail == p;
}

static int all_global(const struct dso *p)
{
	struct dso **q;
	for (q=p->deps; *q && is_global(*q); q++);
	return !*q && is_global(p);
}

/* 1 if a constructor that is due for p never ends. */
static int queue_lost(const struct dso *p)
{
	struct dso **q = p->ctor_queue;
	if (constructed(p)) return 0;
	for (; q && *q; q++) if (ctor_lost(*q)) return 1;
	return 0;
}

struct dso *records_open_for(struct dso *p, int mode, jmp_buf *jb)
{
	refusal = NOT_LOADED;
	if (!p) return 0;
	if (!records.open) {
		int global = (mode & RTLD_GLOBAL) && !all_global(p);
		if (records_sealed()) {
			if (global) refusal = NOT_GLOBAL;
			else if (queue_lost(p)) refusal = NOT_CONSTRUCTED;
			return refusal ? 0 : p;
		}
		int finished = !global && constructed(p);
		if (finished && p->bfs_built) return p;
		/* Nothing is missing but a list: see with_deps. */
		if (records_open()) return finished ? p : 0;
	}
	rtld_fail = jb;
	return p;
}

/* Which object is it that may call dlopen? No object of the start can without
 * a relocation against it, and none can get at dlopen by dlsym without one
 * against that. */
void note_import(const struct dso *dso, const char *name)
{
	if (name[0] == 'd' ? name[1] != 'l' : name[0] != '_' || name[1] != '_'
	    || name[2] != 'd') return;
	if (!strcmp(name, "dlopen") || !strcmp(name, "dlsym")
	    /* dlsym's name on 32-bit */
	    || !strcmp(name, "__dlsym_time64"))
		records.importer = dso;
}

static int more_objects(size_t need)
{
	size_t max = need+need/2;
	struct dso **new = records_calloc(max, sizeof *new);
	if (!new) return -1;
	memcpy(new, records.at.objects, records.at.max_objects*sizeof *new);
	records.at.objects = new;
	records.at.max_objects = max;
	return 0;
}

int number_objects(struct dso *p, struct dso **queue)
{
	struct dso *q;
	size_t n = records.at.nobjects+1;
	for (q=p; q; q=q->next) {
		n++;
		q->ctor = public_calloc(1, sizeof *q->ctor);
		size_t len = strlen(q->name)+1;
		q->public_name = copy_string(q->name, len,
			public_calloc(1, len));
		if (!q->ctor || !q->public_name) return -1;
		/* At start they are not relocated yet. */
		if (q->relocated && keep_tables(q)) return -1;
		if (!q->ctor_queue) q->ctor_queue = queue;
	}
	if (n > records.at.max_objects && more_objects(n)) return -1;
	for (q=p; q; q=q->next) {
		q->number = ++records.at.nobjects;
		records.at.objects[q->number] = q;
	}
	return 0;
}

/* Sealing */

/* Decide what becomes of the records. They hold the kernel's first answer, so
 * it is asked once before. */
void records_decide(struct seal_job *job)
{
	__seal_probe(job);
	/* Only ld.so is to be sealed: the answer can't be noted later. */
	if (!records.first_answer) records.first_answer = -1;
	if (!__seal_active()) records.state = RECORDS_FREE;
	else if (records.first_answer > 0
	    || __seal_keep_dlopen(records.importer != 0)) {
		records.state = RECORDS_GUARDED;
		if (__seal_key()) take_key();
	} else if (records.importer) {
		prepare_search();
		records.state = RECORDS_FORCED;
	} else {
		records.state = RECORDS_UNUSED;
	}
}

/* The regions that were mapped. Roots and first region are pages of ld.so. */
static void add_regions(struct seal_job *job)
{
	struct region *r;
	int keyed = key_in_use();
	for (r=records.at.regions; r; r=r->next) if (!r->public)
		__seal_add_records(job, (struct seal_range){ r->start,
			r->start+r->len }, records_sealed() || keyed
			|| (r->final && records.state != RECORDS_FREE
			&& records.first_answer <= 0), keyed && !r->final);
}

void records_close_start(struct seal_job *job)
{
	for (struct dso *p=head; p; p=p->next) if (keep_tables(p)) {
		__seal_print("Error loading ", app.name, ": no memory\n",
			(char *)0);
		_exit(127);
	}
	close_pages(1);
	if (hardens()) harden_loader(1);
	add_regions(job);
}

/* The roots come last, because the state can't be changed once they are
 * sealed. Returns 0, or a positive errno with the state unchanged. */
static int seal_all(void)
{
	__seal_new_job(&job, 0);
	records.state = RECORDS_DLSEAL;
	close_pages(0);
	int err = harden_loader(0);
	if (!err) {
		add_regions(&job);
		err = __seal_flush(&job);
	}
	if (!err) {
		__seal_add_records(&job, records_range(), 1, key_in_use());
		err = __seal_flush(&job);
	}
	/* At level hard nothing makes them writable again. */
	if (!err || protect(PROT_READ|PROT_WRITE, 0)) return err;
	records.state = RECORDS_GUARDED;
	protect(PROT_READ, 0);
	return err;
}

/* Libraries that wait for symbols won't get them any more: protect and seal
 * them as they are. */
static const char *seal_loader(void)
{
	int err;
	if (records_sealed()) return 0;
	if (!__seal_active()) return "sealing is off";
	if (records.first_answer > 0)
		return __seal_reason(records.first_answer);
	if (records_open()) return "no memory";
	prepare_search();
	if ((err = seal_all())) return __seal_reason(err);
	__seal_new_job(&job, 0);
	for (struct dso *p=lazy_head; p; p=p->lazy_next) seal_waiting(&job, p);
	__seal_finish(&job, head->name);
	return harden_dlseal() ? "no filter against new code (nocode)" : 0;
}

int dlseal(void)
{
	int cs;
	records_readable();
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cs);
	pthread_rwlock_wrlock(&lock);
	pthread_mutex_lock(&init_fini_lock);
	const char *why = seal_loader();
	pthread_mutex_unlock(&init_fini_lock);
	pthread_rwlock_unlock(&lock);
	pthread_setcancelstate(cs, 0);
	if (why) error("Error sealing the loader: %s", why);
	return why ? -1 : 0;
}

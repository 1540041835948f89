/* The dynamic linker's side of sealing. Included once, by dynlink.c, after
 * what it needs of it: struct dso, laddr, mmap_fixed, error. The hooks in
 * dynlink.c are calls of these functions and nothing more; what sealing is
 * about is told at the top of src/seal/seal.c. */

#include "seal.h"
#include "seal_start.h"

/* Mapping. */

static void set_relro(struct dso *p, const Phdr *ph)
{
	struct seal_range r = __seal_relro(ph, PAGE_SIZE);
	p->relro_start = r.start;
	p->relro_end = r.end;
}

/* The first mapping of a library spans all of it, as its lowest segment is
 * mapped, and the others are mapped over it. 1 if that would change nothing
 * for ph: the first mapping has its pages at the same distance in the file and
 * with the same protection, as is usual of .rodata, and no segment in between
 * was mapped over them. */
static int first_mapping_serves(const Phdr *ph0, size_t phnum, size_t phentsize,
	const Phdr *ph)
{
	const Phdr *p, *low = ph;
	size_t i, min = ph->p_vaddr & -PAGE_SIZE;
	for (p=ph0, i=phnum; i--; p=(void *)((char *)p+phentsize))
		if (p->p_type == PT_LOAD && p->p_vaddr < low->p_vaddr) low = p;
	if (ph->p_flags & PF_W || (ph->p_flags^low->p_flags) & (PF_R|PF_W|PF_X)
	    || min-(low->p_vaddr & -PAGE_SIZE)
	    != (ph->p_offset & -PAGE_SIZE)-(low->p_offset & -PAGE_SIZE))
		return 0;
	for (p=ph0; p!=ph; p=(void *)((char *)p+phentsize))
		if (p->p_type == PT_LOAD && p != low
		    && (p->p_vaddr+p->p_memsz+PAGE_SIZE-1 & -PAGE_SIZE) > min)
			return 0;
	return 1;
}

/* What relocation writes and what is read-only afterwards must not
 * lie on file pages when it is sealed, or a discard brings the unrelocated
 * contents back. Such pages are made anonymous and the file read into them,
 * which also saves the fault and the copy that each would take when it is
 * first written. */

/* How much .data, in bytes, may follow RELRO in its segment for the whole
 * segment to be read with it: below, one mapping is cheaper than two and
 * nearly all its pages get written anyway; above, most stay untouched. */
#ifndef COPY_DATA_MAX
#define COPY_DATA_MAX 65536
#endif

/* len bytes of pages at to, the first n of which are read from the file. Made
 * in one go, not by a fault for each, unless many are only zeros. */
static int copy_pages(int fd, void *to, size_t len, int prot, off_t off, size_t n)
{
	int flags = MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS;
	if (len-n < 2*PAGE_SIZE) flags |= MAP_POPULATE;
	if (mmap_fixed(to, len, prot, flags, -1, 0) == MAP_FAILED)
		return -1;
	for (size_t i=0; i<n; ) {
		ssize_t l = pread(fd, (char *)to+i, n-i, off+i);
		if (l<0 && errno==EINTR) continue;
		if (l<0) return -1;
		if (!l) {
			/* The file may end inside the last page: zeros follow. */
			if (i > (n-1 & -PAGE_SIZE)) break;
			/* Its size was checked, so it shrank since. */
			errno = ENOEXEC;
			return -1;
		}
		i += l;
	}
	return 0;
}

/* Read the pages of a segment up to the end of RELRO, or all of them, into
 * anonymous memory. Returns how many bytes from the segment's first page that
 * covers, a page multiple: 0 if the segment has no RELRO, -1 with errno on
 * failure. The caller maps the rest. */
static size_t map_relro(int fd, const struct dso *dso, const Phdr *ph,
	unsigned char *base, int prot)
{
	size_t min = ph->p_vaddr & -PAGE_SIZE;
	size_t max = ph->p_vaddr+ph->p_memsz+PAGE_SIZE-1 & -PAGE_SIZE;
	size_t file_end = ph->p_vaddr+ph->p_filesz, end = dso->relro_end;

	if (!(ph->p_flags & PF_W) || dso->relro_start >= end
	    || dso->relro_start >= max || end <= min)
		return 0;
	if (end > max || file_end <= end || file_end-end <= COPY_DATA_MAX)
		end = max;
	/* From the start of the page, as a mapping of the file would have it:
	 * what precedes the segment there is visible to the program. */
	size_t n = (file_end<end ? file_end : end)-min;
	if (copy_pages(fd, base+min, end-min, prot|PROT_WRITE,
	    ph->p_offset & -PAGE_SIZE, n) < 0)
		return -1;
	return end-min;
}

/* Segments that the program headers call read-only and DT_TEXTREL says are to
 * be relocated. Writable until protect_dso, and meanwhile not executable,
 * since nothing of the object runs before. */
static int map_textrel(int fd, struct dso *dso, const Phdr *ph, size_t phnum,
	size_t phentsize, unsigned char *base)
{
	/* Without the headers in memory there is no telling later what to
	 * restore. */
	if (!dso->phdr) return mprotect(dso->map, dso->map_len,
		PROT_READ|PROT_WRITE|PROT_EXEC) && errno != ENOSYS ? -1 : 0;
	dso->textrel = 1;
	for (; phnum--; ph=(void *)((char *)ph+phentsize)) {
		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W)) continue;
		size_t min = ph->p_vaddr & -PAGE_SIZE;
		size_t max = ph->p_vaddr+ph->p_memsz+PAGE_SIZE-1 & -PAGE_SIZE;
		size_t n = (ph->p_vaddr & PAGE_SIZE-1)+ph->p_filesz;
		if (copy_pages(fd, base+min, max-min, PROT_READ|PROT_WRITE
		    | (DL_NOMMU_SUPPORT ? PROT_EXEC : 0),
		    ph->p_offset & -PAGE_SIZE, n < max-min ? n : max-min) < 0)
			return -1;
	}
	return 0;
}

/* A page beyond the end of the file would be a SIGBUS when it is used. */
static int segment_in_file(const Phdr *ph, int fd, struct dso *dso)
{
	if (!dso->file_size) {
		struct stat st;
		if (fstat(fd, &st) < 0) return 0;
		dso->file_size = st.st_size;
	}
	return __segment_in_file(ph, dso->file_size);
}

/* Protection. */

enum { NOT_SEALED, SEALED, SEAL_DEFERRED, SEAL_GIVEN_UP };

static struct seal_object seal_view(const struct dso *);

/* 1 if a relocation that waits for its symbol will write to what is read-only
 * after relocation. Slots outside of RELRO, as those of .got.plt are, stay
 * writable anyway and hold nothing up. */
static int relro_pending(const struct dso *p)
{
	if (p->textrel) return p->lazy_cnt != 0;
	for (size_t i=0; i<p->lazy_cnt; i++)
		if (p->lazy[3*i]-p->relro_start < p->relro_end-p->relro_start)
			return 1;
	return 0;
}

static int protect_text(struct dso *p, int pending)
{
	const Phdr *ph = p->phdr;
	for (size_t i=p->phnum; i--; ph=(void *)((char *)ph+p->phentsize)) {
		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W)) continue;
		struct seal_range r = __seal_round((uintptr_t)laddr(p, ph->p_vaddr),
			ph->p_memsz, PAGE_SIZE);
		int prot = PROT_READ|PROT_WRITE|PROT_EXEC;
		if (!pending) prot = (ph->p_flags&PF_R ? PROT_READ : 0)
			| (ph->p_flags&PF_X ? PROT_EXEC : 0);
		long ret = __syscall(SYS_mprotect, r.start, r.end-r.start, prot);
		if (ret && ret != -ENOSYS) return -ret;
	}
	return 0;
}

static struct seal_range relro_of(const struct dso *p)
{
	if (p->relro_start >= p->relro_end) return (struct seal_range){ 0, 0 };
	uintptr_t start = (uintptr_t)laddr(p, p->relro_start);
	return (struct seal_range){ start, start+p->relro_end-p->relro_start };
}

/* What the kernel mapped is on file pages yet. */
static int relro_to_move(const struct dso *p)
{
	if (!p->kernel_mapped || p->relro_moved || !__seal_active()) return 0;
	struct seal_object o = seal_view(p);
	return __seal_relro_valid(&o, PAGE_SIZE);
}

/* A header that reaches beyond the object would write-protect what comes
 * next, which may be ld.so's own data. */
static int relro_inside(const struct dso *p, struct seal_range r)
{
	return DL_FDPIC || (r.start >= (uintptr_t)p->map
		&& r.end <= (uintptr_t)p->map+p->map_len);
}

/* That of the program before relocation, which then finds the pages there that
 * it would else have copied, one fault for each. The arena has pages to spare,
 * which saves mapping some. */
static void move_relro(struct dso *p)
{
	struct seal_range r = relro_of(p);
	if (r.start == r.end || !relro_inside(p, r) || !relro_to_move(p))
		return;
	p->relro_moved = !__seal_anonymize(r, PROT_READ|PROT_WRITE);
}

/* Without memory for that, RELRO is no worse than it ever was, which will do
 * unless the policy is strict. */
static int protect_relro(struct dso *p)
{
	struct seal_range r = relro_of(p);
	if (r.start == r.end) return 0;
	if (!relro_inside(p, r)) return ENOEXEC;
	if (relro_to_move(p)) {
		int err = __seal_anonymize(r, PROT_READ);
		if (!err) return 0;
		if (__seal_strict()) return err;
		__seal_print(p->name, ": warning: RELRO stays on its file, where a"
			" discard can undo it: no memory\n", (char *)0);
	}
	long ret = __syscall(SYS_mprotect, r.start, r.end-r.start, PROT_READ);
	return ret == -ENOSYS ? 0 : -ret;
}

/* Give the pages of a relocated object their final protection. As long as a
 * lazy relocation has to write to RELRO or text, that is put off: upstream makes
 * RELRO read-only regardless and then faults on writing to it. Text that
 * still has relocations to come must be run meanwhile. */
static int protect(struct dso *p)
{
	int err = 0, pending = relro_pending(p);
	if (p->relro_start > p->relro_end) return ENOEXEC;
	if (p->textrel) err = protect_text(p, pending);
	if (!err && !pending) err = protect_relro(p);
	return err;
}

static void protect_dso(struct dso *p)
{
	int err = protect(p);
	if (!err) return;
	errno = err;
	error("Error relocating %s: RELRO protection failed: %m", p->name);
	if (runtime) longjmp(*rtld_fail, 1);
}

/* The same when what was pending has been resolved, by a dlopen of something
 * else. That must not fail for it: p is bound to what failure would unmap. */
static void protect_late(struct dso *p)
{
	if (!protect(p)) return;
	p->sealed = SEAL_GIVEN_UP;
	__seal_print(p->name, ": warning: cannot be protected: no memory; it stays"
		" writable and unsealed\n", (char *)0);
}

/* Sealing. */

static struct seal_object seal_view(const struct dso *p)
{
	struct seal_object o = {
		.name = p->name,
		.base = (uintptr_t)p->base,
		.phdr = p->phdr,
		.phnum = p->phnum,
		.phentsize = p->phentsize,
		.relro = relro_of(p),
		.loader = p == &ldso,
	};
	if (!p->kernel_mapped) {
		o.map.start = (uintptr_t)p->map;
		o.map.end = o.map.start+p->map_len;
	}
	return o;
}

/* The vdso has no mapping of the loader's, FDPIC objects (NOMMU) have no
 * mapping of their own that could be sealed. */
static void seal_dso(struct seal_job *job, struct dso *p)
{
	if (DL_FDPIC || p->sealed == SEALED || p->sealed == SEAL_GIVEN_UP
	    || !p->map || !p->relocated)
		return;
	struct seal_object o = seal_view(p);
	if (relro_pending(p)) {
		if (p->sealed == SEAL_DEFERRED) return;
		__seal_defer(&o, "relocations are pending");
		p->sealed = SEAL_DEFERRED;
		return;
	}
	__seal_add(job, &o);
	p->sealed = SEALED;
}

/* What the flag "marked" asks of the main program, before anything depends on
 * whether objects are sealed. */
static void seal_program(const struct dso *app)
{
	struct seal_object o = seal_view(app);
	__seal_program(&o);
}

static void dl_debug_state(void);
static struct dso *load_library(const char *, struct dso *);
static void extend_bfs_deps(struct dso *);

/* What stays pointed to for the life of the process must not lie where the
 * program could change it: the environment and its arguments. */
static void records_adopt(struct dso *app)
{
	_dl_debug_addr = &arena->debug;
	__seal_answer = &arena->first_answer;
	arena->tls_modules = *__tls_modules;
	*__tls_modules = 0;
	__tls_modules = &arena->tls_modules;
	if (env_path) env_path = arena_strdup(env_path);
	char *name = arena_strdup(app->name);
	if (name) app->name = name;
	else error("Error loading %s: %m", app->name);
}

static void seal_region(struct seal_job *job, const struct region *r)
{
	int final = r->final && arena->state != RECORDS_FREE
		&& arena->first_answer <= 0;
	__seal_add_records(job, (struct seal_range){ (uintptr_t)r,
		(uintptr_t)r+r->len }, records_sealed() || final);
}

/* The loader's own records, with what has been added to the job. The kernel's
 * first answer is noted there, and so asked for before they are protected. */
static void seal_records(struct seal_job *job)
{
	struct region *r;
	__seal_probe(job);
	if (!__seal_active()) arena->state = RECORDS_FREE;
	else if (arena->first_answer > 0 || __seal_keep_dlopen(arena->importer != 0))
		arena->state = RECORDS_GUARDED;
	else arena->state = arena->importer ? RECORDS_FORCED : RECORDS_UNUSED;
	if (arena->state == RECORDS_FORCED)
		for (struct dso *p=head; p; p=p->next) extend_bfs_deps(p);
	if (arena->state != RECORDS_FREE) records_close_start();
	for (r=&arena->region; r; r=r->next) seal_region(job, r);
}

/* Start-up: everything. Ends the process if strict is not met. What is written
 * to the loader's records before the program starts is written when this
 * returns, and further failures are no longer the end of it. */
static void seal_start(struct dso *app)
{
	struct seal_job job = { 0 };
	size_t vdso = 0;
	/* A program that needs no library doesn't have ld.so in its list
	 * either: nothing can look up dlopen then, so the relocations that
	 * stage 2 did are final. */
	if (__seal_wanted() && !ldso.relocated) {
		protect_dso(&ldso);
		ldso.relocated = 1;
	}
	if (make_room(head)) error("Error loading %s: %m", app->name);
	if (ldso_fail) _exit(127);

	number_objects(head);
	runtime = 1;
	arena->debug = (struct debug){ 1, head, dl_debug_state, RT_CONSISTENT,
		ldso.base };
	if (!__seal_wanted()) return;

	for (struct dso *p=app; p; p=p->next) seal_dso(&job, p);
	seal_dso(&job, &ldso);
	search_vec(libc.auxv, &vdso, AT_SYSINFO_EHDR);
	__seal_add_vdso(&job, (void *)vdso);
	seal_records(&job);
	int err = __seal_finish(&job, app->name);
	if (err) __seal_refuse(app->name, __seal_reason(err));
}

/* dlopen: what it loaded, and what waited for it. Called where nothing can
 * fail any more but this, and this only if the policy is strict; there are no
 * lazy relocations then, so nothing older is bound to what is taken back. The
 * usual refusal (a filter installed since start) meets the first range, so
 * all of it can be unmapped. If a later range is refused, what the earlier
 * ones sealed stays mapped, unreachable, until the process ends. */
static void seal_loaded(void)
{
	/* Not on the stack, which may be a thread's small one; the caller
	 * holds the lock. */
	static struct seal_job job;
	if (!__seal_wanted()) return;
	job.set.n = job.error = job.asked = job.refused = 0;
	job.vdso = job.failed = (struct seal_range){ 0, 0 };
	for (struct dso *p=head; p; p=p->next) seal_dso(&job, p);
	int err = __seal_finish(&job, head->name);
	if (!err) return;
	error("Error sealing what was loaded: %s (strict)", __seal_reason(err));
	longjmp(*rtld_fail, 1);
}

/* dlopen of what is there already needs nothing of the loader but to be found,
 * and that works when the records can't be written to. */
static void *dlopen_refused(const char *file, int mode, int err)
{
	static const char *const why[] = {
		[RECORDS_UNUSED] = "nothing that was loaded at start refers to"
			" dlopen (LD_SEAL=dlopen lets it)",
		[RECORDS_FORCED] = "LD_SEAL=nodlopen",
		[RECORDS_DLSEAL] = "the program called dlseal",
	};
	if (!records_sealed()) {
		errno = err;
		error("Error loading shared library %s: the loader's records"
			" can't be written to: %m", file);
		return 0;
	}
	noload = 1;
	struct dso *p = load_library(file, head);
	if (p && (!(mode & RTLD_GLOBAL) || p->syms_next || syms_tail == p))
		return p;
	if (p) error("Error making %s global: the loader is sealed: %s",
		file, why[arena->state]);
	else if (mode & RTLD_NOLOAD)
		error("Library %s is not already loaded", file);
	else error("Error loading shared library %s: the loader is sealed: %s",
		file, why[arena->state]);
	return 0;
}

/* Seal the records, first those in further regions: once the roots are
 * sealed there is no taking back. 0 or a positive errno, nothing changed. */
static int close_for_good(void)
{
	static struct seal_job job;
	struct region *r;
	arena->state = RECORDS_DLSEAL;
	records_close();
	job.set.n = job.error = 0;
	for (r=arena->region.next; r; r=r->next) seal_region(&job, r);
	int err = __seal_flush(&job);
	if (!err) {
		seal_region(&job, &arena->region);
		err = __seal_flush(&job);
	}
	if (!err) return 0;
	protect_regions(PROT_READ|PROT_WRITE);
	arena->state = RECORDS_GUARDED;
	protect_regions(PROT_READ);
	return err;
}

/* Libraries that waited for symbols will wait for ever. */
static void seal_pending(void)
{
	static struct seal_job job;
	job.set.n = job.error = job.asked = job.refused = 0;
	for (struct dso *p=lazy_head; p; p=p->lazy_next) {
		struct seal_object o = seal_view(p);
		if (p->sealed != SEAL_DEFERRED) continue;
		if (p->textrel && protect_text(p, 0)) continue;
		if (!protect_relro(p)) __seal_add(&job, &o);
	}
	__seal_finish(&job, head->name);
}

static const char *seal_loader(void)
{
	jmp_buf jb;
	int err;
	if (records_sealed()) return 0;
	if (!__seal_active()) return "sealing is off";
	if (arena->first_answer > 0) return __seal_reason(arena->first_answer);
	if (records_open()) return "no memory";
	rtld_fail = &jb;
	if (setjmp(*rtld_fail)) {
		records_close();
		return "no memory";
	}
	all_writable();
	for (struct dso *p=head; p; p=p->next) extend_bfs_deps(p);
	if ((err = close_for_good())) return __seal_reason(err);
	seal_pending();
	return 0;
}

int dlseal(void)
{
	int cs;
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

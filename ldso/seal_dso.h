/* The dynamic linker's side of sealing. Included once, by dynlink.c, after
 * struct dso and the functions that it calls: laddr, mmap_fixed, error. The
 * hooks in dynlink.c are calls of these functions. See the top of
 * src/seal/seal.c for how sealing works. */

#include "seal.h"
#include "seal_start.h"

/* Mapping. */

static void set_relro(struct dso *p, const Phdr *ph)
{
	struct seal_range r = __seal_relro(ph, 0, PAGE_SIZE);
	p->relro_start = r.start;
	p->relro_end = r.end;
}

/* The first mapping of a library spans all of it, with the protection of its
 * lowest segment. The other segments are mapped over it. Returns 1 if ph needs
 * no mapping of its own: the first mapping has its pages at the same distance
 * in the file and with the same protection, as is usual for .rodata, and no
 * segment before it was mapped over them. */
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

/* Pages that relocation writes and that are read-only afterwards must not be
 * file pages when they are sealed, or a discard brings the unrelocated contents
 * back. So they are made anonymous and the file is read into them. This also
 * saves a fault and a copy for each page when it is first written to. */

/* If at most this many bytes of .data follow RELRO in its segment, the whole
 * segment is read with it: one mapping is cheaper than two, and nearly all of
 * its pages get written to anyway. Of larger data most pages stay untouched. */
#ifndef COPY_DATA_MAX
#define COPY_DATA_MAX 65536
#endif

/* Map len bytes of anonymous pages at to and read the first n bytes from the
 * file. The pages are populated in one go, without a fault for each, unless two
 * or more have no file contents. */
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
			/* The file may end in the last page: zeros follow. */
			if (i > (n-1 & -PAGE_SIZE)) break;
			/* Its size was checked before: it shrank. */
			errno = ENOEXEC;
			return -1;
		}
		i += l;
	}
	return 0;
}

/* Read the pages of a segment up to the end of RELRO, or all of them, into
 * anonymous memory. Returns the number of bytes, from the start of the
 * segment's first page, that this covers: a page multiple, 0 if the segment has
 * no RELRO, or -1 with errno on failure. The caller maps the rest. */
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
	/* Read from the start of the page, as a mapping of the file would: the
	 * bytes before the segment are visible to the program. */
	size_t n = (file_end<end ? file_end : end)-min;
	if (copy_pages(fd, base+min, end-min, prot|PROT_WRITE,
	    ph->p_offset & -PAGE_SIZE, n) < 0)
		return -1;
	return end-min;
}

/* With DT_TEXTREL, relocation writes to segments that the program headers call
 * read-only. They are read into anonymous pages, writable until protect_dso.
 * Nothing of the object runs before, so they are not executable until then. */
static int map_textrel(int fd, struct dso *dso, const Phdr *ph, size_t phnum,
	size_t phentsize, unsigned char *base)
{
	/* Without the headers in memory, protect_text could not restore the
	 * protections later. */
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

/* An access to a page beyond the end of the file would be a SIGBUS. */
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

/* 1 if a relocation that waits for its symbol will write to RELRO or may, with
 * DT_TEXTREL, write to text. Slots elsewhere, such as those of .got.plt, stay
 * writable anyway, so the library need not wait for them. */
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

/* 1 if RELRO must be replaced with anonymous pages: the kernel mapped it, so it
 * is still on file pages. */
static int relro_to_move(const struct dso *p)
{
	if (!p->kernel_mapped || p->relro_moved || !__seal_active()) return 0;
	struct seal_object o = seal_view(p);
	return __seal_relro_valid(&o, PAGE_SIZE);
}

/* 1 if RELRO is inside the object. A header that reaches beyond it would
 * write-protect other memory, which may be ld.so's own data. */
static int relro_inside(const struct dso *p, struct seal_range r)
{
	return DL_FDPIC || (r.start >= (uintptr_t)p->map
		&& r.end <= (uintptr_t)p->map+p->map_len);
}

/* Replace the program's RELRO before relocation, which would otherwise copy
 * each of its pages at a fault. */
static void move_relro(struct dso *p)
{
	struct seal_range r = relro_of(p);
	if (r.start == r.end || !relro_inside(p, r) || !relro_to_move(p))
		return;
	p->relro_moved = !__seal_anonymize(r, PROT_READ|PROT_WRITE);
}

/* Returns 0 or a positive errno. Without memory for anonymous pages RELRO stays
 * on its file, as in upstream: a warning, or an error under strict. */
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
 * lazy relocation has to write to RELRO or text, RELRO stays writable.
 * (Upstream makes it read-only and faults when it writes the relocation.) Text
 * with pending relocations is writable and executable: it runs meanwhile. */
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

/* The same for an object when a later dlopen has resolved its pending
 * relocations. That dlopen must not fail for it: the object is bound to
 * libraries that a failure would unmap. */
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

/* A job is too large for the stack of a thread that calls dlopen, so each caller
 * has a static one and holds the lock. Its ranges need no clearing. */
static void new_job(struct seal_job *job)
{
	job->set.n = job->error = job->asked = job->refused = 0;
	job->vdso = job->failed = (struct seal_range){ 0, 0 };
}

/* The vdso was not mapped by the loader and is added apart. FDPIC objects
 * (NOMMU) have no mappings that could be sealed. */
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

/* Apply the flag "marked" to the main program, before anything depends on
 * whether objects are sealed. */
static void seal_program(const struct dso *app)
{
	struct seal_object o = seal_view(app);
	__seal_program(&o);
}

static void dl_debug_state(void);
static struct dso *load_library(const char *, struct dso *);
static void extend_bfs_deps(struct dso *);

/* The loader points to these until the process ends, so they move to where the
 * program can't change them. The search path and the program's name were in the
 * environment and the arguments. */
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

/* Add the loader's own records to the job. They hold the kernel's first answer,
 * so the kernel is asked once before they are protected. */
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

/* At start: seal everything. Ends the process if strict can't be met. Once this
 * returns, nothing writes to the loader's records before the program starts,
 * and failures are no longer fatal. */
static void seal_start(struct dso *app)
{
	struct seal_job job = { 0 };
	size_t vdso = 0;
	/* ld.so is not in the list of a program that needs no library, so
	 * reloc_all left it out. Nothing can look up dlopen then, and the
	 * relocations of stage 2 are final. */
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

/* In dlopen: seal the libraries that it loaded and those that no longer wait
 * for symbols. Called where nothing else can fail. It fails only under strict,
 * which has no lazy relocations, so no older library is bound to those that the
 * failure unmaps. Usually the first range is refused already (by a filter
 * installed since the start), and all of it can be unmapped. If a later range
 * is refused, the ranges sealed before it stay mapped, unreachable, until the
 * process ends. */
static void seal_loaded(void)
{
	/* Static, because the stack may be a thread's small one. The caller
	 * holds the lock. */
	static struct seal_job job;
	if (!__seal_wanted()) return;
	new_job(&job);
	for (struct dso *p=head; p; p=p->next) seal_dso(&job, p);
	int err = __seal_finish(&job, head->name);
	if (!err) return;
	error("Error sealing what was loaded: %s (strict)", __seal_reason(err));
	longjmp(*rtld_fail, 1);
}

/* Called if the records can't be opened. If they are sealed, dlopen still finds
 * a library that is loaded already. */
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

/* Seal the records. The region with the roots comes last, because the state
 * can't be changed once it is sealed. Returns 0, or a positive errno with the
 * state unchanged. */
static int close_for_good(void)
{
	static struct seal_job job;
	struct region *r;
	arena->state = RECORDS_DLSEAL;
	records_close();
	new_job(&job);
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

/* Libraries that wait for symbols won't get them any more: protect and seal
 * them as they are. */
static void seal_pending(void)
{
	static struct seal_job job;
	new_job(&job);
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

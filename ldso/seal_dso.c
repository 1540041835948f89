/* The dynamic linker's side of sealing: how objects are mapped, protected and
 * sealed. The hooks in dynlink.c are calls of these functions. See the top of
 * src/seal/seal.c for how sealing works.
 *
 * An FDPIC object (NOMMU) has no mapping that could be protected or sealed:
 * nothing is done here for one. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "dso.h"
#include "syscall.h"
#include "seal_pages.h"
#include "vdso_funcs.h"

SEAL_RELRO struct seal_state __seal_state;
SEAL_RELRO struct vdso_funcs __vdso_funcs;

/* Mapping. */

void set_relro(struct dso *p, const Phdr *ph)
{
	struct seal_range r = __seal_relro(ph, 0, PAGE_SIZE);
	p->relro_start = r.start;
	p->relro_end = r.end;
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
static int copy_pages(int fd, void *to, size_t len, int prot, off_t off,
	size_t n)
{
	int flags = MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS;
	if (len-n < 2*PAGE_SIZE) flags |= MAP_POPULATE;
	if (mmap(to, len, prot, flags, -1, 0) == MAP_FAILED)
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

size_t map_relro(int fd, const struct dso *dso, const Phdr *ph,
	unsigned char *base, int prot)
{
	size_t min = ph->p_vaddr & -PAGE_SIZE;
	size_t max = ph->p_vaddr+ph->p_memsz+PAGE_SIZE-1 & -PAGE_SIZE;
	size_t file_end = ph->p_vaddr+ph->p_filesz, end = dso->relro_end;

	if (DL_NOMMU_SUPPORT || !(ph->p_flags & PF_W) || dso->relro_start >= end
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
int map_textrel(int fd, struct dso *dso, const Phdr *ph, size_t phnum,
	size_t phentsize, unsigned char *base)
{
	/* Without the headers in memory, protect_text could not restore the
	 * protections later. */
	if (!dso->phdr || DL_NOMMU_SUPPORT)
		return mprotect(dso->map, dso->map_len,
			PROT_READ|PROT_WRITE|PROT_EXEC) && errno != ENOSYS
			? -1 : 0;
	dso->textrel = 1;
	for (; phnum--; ph=(void *)((char *)ph+phentsize)) {
		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W)) continue;
		size_t min = ph->p_vaddr & -PAGE_SIZE;
		size_t max = ph->p_vaddr+ph->p_memsz+PAGE_SIZE-1 & -PAGE_SIZE;
		size_t n = (ph->p_vaddr & PAGE_SIZE-1)+ph->p_filesz;
		if (copy_pages(fd, base+min, max-min, PROT_READ|PROT_WRITE,
		    ph->p_offset & -PAGE_SIZE, n < max-min ? n : max-min) < 0)
			return -1;
	}
	return 0;
}

/* Protection. */

enum { NOT_SEALED, SEALED, SEAL_DEFERRED, SEAL_GIVEN_UP };

/* Slots elsewhere, such as those of .got.plt, stay writable anyway, so the
 * library need not wait for them. */
int relro_pending(const struct dso *p)
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
		struct seal_range r = __seal_segment(ph, (uintptr_t)p->base,
			PAGE_SIZE);
		int prot = pending ? PROT_READ|PROT_WRITE|PROT_EXEC
			: __seal_prot(ph);
		/* Then harden_objects has to replace it. */
		if (__seal_state.policy.level == SEAL_HARD) prot &= ~PROT_EXEC;
		long ret = __syscall(SYS_mprotect, r.start, r.end-r.start,
			prot);
		if (ret && ret != -ENOSYS) return -ret;
	}
	return 0;
}

struct seal_range relro_of(const struct dso *p)
{
	if (p->relro_start >= p->relro_end) return (struct seal_range){ 0, 0 };
	uintptr_t start = (uintptr_t)p->base+p->relro_start;
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
	return r.start >= (uintptr_t)p->map
		&& r.end <= (uintptr_t)p->map+p->map_len;
}

static int anonymize(const struct dso *p, struct seal_range r, int prot)
{
	return __seal_anonymize(r, seal_first(p->phdr, p->phnum, p->phentsize,
		(uintptr_t)p->base, r.start, PAGE_SIZE), prot);
}

void move_relro(struct dso *p)
{
	struct seal_range r = relro_of(p);
	if (r.start == r.end || !relro_inside(p, r) || !relro_to_move(p))
		return;
	p->relro_moved = !anonymize(p, r, PROT_READ|PROT_WRITE);
}

/* Returns 0 or a positive errno. Without memory for anonymous pages RELRO stays
 * on its file, as in upstream: a warning, or an error under strict. */
static int protect_relro(struct dso *p)
{
	struct seal_range r = relro_of(p);
	if (r.start == r.end) return 0;
	if (!relro_inside(p, r)) return ENOEXEC;
	if (relro_to_move(p)) {
		int err = anonymize(p, r, PROT_READ);
		if (!err) return 0;
		if (__seal_strict()) return err;
		__seal_print(p->name, ": warning: RELRO stays on its file,"
			" where a discard can undo it: no memory\n",
			(char *)0);
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
	if (DL_FDPIC) return 0;
	if (p->relro_start > p->relro_end) return ENOEXEC;
	if (p->textrel) err = protect_text(p, pending);
	if (!err && !pending) err = protect_relro(p);
	return err;
}

void protect_dso(struct dso *p)
{
	/* Later: see seal_start. */
	if (p == &ldso && !runtime) return;
	int err = protect(p);
	if (!err) return;
	errno = err;
	error("Error relocating %s: RELRO protection failed: %m", p->name);
	if (runtime) longjmp(*rtld_fail, 1);
}

/* The dlopen that resolved the relocations must not fail for this: the object
 * is bound to libraries that a failure would unmap. */
void protect_late(struct dso *p)
{
	if (!protect(p)) return;
	p->sealed = SEAL_GIVEN_UP;
	__seal_print(p->name, ": warning: cannot be protected: no memory; it"
		" stays writable and unsealed\n", (char *)0);
}

/* Sealing. */

/* Without records.c the roots are as writable as any data of ld.so. */
static void dummy(struct seal_job *job) { (void)job; }
static struct seal_range dummy_range(void)
{
	return (struct seal_range){ 0, 0 };
}
static int dummy_sealed(void) { return 0; }
static void dummy_readable(void) {}
weak_alias(dummy, records_decide);
weak_alias(dummy, records_close_start);
weak_alias(dummy_range, records_range);
weak_alias(dummy_sealed, records_sealed);
weak_alias(dummy_sealed, key_in_use);
weak_alias(dummy_readable, records_readable);
static void dummy_harden(void) {}
static int dummy_loader(int start) { return start & 0; }
weak_alias(dummy_harden, harden_objects);
weak_alias(dummy_loader, harden_loader);
weak_alias(dummy_harden, harden_process);
weak_alias(dummy_sealed, harden_dlseal);
weak_alias(dummy_harden, harden_child);

struct seal_object seal_view(const struct dso *p)
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
	if (p == &ldso) {
		o.records = records_range();
		o.records_keyed = key_in_use();
		o.records_sealed = records_sealed() || o.records_keyed;
	}
	if (!p->kernel_mapped) {
		o.map.start = (uintptr_t)p->map;
		o.map.end = o.map.start+p->map_len;
	}
	return o;
}

/* The vdso was not mapped by the loader and is added apart. */
static void seal_dso(struct seal_job *job, struct dso *p)
{
	if (DL_FDPIC || p->sealed == SEALED || p->sealed == SEAL_GIVEN_UP
	    || !p->map || !p->relocated)
		return;
	struct seal_object o = seal_view(p);
	if (relro_pending(p)) {
		if (p->sealed == SEAL_DEFERRED) return;
		__seal_defer(job, &o, "relocations are pending");
		p->sealed = SEAL_DEFERRED;
		return;
	}
	__seal_add(job, &o);
	p->sealed = SEALED;
}

void seal_program(const struct dso *p)
{
	struct seal_object o = seal_view(p);
	ldso.relro_moved = __relro_moved;
	__vdso_start();
	__seal_program(&o);
}

/* The order matters. The kernel is asked for a range of another object, and its
 * answer is written to the records. The key of the records is written to
 * ld.so's RELRO. Then both are protected, and ld.so, with them, is sealed
 * last. */
void seal_start(void)
{
	struct seal_job job = { 0 };
	int err = 0;
	if (!__seal_wanted()) {
		records_decide(&job);
		if (ldso.relocated) err = protect(&ldso);
		if (err) __seal_refuse(app.name, __seal_reason(err));
		records_close_start(&job);
		return;
	}
	if (hardens()) harden_objects();
	for (struct dso *p=head; p; p=p->next)
		if (p != &ldso) seal_dso(&job, p);
	sealed_tail = tail;
	__seal_add_vdso(&job);
	records_decide(&job);
	/* ld.so is not in the list of a program that needs no library, so
	 * reloc_all left it out. Nothing can look up dlopen then, and the
	 * relocations of stage 2 are final. */
	err = protect(&ldso);
	if (err) __seal_refuse(app.name, __seal_reason(err));
	ldso.relocated = 1;
	ldso.sealed = SEALED;
	struct seal_object o = seal_view(&ldso);
	records_close_start(&job);
	__seal_add(&job, &o);
	err = __seal_finish(&job, app.name);
	if (err) __seal_refuse(app.name, __seal_reason(err));
	if (hardens()) harden_process();
}

/* Strict has no lazy relocations, so no older library is bound to those that a
 * failure unmaps. Usually the first range is refused already (by a filter
 * installed since the start), and all of it can be unmapped. If a later range
 * is refused, the ranges sealed before it stay mapped, unreachable, until the
 * process ends. */
void seal_loaded(void)
{
	if (!__seal_wanted()) return;
	if (hardens()) harden_objects();
	__seal_new_job(&load_job, &load_spare);
	for (struct dso *p=head; p; p=p->next) seal_dso(&load_job, p);
	int err = __seal_finish(&load_job, head->name);
	if (!err) {
		a_barrier();
		sealed_tail = tail;
		return;
	}
	error("Error sealing what was loaded: %s (strict)", __seal_reason(err));
	longjmp(*rtld_fail, 1);
}

void seal_waiting(struct seal_job *job, struct dso *p)
{
	struct seal_object o = seal_view(p);
	if (p->sealed != SEAL_DEFERRED) return;
	if (p->textrel && protect_text(p, 0)) return;
	if (!protect_relro(p)) __seal_add(job, &o);
}

int __seal_done(void)
{
	records_readable();
	return !sealed_tail || *__seal_state.answer >= 0 ? 0
		: __seal_warned ? -1 : 1;
}

/* ld.so comes last. It need not be in the list. */
const void *__seal_after(const void *prev, struct seal_object *o)
{
	const struct dso *p = prev;
	if (p == &ldso) return 0;
	do {
		if (p == sealed_tail) {
			p = &ldso;
			break;
		}
		p = p ? p->next : head;
	} while (p == &ldso || p->sealed != SEALED);
	*o = seal_view(p);
	return p;
}

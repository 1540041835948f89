/* Sealing: how a process gets an address space that no longer changes.
 *
 * mseal(2) makes mappings immutable. Once it has covered a page, munmap,
 * mmap(MAP_FIXED), mremap, mprotect and pkey_mprotect of that page fail with
 * EPERM until the process ends, and so do the madvise calls that would discard
 * read-only anonymous memory. A seal can't be removed. The loader can seal
 * nearly everything that it maps, because musl's dlclose never unmaps.
 *
 * A program with one library, as the loader leaves it (addresses shortened):
 *
 *	before				after, level "on", program marked
 *	5000-5001 r--p  prog		5000-5001 r--p sealed
 *	5001-5002 r-xp  prog		5001-5002 r-xp sealed
 *	5002-5003 r--p  prog		5002-5003 r--p sealed
 *	5003-5004 r--p  prog RELRO	5003-5004 r--p sealed, now anonymous
 *	5004-5005 rw-p  prog .data	5004-5005 rw-p sealed: always writable,
 *					    but never executable or elsewhere
 *	6000-6021 rw-p  [heap]		6000-6021 rw-p mutable
 *	7000-7001 r--p  lib		7000-7001 r--p sealed
 *	7001-7003 r-xp  lib		7001-7003 r-xp sealed
 *	7003-7004 r--p  lib RELRO	7003-7004 r--p sealed, anonymous
 *	7004-7005 rw-p  lib .data	7004-7005 rw-p mutable: lib is unmarked
 *	7015-7017 r--p  [vvar]		7015-7017 r--p the kernel's to seal
 *	7017-7019 r-xp  [vdso]		7017-7019 r-xp sealed
 *	7019-70d0       ld.so		7019-70d0      sealed, all of it, with
 *					    its records: no dlopen
 *	7ff0-8000 rw-p  [stack]		7ff0-8000 rw-p mutable: it must grow
 *
 * The kernel is asked three times, for 5000-5005, 7000-7004 and
 * 7017-70d0: pages that touch are joined first, even if they belong to
 * different objects. Libraries are mapped one below the other, so a hundred
 * marked ones take no more calls than one.
 *
 * Why RELRO is moved to anonymous memory: madvise(MADV_DONTNEED) of a sealed,
 * read-only, private *file* mapping is allowed (mm/madvise.c,
 * can_madvise_modify) and discards the relocated words; the next access brings
 * back the file's unrelocated ones. For sealed, read-only *anonymous* memory it
 * is refused. So libraries are loaded with RELRO on anonymous pages
 * (ldso/seal_dso.c), and where the kernel mapped RELRO its pages are replaced
 * in place: in the program by __seal_anonymize, in ld.so and a static-PIE
 * before the first relocation (seal_early). Text with relocations (DT_TEXTREL)
 * is loaded on anonymous pages too.
 *
 * Who seals what, and when:
 *
 *	dynamic start	program, ld.so, preloads, needed libraries and vdso,
 *			after the last relocation and before the entry point
 *			(__dls3); the loader's own records (ldso/records.c)
 *			too, unless one of these objects refers to dlopen
 *	dlopen		the libraries that it loaded and those that no longer
 *			wait, once nothing else can fail and before constructors
 *	dlseal()	the loader's own records, and libraries that still wait
 *	static start	the program and the vdso, before constructors
 *			(src/seal/static.c)
 *
 * A library opened with RTLD_LAZY waits, unsealed, as long as a missing symbol
 * still has to be written to its RELRO or its text. Slots outside of these stay
 * writable anyway, and the library does not wait for them.
 *
 * Three layers: arithmetic on ranges (range.c, set.c); policy for one object
 * (object.c and pages.c, with policy.c for the words of LD_SEAL and note.c for
 * ELF notes); and what seals: state.c, which has the policy in force and is the
 * only file that asks the kernel, this file for the loader, and static.c for
 * static programs. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include "libc.h"
#include "syscall.h"
#include "seal.h"
#include "seal_pages.h"

static struct seal_policy *const policy = &__seal_state.policy;

int __seal_warned;

int __seal_key(void)
{
	return policy->pkey && __seal_active();
}

int __seal_keep_dlopen(int imported)
{
	return policy->dlopen == SEAL_DLOPEN_KEPT
		|| (policy->dlopen == SEAL_DLOPEN_AUTO && imported);
}

static void refused(struct seal_job *job, struct seal_range r, int error)
{
	job->refused++;
	if (job->error) return;
	job->error = error;
	job->failed = r;
}

/* A seccomp filter can answer 0 and seal nothing. So test the first range that
 * is sealed and has a page of known protection: setting that protection again
 * must be refused. This costs a system call, so it is done only under strict
 * and report. */
static int holds(struct seal_job *job, struct seal_range r)
{
	if (!job->known || job->known-r.start >= r.end-r.start) return 1;
	long ret = __syscall(SYS_mprotect, job->known, PAGE_SIZE,
		job->known_prot);
	job->known = 0;
	return ret != 0;
}

void __seal_new_job(struct seal_job *job, struct seal_spare *spare)
{
	/* Its ranges need no clearing. */
	job->set.n = job->error = job->asked = job->refused = 0;
	job->known = job->spread = job->mapped = 0;
	job->spare = spare;
	job->vdso = job->failed = (struct seal_range){ 0, 0 };
}

static int seal_range(struct seal_job *job, struct seal_range r)
{
	int error = *__seal_state.answer > 0 ? *__seal_state.answer
		: __seal_ask(r);
	struct seal_range v = __seal_common(r, job->vdso);
	if (error == EINVAL && v.start != v.end) {
		error = __seal_ask((struct seal_range){ r.start, v.start });
		if (!error)
			error = __seal_ask((struct seal_range){ v.end, r.end });
		if (!error) error = __seal_ask_vdso(v);
	}
	if (!error && !holds(job, r)) *__seal_state.answer = error = ENOTSUP;
	if (!*__seal_state.answer)
		*__seal_state.answer = error == ENOSYS || error == EPERM
			? error : -1;
	job->asked++;
	if (error) refused(job, r, error);
	return error;
}

void __seal_probe(struct seal_job *job)
{
	size_t i = job->set.n;
	if (*__seal_state.answer || !i) return;
	while (--i && job->known-job->set.r[i].start
	    >= job->set.r[i].end-job->set.r[i].start);
	struct seal_range r = job->set.r[i];
	seal_range(job, r);
	__seal_set_subtract(&job->set, r);
}

int __seal_flush(struct seal_job *job)
{
	for (size_t i=0; i<job->set.n; i++) seal_range(job, job->set.r[i]);
	job->set.n = 0;
	return job->error;
}

static void add_range(struct seal_job *job, struct seal_range r)
{
	if (!__seal_set_add(&job->set, r)) return;
	__seal_flush(job);
	__seal_set_add(&job->set, r);
}

/* Reporting */

/* hard.c has its own. */
static const char *nothing(struct seal_range r, int flags)
{
	(void)r, (void)flags;
	return 0;
}
weak_alias(nothing, __seal_reach);

/* 0 if there is no memory. */
static int need_spare(struct seal_job *job)
{
	if (!job->spare) {
		size_t len = sizeof *job->spare+PAGE_SIZE-1 & -PAGE_SIZE;
		long ret = __seal_mmap(len);
		if ((unsigned long)ret > -4096UL) return 0;
		job->spare = (void *)ret;
		job->mapped = 1;
	}
	job->spread = 1;
	return 1;
}

static void drop_spare(struct seal_job *job)
{
	struct seal_spare *sp = job->spare;
	if (job->mapped) {
		__syscall(SYS_munmap, sp, sizeof *sp+PAGE_SIZE-1 & -PAGE_SIZE);
		job->spare = 0;
		job->mapped = 0;
	} else if (job->spread) {
		memset(sp, 0, sizeof *sp);
	}
	job->spread = 0;
}

static void report_range(const struct seal_job *job, struct seal_range r,
	int flags, const char *kind)
{
	const char *why = job->rep.why;
	if (r.start >= r.end) return;
	if (!why && __seal_set_holds(&job->rep.sealed, r)) {
		__seal_line(job->rep.o, r, flags, kind, __seal_reach(r, flags));
		return;
	}
	if (!why && __seal_set_holds(&job->spare->refused, r))
		why = __seal_reason(job->rep.error);
	if (!why && job->rep.o->foreign)
		why = "a static program changes it when it starts";
	if (!why)
		why = SEAL_NOT_MARKED;
	__seal_line(job->rep.o, r, flags, kind, why);
}

/* The same, with a separate line for each mutable part. */
static void report_parts(const struct seal_job *job, struct seal_range r,
	int flags, const char *kind)
{
	const struct seal_set *pages = &job->spare->mutable.pages;
	for (size_t i=0; i<pages->n && !job->rep.why; i++) {
		struct seal_range m = __seal_common(r, pages->r[i]);
		if (m.start == m.end) continue;
		report_range(job, (struct seal_range){ r.start, m.start },
			flags, kind);
		__seal_line(job->rep.o, m, flags, "mutable", SEAL_MUTABLE_WHY);
		r.start = m.end;
	}
	report_range(job, r, flags, kind);
}

/* Data of ld.so has a separate line for the records in it, and data of a static
 * program one for the vdso's functions. */
static void report_data(const struct seal_job *job, struct seal_range r,
	int flags)
{
	struct seal_range m = __seal_common(r, job->rep.o->records);
	const char *kind = job->rep.o->loader ? "records" : "vdso";
	int prot = job->rep.why || job->rep.o->records_keyed ? flags : PF_R;
	if (m.start == m.end) {
		report_parts(job, r, flags, "data");
		return;
	}
	report_parts(job, (struct seal_range){ r.start, m.start }, flags,
		"data");
	if (job->rep.why || job->rep.o->records_sealed
	    || *__seal_state.answer > 0)
		report_range(job, m, prot, kind);
	else
		__seal_line(job->rep.o, m, prot, kind,
			"dlopen writes to them");
	report_parts(job, (struct seal_range){ m.end, r.end }, flags, "data");
}

/* A line for each segment, in the order of the program headers. A segment with
 * RELRO gets one for RELRO and one for the data on either side. The gaps
 * between segments come last. */
static void report(const struct seal_job *job)
{
	const struct seal_object *o = job->rep.o;
	struct seal_set *const gaps = &job->spare->gaps;
	int first_flags = -1;
	size_t i;
	gaps->n = 0;
	__seal_set_add(gaps, o->map);
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		if (ph->p_type != PT_LOAD) continue;
		struct seal_range r = __seal_segment(ph, o->base, PAGE_SIZE);
		struct seal_range ro = __seal_common(r, o->relro);
		if (first_flags < 0) first_flags = ph->p_flags;
		__seal_set_subtract(gaps, r);
		if (o->vdso) {
			report_parts(job, r, ph->p_flags, "vdso");
		} else if (!(ph->p_flags & PF_W)) {
			report_parts(job, r, ph->p_flags,
				ph->p_flags & PF_X ? "text" : "rodata");
		} else if (ro.start == ro.end) {
			report_data(job, r, ph->p_flags);
		} else {
			report_data(job, (struct seal_range){ r.start,
				ro.start }, ph->p_flags);
			report_parts(job, ro, ph->p_flags & ~PF_W, "relro");
			report_data(job, (struct seal_range){ ro.end, r.end },
				ph->p_flags);
		}
	}
	for (i=0; i<gaps->n; i++)
		report_parts(job, gaps->r[i], first_flags, "gap");
}

void __seal_defer(struct seal_job *job, const struct seal_object *o,
	const char *why)
{
	if (!policy->report || !need_spare(job)) return;
	job->rep.o = o;
	job->rep.why = __seal_active() ? why : __seal_why_off();
	report(job);
}

/* Objects */

/* Leave out the pages that the object declares mutable. If that is malformed,
 * or more than a set can hold, leave nothing out. */
static int exempt(struct seal_job *job)
{
	struct seal_spare *sp = job->spare;
	struct seal_mutable *m = &sp->mutable;
	int error = __seal_mutable(m, job->rep.o, PAGE_SIZE);
	if (!m->n && !error) return 0;
	if (!error) error = __seal_leave_out(&job->rep.sealed, &m->pages,
		&sp->work);
	if (error) m->pages.n = 0;
	return error;
}

/* A segment that is writable and executable would stay so until the process
 * ends. Returns 1 if strict forbids it; report prints a warning. */
static int writable_code(struct seal_job *job, const struct seal_object *o)
{
	struct seal_hex start, end;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		if (ph->p_type != PT_LOAD || !ph->p_memsz
		    || ~ph->p_flags & (PF_W|PF_X))
			continue;
		struct seal_range r = __seal_segment(ph, o->base, PAGE_SIZE);
		if (policy->report || !policy->strict) __seal_print(o->name,
			": warning: ", __seal_hex(&start, r.start), "-",
			__seal_hex(&end, r.end),
			" is writable and executable\n", (char *)0);
		if (!policy->strict) continue;
		job->asked++;
		refused(job, r, EFAULT);
		__seal_defer(job, o, __seal_reason(EFAULT));
		return 1;
	}
	return 0;
}

/* Choose a page for holds(): the first page of a segment that is to be sealed
 * and is not writable. */
static void know_page(struct seal_job *job, const struct seal_object *o)
{
	if (*__seal_state.answer || job->known) return;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		struct seal_range r = __seal_segment(ph, o->base, PAGE_SIZE);
		r.end = r.start+PAGE_SIZE;
		if (ph->p_type != PT_LOAD || ph->p_flags & PF_W || !r.start
		    || !__seal_set_holds(&job->rep.sealed, r))
			continue;
		job->known = r.start;
		job->known_prot = __seal_prot(ph);
		return;
	}
}

void __seal_add(struct seal_job *job, const struct seal_object *o)
{
	size_t i;
	if (!__seal_active()) {
		__seal_defer(job, o, __seal_why_off());
		return;
	}
	int rw = __seal_data(o, policy->level), exempts = __seal_may_exempt(o);
	if ((policy->report || exempts) && !need_spare(job)) {
		job->asked++;
		refused(job, o->map, ENOMEM);
		return;
	}
	job->rep.o = o;
	job->rep.why = 0;
	if (__seal_object_ranges(&job->rep.sealed, o, rw, PAGE_SIZE)) {
		job->asked++;
		refused(job, o->map, EOVERFLOW);
		__seal_defer(job, o, __seal_reason(EOVERFLOW));
		return;
	}
	int certain = policy->strict || policy->report
		|| policy->level == SEAL_HARD;
	/* The vdso's headers don't tell its protection. */
	if (certain && !o->vdso && writable_code(job, o)) return;
	if (exempts && exempt(job)) {
		if (policy->strict) {
			job->error = ENOEXEC;
			__seal_defer(job, o, __seal_reason(ENOEXEC));
			return;
		}
		__seal_print(o->name, SEAL_MALFORMED, (char *)0);
	}
	if (o->vdso && job->rep.sealed.n) job->vdso = job->rep.sealed.r[0];
	if (certain || policy->warn) know_page(job, o);
	if (!policy->report) {
		for (i=0; i<job->rep.sealed.n; i++)
			add_range(job, job->rep.sealed.r[i]);
		return;
	}
	struct seal_spare *sp = job->spare;
	if (!exempts) sp->mutable.pages.n = 0;
	sp->refused.n = 0;
	sp->work = job->rep.sealed;
	for (i=0; i<sp->work.n; i++) {
		int error = seal_range(job, sp->work.r[i]);
		if (!error) continue;
		__seal_set_subtract(&job->rep.sealed, sp->work.r[i]);
		__seal_set_add(&sp->refused, sp->work.r[i]);
		job->rep.error = error;
	}
	report(job);
}

void __seal_add_vdso(struct seal_job *job)
{
	struct seal_object o = __seal_vdso();
	if (o.phdr) __seal_add(job, &o);
}

void __seal_add_records(struct seal_job *job, struct seal_range r, int seal,
	int keyed)
{
	static const struct seal_object o = { .name = "ld.so" };
	const char *why = 0;
	int flags = __seal_active() && !keyed ? PF_R : PF_R|PF_W;
	if (seal && !policy->report) {
		add_range(job, r);
		return;
	}
	if (!policy->report) return;
	if (!__seal_active()) why = __seal_why_off();
	else if (!seal && *__seal_state.answer > 0)
		why = __seal_reason(*__seal_state.answer);
	else if (!seal) why = "dlopen writes to them";
	else if (seal_range(job, r)) why = __seal_reason(job->error);
	else why = __seal_reach(r, flags);
	__seal_line(&o, r, flags, "records", why);
}

/* Erase a set. Its ranges show where the loader's records are, and it lies in
 * writable memory. Entries that were ever used come first. */
static void wipe(struct seal_set *set)
{
	for (size_t i=0; i<SEAL_SET_MAX && set->r[i].end; i++)
		set->r[i] = (struct seal_range){ 0, 0 };
	set->n = 0;
}

int __seal_finish(struct seal_job *job, const char *prog)
{
	struct seal_hex start, end;
	/* Strict can't be met any more, so don't seal the rest. */
	if (policy->strict && job->error) return job->error;
	int error = __seal_flush(job);
	wipe(&job->set);
	wipe(&job->rep.sealed);
	drop_spare(job);
	if (!error) return 0;
	if (policy->strict) return job->error;
	/* Level hard is never less in silence. */
	if (job->error == *__seal_state.answer && !policy->warn
	    && policy->level != SEAL_HARD)
		return 0;
	if (__seal_warned) return 0;
	__seal_warned = 1;
	__seal_print(prog, ": warning: cannot seal ",
		__seal_hex(&start, job->failed.start), "-",
		__seal_hex(&end, job->failed.end), ": ",
		__seal_reason(job->error),
		job->refused == job->asked ? "; nothing is sealed\n"
		: job->refused == 1 ? "; the rest is sealed\n"
		: "; more is not sealed\n", (char *)0);
	return 0;
}

long __seal_mmap(size_t len)
{
	return seal_map(0, len, 0);
}

/* Larger RELRO is copied to pages elsewhere, which are then moved over it.
 * Nothing writes to the old pages in between. */
static int move(uintptr_t at, size_t len)
{
	long p = seal_map(0, len, MAP_POPULATE);
	if ((unsigned long)p > -4096UL) return -p;
	seal_copy((void *)p, (void *)at, len);
	long ret = __syscall(SYS_mremap, p, len, len, MREMAP_MAYMOVE|MREMAP_FIXED, at);
	if ((unsigned long)ret <= -4096UL) return 0;
	__syscall(SYS_munmap, p, len);
	return -ret;
}

int __seal_anonymize(struct seal_range r, uintptr_t first, int prot)
{
	size_t len = r.end-r.start;
	if (r.start >= r.end) return 0;
	int err = len > SEAL_KEPT_MAX ? move(r.start, len) : ENOMEM;
	/* Without memory for a second copy, replace a few pages at a time. */
	if (err) err = seal_replace(first, r.start, r.end, PAGE_SIZE);
	if (!err && !(prot & PROT_WRITE))
		err = -__syscall(SYS_mprotect, r.start, len, prot);
	return err;
}

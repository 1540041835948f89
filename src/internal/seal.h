#ifndef SEAL_H
#define SEAL_H

/* Sealing, for the dynamic linker and for static start-up. The layers, from the
 * bottom: seal_range.h (arithmetic), __seal_object_ranges (the pages of an
 * object to seal), and __seal_add and __seal_finish, which ask the kernel. See
 * src/seal/seal.c for how it all fits together. */

#include <limits.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include "seal_range.h"
#include "seal_policy.h"

/* Since number 424 a system call has the same number on all architectures, plus
 * the architecture's offset. musl 1.2.5 does not define this one. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

/* The size of a page of any machine that the code runs on, for memory that has
 * pages of its own. */
#ifdef PAGESIZE
#define SEAL_ALIGN PAGESIZE
#else
#define SEAL_ALIGN 65536
#endif

/* For variables of ld.so that are final after the start: they become read-only
 * with RELRO. Not for static programs, whose RELRO is on pages of their file: a
 * discard would undo what the start wrote there. */
#define SEAL_RELRO __attribute__((__section__(".data.rel.ro.seal")))

/* The policy in force. It lies in ld.so's RELRO. A static program does not need
 * it after the start, and has it in .bss. */
struct seal_state {
	struct seal_policy policy;
	const char *why_off;	/* if not for the level; or null */
	/* The kernel's answer to the first request: 0 before it, -1 if more can
	 * be asked for, or a positive errno after which the kernel is not asked
	 * again: ENOSYS, EPERM, or ENOTSUP if it answered 0 and sealed nothing.
	 * The loader points this to its records, which the program can't write
	 * to. */
	int *answer;
};

extern hidden struct seal_state __seal_state;

/* An object, as sealing sees it. Addresses are those in memory, load bias
 * included. */
struct seal_object {
	const char *name;
	uintptr_t base;			/* load bias: add to p_vaddr */
	const ElfW(Phdr) *phdr;
	size_t phnum, phentsize;
	/* The span that the loader mapped for the object: it has no holes, and
	 * all of it belongs to the object. Empty if the kernel mapped the
	 * object, since there may be other mappings between its segments. */
	struct seal_range map;
	struct seal_range relro;	/* whole pages, already read-only */
	/* Whole pages of its RW data that are read-only by now, and 1 if they
	 * are to be sealed: of ld.so its records, of a static program the
	 * vdso's functions. */
	struct seal_range records;
	unsigned char records_sealed;
	unsigned char records_keyed;	/* writable for one thread */
	unsigned char loader;		/* ld.so: its RW data is sealed too */
	unsigned char vdso;		/* special mapping, can't be split */
	unsigned char foreign;		/* relocates itself: RW stays mutable */
};

/* Needed only for a report and for objects with mutable ranges. */
struct seal_spare {
	struct seal_mutable mutable;
	struct seal_set refused, gaps;
	struct seal_set work;	/* scratch, for one function at a time */
};

/* The object that is added, and what became of its ranges. */
struct seal_report {
	const struct seal_object *o;
	int error;
	const char *why;	/* why nothing was tried, or null */
	struct seal_set sealed;
};

/* Pages that are sealed together. Those that touch are joined, across objects,
 * before the kernel is asked. */
struct seal_job {
	struct seal_set set;
	struct seal_range vdso;
	struct seal_range failed;	/* the first range that was refused */
	int error;			/* its positive errno; or 0 */
	unsigned asked, refused;	/* numbers of ranges */
	uintptr_t known;		/* page to test the first seal; or 0 */
	int known_prot;			/* its protection */
	struct seal_report rep;
	/* The caller's, or null: then it is mapped when it is needed, because
	 * a small static program's data and .bss should fit on a page. */
	struct seal_spare *spare;
	unsigned char spread;		/* spare was used */
	unsigned char mapped;		/* spare was mapped */
};

/* The pages of a segment of an object with the load bias base. */
hidden struct seal_range __seal_segment(const ElfW(Phdr) *ph, uintptr_t base,
	size_t page);

/* From the first page of o's segments to the last. Inline, since most programs
 * have one that uses it. */
static inline struct seal_range __seal_span(const struct seal_object *o,
	size_t page)
{
	struct seal_range r, span = { -1, 0 };
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (const void *)((const char *)o->phdr
			+i*o->phentsize);
		if (ph->p_type != PT_LOAD) continue;
		r = __seal_segment(ph, o->base, page);
		if (r.start == r.end) continue;
		if (r.start < span.start) span.start = r.start;
		if (r.end > span.end) span.end = r.end;
	}
	return span;
}

/* The PROT_* bits of mprotect(2) that a segment's p_flags stand for. */
hidden int __seal_prot(const ElfW(Phdr) *ph);

/* 1 if the level seals o's RW data. */
hidden int __seal_data(const struct seal_object *o, enum seal_level level);

/* The pages from at on, as far as they are treated alike: returns the address
 * of the first that may not be, -1 if none follows, and sets *sealed to 1 if
 * they are to be sealed. With rw 1 RW data is to be sealed too. Mutable ranges
 * are not taken into account. */
hidden uintptr_t __seal_next(const struct seal_object *o, int rw, uintptr_t at,
	size_t page, int *sealed);

/* Set *set to the pages of o that are to be sealed, with its RW data if rw is
 * 1. Returns 0, or -1 if they are more ranges than a set can hold or if o has
 * no program headers. No side effects. */
hidden int __seal_object_ranges(struct seal_set *set,
	const struct seal_object *o, int rw, size_t page);

/* The pages of a PT_GNU_RELRO of an object with the load bias base, or, with 0,
 * in the object's own addresses. Both ends are rounded down: padding precedes
 * the start on its page, but data follows the end. If the header wraps around,
 * start is above end. Inline, since stage 1 of ld.so can't call functions. */
static inline struct seal_range __seal_relro(const ElfW(Phdr) *ph,
	uintptr_t base, size_t page)
{
	uintptr_t start = ph->p_vaddr, end = start+ph->p_memsz;
	if (end < start) return (struct seal_range){ -page, 0 };
	return (struct seal_range){ base+(start & -page), base+(end & -page) };
}

/* 1 if o's RELRO lies wholly in its writable segments, and so is mapped. */
hidden int __seal_relro_valid(const struct seal_object *o, size_t page);

/* The SEAL_NOTE_* bits of o's notes. They may be in a PT_NOTE or, since a
 * linker may make one without the other, in a PT_GNU_PROPERTY. Only notes in
 * readable segments of o count. */
hidden int __seal_notes(const struct seal_object *o);

/* 1 if a note marks o. */
hidden int __seal_marked(const struct seal_object *o);

/* 0 if o declares nothing mutable. 1 if __seal_mutable has to look. */
hidden int __seal_exempts(const struct seal_object *o);

/* The same, or 0 if the policy exempts nothing. */
hidden int __seal_may_exempt(const struct seal_object *o);

/* Find the ranges that o declares mutable, by PT_GNU_MUTABLE and by notes. The
 * loader and the vdso have none. Returns 0, or -1, with no ranges, if a range
 * is malformed, outside of the object, of a note and not all data, or one too
 * many: an error exempts nothing. */
hidden int __seal_mutable_bytes(struct seal_mutable *m,
	const struct seal_object *o, size_t page);

/* The pages of m's range i that hold nothing of o's segments that is not
 * mutable. */
hidden struct seal_range __seal_mutable_pages(const struct seal_mutable *m,
	size_t i, const struct seal_object *o, size_t page);

/* The first mutable pages in r, or the empty range at its end. m may be
 * null. */
hidden struct seal_range __seal_first_mutable(const struct seal_mutable *m,
	const struct seal_object *o, struct seal_range r, size_t page);

/* Find the mutable ranges of o, and join their pages in m->pages. Returns 0, or
 * -1, with neither. */
hidden int __seal_mutable(struct seal_mutable *m, const struct seal_object *o,
	size_t page);

/* Take pages, those of __seal_mutable, out of *set. Returns 0, or -1 with *set
 * unchanged if that makes more ranges than a set can hold. scratch is used. */
hidden int __seal_leave_out(struct seal_set *set, const struct seal_set *pages,
	struct seal_set *scratch);

/* Set the policy from words (see __seal_parse), or to the default of
 * ./configure if words is null or empty; origin ("LD_SEAL", "--seal") and prog
 * are for the message. Bad words print one line and exit with 127, so that a
 * misspelt policy never runs a program unsealed. */
hidden void __seal_configure(const char *words, const char *origin, const char *prog);

/* Set the level to off if the main program's file says so or, with the flag
 * "marked", if it is not marked. At level hard, begin with it. Called once,
 * before anything is sealed. */
hidden void __seal_program(const struct seal_object *prog);

/* Level hard, the part before libraries are loaded; and the word nocode.
 * ldso/hard.c has it. A static program has no loader that could keep these
 * promises: a warning, or the end under strict. */
hidden void __seal_harden(const struct seal_object *prog);
#define SEAL_HARD_STATIC "hard and nocode are for dynamic programs alone"

/* 1 if the policy is strict and its level is not off. */
hidden int __seal_strict(void);

/* 1 if objects are to be sealed, or if "report" wants a line that says why they
 * are not. */
hidden int __seal_wanted(void);

/* 1 if objects are to be sealed. */
hidden int __seal_active(void);

/* Empty a job that was used before. A job is too large for the stack of a
 * thread that calls dlopen, so the callers have static ones and hold a lock.
 * One that is used while the records are open must be one of them: it has
 * numbers of ranges and addresses that are followed. */
hidden void __seal_new_job(struct seal_job *job, struct seal_spare *spare);

/* Add the pages of o that the policy seals. Under "report" they are sealed and
 * reported at once, not joined with others. */
hidden void __seal_add(struct seal_job *job, const struct seal_object *o);

/* Add the vdso, if the auxiliary vector has one. */
hidden void __seal_add_vdso(struct seal_job *job);

/* Report that o stays unsealed for now. */
hidden void __seal_defer(struct seal_job *job, const struct seal_object *o,
	const char *why);

/* Add pages of the loader's own records or, if seal is 0, report that they are
 * not sealed. With keyed they are writable, but have a protection key. */
hidden void __seal_add_records(struct seal_job *job, struct seal_range r,
	int seal, int keyed);

/* 1 if the policy wants a protection key for the records. */
hidden int __seal_key(void);

/* 1 if dlopen must stay possible: the policy says so, or leaves it to imported,
 * which tells whether a loaded object refers to dlopen or dlsym. */
hidden int __seal_keep_dlopen(int imported);

/* Seal one of the ranges that were added, so that the kernel's first answer is
 * known. Does nothing if it is known already. */
hidden void __seal_probe(struct seal_job *job);

/* Seal the ranges that were added, without messages. Returns 0, or the positive
 * errno of the first refusal. */
hidden int __seal_flush(struct seal_job *job);

/* Seal the ranges that were added. Returns 0, or a positive errno if a range
 * was refused and the policy is strict. Without strict, a kernel without mseal
 * or a filter that forbids it is silently accepted; any other refusal is a
 * warning, printed once. */
hidden int __seal_finish(struct seal_job *job, const char *prog);

/* Strict can't be met at start: print one line and exit with 127. */
hidden _Noreturn void __seal_refuse(const char *prog, const char *why);

/* "kernel has no mseal" and the like, for a positive errno. No strerror: it
 * would drag its table into every static program. */
hidden const char *__seal_reason(int error);

/* 1 once a seal was refused, and that is not the same for all. */
extern hidden int __seal_warned;

/* For those who look later. All are async-signal-safe and take no lock. */

/* 1 if what the policy names is sealed, 0 if nothing is, -1 if the kernel
 * refused a part. */
hidden int __seal_done(void);

/* The object after prev, or the first if prev is null, in *o: one that is
 * sealed and that no failure takes away any more. Returns null after the last.
 * The vdso is not among them. After __seal_done. */
hidden const void *__seal_after(const void *prev, struct seal_object *o);

/* Call f with each piece of each object that is sealed, and of the vdso. Those
 * of an object are in ascending order, and an empty one follows them. */
hidden void __seal_each(void (*f)(const struct seal_object *o,
	struct seal_range piece, void *arg), void *arg);

/* A static program, as its headers describe it. Returns 1 if a segment is
 * writable and executable. */
hidden int __seal_self(struct seal_object *o);

/* Of a static program: how many ranges were asked for and refused, the errno of
 * the first, and the vdso's address until it is sealed. */
struct seal_count {
	unsigned asked, refused;
	int error;
	int tested;
	uintptr_t vdso;
};
extern hidden struct seal_count __seal_count;

/* Replace the pages of r, private file pages, in place with anonymous pages of
 * the same contents and the protection prot. first is on the first page, and
 * bytes before it may become zero. No other thread and no signal handler may
 * run meanwhile. Returns 0, or a positive errno with the contents unchanged. */
hidden int __seal_anonymize(struct seal_range r, uintptr_t first, int prot);

/* Protect and seal a static program, before its constructors. Under strict a
 * failure prints a line and exits with 127. */
hidden void __seal_static(void);

/* Map len bytes of anonymous, writable memory. Returns the address, or a
 * negative errno. */
hidden long __seal_mmap(size_t len);

/* The address of the vdso, or 0; and the vdso by its headers: phdr is null if
 * there is none. */
hidden uintptr_t __seal_vdso_at(void);
hidden struct seal_object __seal_vdso(void);

/* Ask the kernel to seal pages. Returns 0 or a positive errno. The second is
 * for pages of the vdso, from the first on. */
hidden int __seal_ask(struct seal_range r);
hidden int __seal_ask_vdso(struct seal_range r);

/* Why the policy seals nothing. */
hidden const char *__seal_why_off(void);

/* An address as /proc/PID/maps prints it, in h. Returns where it begins. */
struct seal_hex { char s[2*sizeof(uintptr_t)+1]; };
hidden const char *__seal_hex(struct seal_hex *h, uintptr_t x);

/* Print a line of the report, with PF_* flags: it is sealed if why is null
 * or begins with a comma. Nothing for an empty range. */
hidden void __seal_line(const struct seal_object *o, struct seal_range r,
	int flags, const char *kind, const char *why);

/* More about sealed pages with these PF_* flags, after a comma; or null. */
hidden const char *__seal_reach(struct seal_range r, int flags);

/* Reasons of more than one place. */
#define SEAL_NOT_MARKED "writable data, object is not marked"
#define SEAL_MUTABLE_WHY "the object says that it changes it"

/* After the name of an object. */
#define SEAL_MALFORMED ": warning: its mutable ranges are malformed, or too" \
	" many: sealed without regard to them\n"

/* Print strings, up to a null pointer, on standard error, with one write if
 * they are shorter than 256 bytes. */
hidden void __seal_print(const char *, ...);

#endif

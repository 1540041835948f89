#ifndef SEAL_H
#define SEAL_H

/* Sealing as the dynamic linker and static start-up use it. The layers,
 * from the bottom: seal_range.h (arithmetic), __seal_object_ranges (what of
 * an object is sealed) and __seal_add/__seal_finish, below which one function
 * asks the kernel. See src/seal/seal.c for how it all fits together. */

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include "seal_range.h"
#include "seal_policy.h"

/* For what is settled at start: with RELRO it becomes read-only. */
#define SEAL_RELRO __attribute__((__section__(".data.rel.ro.seal")))

/* For what every start writes to: .bss is sorted by alignment, so it comes next to
 * .data, and a start touches a page less for each that it shares. n is more than
 * the 32 bytes that large variables have by themselves. */
#define SEAL_EARLY(n) __attribute__((__aligned__(n)))

/* What the kernel said to the first request ever: 0 before it, then -1, or the
 * positive errno (ENOSYS, EPERM, or ENOTSUP if it said yes and sealed nothing) by
 * which it has no mseal for us, and is not asked again. The loader lets this point to where nobody else can write. */
extern hidden int *__seal_answer;

/* What sealing has to know about an object. Addresses are those in memory,
 * load bias included. */
struct seal_object {
	const char *name;
	uintptr_t base;			/* load bias: add to p_vaddr */
	const ElfW(Phdr) *phdr;
	size_t phnum, phentsize;
	/* The span without holes that the loader mapped for the object, all
	 * of which belongs to it; empty if the kernel mapped it, which leaves
	 * whatever it likes between the segments. */
	struct seal_range map;
	struct seal_range relro;	/* whole pages, already read-only */
	unsigned char loader;		/* ld.so: RW data too, at any level but off */
	unsigned char vdso;		/* a special mapping, which can't be split */
	unsigned char foreign;		/* relocates itself once started: no RELRO, no RW */
};

/* What is to be sealed in one go: adjacent pages of all objects added are
 * joined before the kernel is asked. */
struct seal_job {
	struct seal_set set;
	struct seal_range vdso;
	struct seal_range failed;	/* the first range that was refused */
	int error;			/* why, as a positive errno; 0 if none was */
	unsigned asked, refused;	/* how many ranges, and how many of them */
	uintptr_t known;		/* a page with the protection known_prot, to see */
	int known_prot;			/* whether the first seal holds; or 0 */
};

/* The pages of o that are to be sealed, with its RW data or without. Pure.
 * 0, or -1 if they are more ranges than a set can hold, or if o has no program
 * headers to tell them by. */
hidden int __seal_object_ranges(struct seal_set *set,
	const struct seal_object *o, int rw, size_t page);

/* The pages of a PT_GNU_RELRO in the object's own addresses: out to a whole page
 * where it starts, since padding precedes it there, and in to one where it ends,
 * since data follows. If the header wraps around, start is above end. */
hidden struct seal_range __seal_relro(const ElfW(Phdr) *ph, size_t page);

/* 1 if o's RELRO lies wholly in its writable segments, and so is mapped. */
hidden int __seal_relro_valid(const struct seal_object *o, size_t page);

/* 1 if a note of o marks it, looked for only within readable segments of o:
 * in those of PT_NOTE, and in that of PT_GNU_PROPERTY, which a linker may make
 * without the other. */
hidden int __seal_marked(const struct seal_object *o);

/* Find what o says must stay mutable, by PT_GNU_MUTABLE and by notes, and which
 * pages that is: those on which its segments have nothing else. The loader and
 * the vdso have none. 0, or -1, with no pages, if any of it is malformed, outside
 * the object, or more than fits: an error exempts nothing. */
hidden int __seal_mutable(struct seal_mutable *m, const struct seal_object *o,
	size_t page);

/* Set the policy from words (see __seal_parse); origin ("LD_SEAL", "--seal")
 * and prog are for the message. Bad words print one line and exit with 127:
 * a policy that is misspelt must never be one that is off. Without a call
 * the policy is what configure was told. */
hidden void __seal_configure(const char *words, const char *origin, const char *prog);

/* Decide the one thing about the policy that depends on the main program:
 * with the flag "marked", whether there is anything to do. Called once, before
 * anything is sealed. */
hidden void __seal_program(const struct seal_object *prog);

/* 1 if the policy has strict and names anything to be sealed. */
hidden int __seal_strict(void);

/* 1 if there is anything to do for a newly loaded object: the level is not
 * off, or it is and "report" wants a line that says so. */
hidden int __seal_wanted(void);

/* 1 if objects are to be sealed. */
hidden int __seal_active(void);

/* Add what the policy seals of o. Under "report" o is sealed and reported at
 * once instead of being joined with others. */
hidden void __seal_add(struct seal_job *job, const struct seal_object *o);

/* Add the vdso whose ELF header is at ehdr (AT_SYSINFO_EHDR), if any. */
hidden void __seal_add_vdso(struct seal_job *job, const void *ehdr);

/* Report that o stays unsealed for now. */
hidden void __seal_defer(const struct seal_object *o, const char *why);

/* Add pages of the loader's own records, or, if they are not to be sealed, have
 * that reported. */
hidden void __seal_add_records(struct seal_job *job, struct seal_range r, int seal);

/* 1 if dlopen must keep working, or nothing is known against it: imported says
 * whether an object that is loaded refers to dlopen or dlsym. */
hidden int __seal_keep_dlopen(int imported);

/* Ask the kernel for one range of what has been added, so that its first
 * answer is known. */
hidden void __seal_probe(struct seal_job *job);

/* Ask the kernel for what has been added, in silence: 0, or the positive errno
 * of the first refusal. */
hidden int __seal_flush(struct seal_job *job);

/* Ask the kernel for what has been added. Returns 0, or a positive errno if
 * a range was refused and the policy is strict. Without strict, a kernel or a
 * filter that has no mseal for us is silence; a refusal that leaves things
 * half sealed is a warning. */
hidden int __seal_finish(struct seal_job *job, const char *prog);

/* Strict and not met at start: one line, and status 127. */
hidden _Noreturn void __seal_refuse(const char *prog, const char *why);

/* "kernel has no mseal" and the like, for a positive errno. No strerror: it
 * would drag its table into every static program. */
hidden const char *__seal_reason(int error);

/* Replace the whole pages of r, private file pages, in place with anonymous
 * ones of the same contents, writable if prot says so and else so protected.
 * Nothing else may run meanwhile, and no signal handler. 0, or a positive errno
 * and the contents unchanged. */
hidden int __seal_anonymize(struct seal_range r, int prot);

/* Protect and seal a static program, before its constructors. Failure under
 * strict prints a line and exits with 127. */
hidden void __seal_static(void);

/* len bytes of anonymous, writable memory: the address, or a negative errno. */
hidden long __seal_mmap(size_t len);

/* One line on standard error, written whole: strings up to a null pointer. */
hidden void __seal_print(const char *, ...);

#endif

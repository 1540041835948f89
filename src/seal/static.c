#define SYSCALL_NO_TLS 1
#include <elf.h>
#include <errno.h>
#include <sys/mman.h>
#include "libc.h"
#include "syscall.h"
#include "seal.h"
#include "vdso_funcs.h"

/* A static program has no loader to protect or seal it. The kernel maps its
 * RELRO writable, and upstream leaves it so. Here libc does the work of ld.so,
 * in the same order: relocations are complete (by rcrt1.o, if there are any),
 * RELRO becomes read-only, everything is sealed, then constructors run.
 *
 * All of this is linked into each static program, so it is small: ranges are
 * sealed one by one as they are found, with no set that joins them. */

#define AUX_CNT 38

extern weak hidden const size_t _DYNAMIC[];
extern weak hidden char __relro_moved;	/* see seal_pages.h; of rcrt1.o */
extern char **__environ;

static const char *env(const char *name)
{
	size_t i;
	for (char **e=__environ; e && *e; e++) {
		for (i=0; name[i] && (*e)[i]==name[i]; i++);
		if (!name[i] && (*e)[i]=='=') return *e+i+1;
	}
	return 0;
}

/* A set-user-ID program does not run with memory that should be read-only. */
static void stays_writable(const char *prog, const char *what, const char *why)
{
	__seal_print(prog, ": ", libc.secure ? "error" : "warning", ": ", what,
		" writable: ", why, "\n", (char *)0);
	if (libc.secure) __syscall(SYS_exit_group, 127);
}

/* Make RELRO read-only. Of a static-PIE it should be on anonymous pages, since
 * a discard would undo its relocations. Otherwise nothing is written to it, and
 * a discard brings back the same contents. Returns 0 if it is read-only in the
 * end. */
static int protect(const struct seal_object *o)
{
	const char *why = "it is in no writable segment";
	int error = EINVAL;
	if (o->relro.start == o->relro.end) return 0;
	if (__seal_relro_valid(o, PAGE_SIZE)) {
		why = "no memory";
		error = -__syscall(SYS_mprotect, o->relro.start,
			o->relro.end-o->relro.start, PROT_READ);
	}
	int on_file = !error && _DYNAMIC && !(&__relro_moved && __relro_moved);
	if (!error && !on_file) return 0;
	if (__seal_strict())
		__seal_refuse(o->name, "its RELRO can't be protected");
	if (on_file) {
		__seal_print(o->name, ": warning: RELRO stays on its file,"
			" where a discard can undo it: no memory\n",
			(char *)0);
		return 0;
	}
	stays_writable(o->name, "RELRO stays", why);
	return error;
}

/* Of a program that calls no function of the vdso. */
static struct seal_range no_vdso(void)
{
	return (struct seal_range){ 0, 0 };
}
weak_alias(no_vdso, __vdso_start);

/* Make the page of the vdso's functions read-only. */
static void protect_vdso(struct seal_object *o, struct seal_range r)
{
	if (r.start >= r.end) return;
	if (!__syscall(SYS_mprotect, r.start, r.end-r.start, PROT_READ)) {
		o->records = r;
		o->records_sealed = 1;
		return;
	}
	if (__seal_strict())
		__seal_refuse(o->name,
			"the vdso's functions can't be protected");
	stays_writable(o->name, "the vdso's functions stay", "no memory");
}

struct seal_count __seal_count;

/* A seccomp filter can answer 0 and seal nothing: then setting the protection
 * of a page again is not refused. Costs a system call. */
static int holds(const struct seal_object *o, struct seal_range r)
{
	for (size_t i=0; i<o->phnum && !__seal_count.tested; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		uintptr_t at = __seal_segment(ph, o->base, PAGE_SIZE).start;
		if (ph->p_type != PT_LOAD || ph->p_flags & PF_W
		    || at < r.start || at >= r.end)
			continue;
		__seal_count.tested = 1;
		return __syscall(SYS_mprotect, at, PAGE_SIZE, __seal_prot(ph));
	}
	return 1;
}

/* The kernel has no mseal, or a filter forbids it: no more is asked for. */
static int denied(void)
{
	return __seal_count.error == ENOSYS || __seal_count.error == EPERM
		|| __seal_count.error == ENOTSUP;
}

/* The vdso of Linux 6.11 and later on x86-64. Its headers tell its size, but to
 * read them takes a page fault and page tables that the program may never need,
 * 3 % of a start. So they are read only if the kernel refuses: before, it was
 * a page with nothing behind it. Elsewhere it can be a page, and what follows
 * it is not known. */
#ifdef __x86_64__
#define VDSO_LEN (2*PAGE_SIZE)
#else
#define VDSO_LEN 0
#endif

/* Ask for r, and for the vdso with it if that is not sealed yet and lies in
 * front of it. Most kernels map a static-PIE there. */
static int ask(struct seal_range r)
{
	uintptr_t vdso = __seal_count.vdso;
	if (VDSO_LEN && vdso && r.start == vdso+VDSO_LEN
	    && !__seal_ask((struct seal_range){ vdso, r.end })) {
		__seal_count.vdso = 0;
		return 0;
	}
	return __seal_ask(r);
}

static int seal(const struct seal_object *o, struct seal_range r)
{
	const struct seal_policy *pol = &__seal_state.policy;
	if (denied()) return __seal_count.error;
	int error = o->vdso ? __seal_ask_vdso(r) : ask(r);
	__seal_count.asked++;
	/* The vdso's headers don't tell its protection. */
	if (!error && (pol->strict || pol->report || pol->warn) && !o->vdso
	    && !holds(o, r))
		error = ENOTSUP;
	if (!error) return 0;
	__seal_count.refused++;
	if (!__seal_count.error || error == ENOTSUP) __seal_count.error = error;
	if (pol->strict) __seal_refuse(__progname_full, __seal_reason(error));
	return error;
}

/* r lies in one segment, or in a gap between two. */
static void report(const struct seal_object *o, struct seal_range r,
	const char *why)
{
	int flags = -1;
	const char *kind = "data";
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		if (ph->p_type == PT_LOAD
		    && __seal_in(__seal_segment(ph, o->base, PAGE_SIZE),
		    r.start))
			flags = ph->p_flags;
	}
	if (flags < 0) return;
	if (!(flags & PF_W)) kind = flags & PF_X ? "text" : "rodata";
	if (__seal_in(o->relro, r.start)) kind = "relro", flags &= ~PF_W;
	if (__seal_in(o->records, r.start)) kind = "vdso", flags &= ~PF_W;
	if (o->vdso) kind = "vdso";
	if (!__seal_active()) why = __seal_why_off();
	__seal_line(o, r, flags, kind, why);
}

/* Seal r, if it is to be sealed, without the pages in it that are mutable. */
static void seal_but(const struct seal_object *o, const struct seal_mutable *m,
	struct seal_range r, int sealed)
{
	while (r.start < r.end) {
		struct seal_range next = __seal_first_mutable(sealed ? m : 0,
			o, r, PAGE_SIZE);
		struct seal_range first = { r.start, next.start };
		int error = 0;
		if (sealed && first.start < first.end) error = seal(o, first);
		if (__seal_state.policy.report) {
			report(o, first, error ? __seal_reason(error)
				: sealed ? 0 : SEAL_NOT_MARKED);
			report(o, __seal_common(r, next), SEAL_MUTABLE_WHY);
		}
		r.start = next.end;
	}
}

/* Pieces that are adjacent are sealed by one call, unless each is reported. */
static void seal_pages(const struct seal_object *o,
	const struct seal_mutable *m)
{
	struct seal_range r = { 0, 0 };
	uintptr_t at, next;
	int sealed, was = 0, rw = __seal_data(o, __seal_state.policy.level);
	for (at=0; at != (uintptr_t)-1; at=next) {
		next = __seal_next(o, rw, at, PAGE_SIZE, &sealed);
		sealed &= __seal_active();
		if (sealed != was || __seal_state.policy.report) {
			seal_but(o, m, r, was);
			r.start = at;
		}
		was = sealed;
		r.end = next;
	}
	seal_but(o, m, r, was);
}

/* Apart, because other starts need not touch so much of the stack. */
static __attribute__((__noinline__))
void seal_exempting(const struct seal_object *o)
{
	struct seal_mutable m;
	if (__seal_mutable_bytes(&m, o, PAGE_SIZE)) {
		if (__seal_strict())
			__seal_refuse(o->name, __seal_reason(ENOEXEC));
		__seal_print(o->name, SEAL_MALFORMED, (char *)0);
	}
	seal_pages(o, &m);
}

static void seal_object(const struct seal_object *o)
{
	if (__seal_active() && __seal_may_exempt(o)) seal_exempting(o);
	else seal_pages(o, 0);
}

/* Unless it was sealed with the program. A report tells its segments. */
static void seal_vdso(void)
{
	uintptr_t vdso = __seal_count.vdso;
	int report = __seal_state.policy.report;
	if (!report && (!vdso || denied())) return;
	struct seal_range r = { vdso, vdso+VDSO_LEN };
	if (VDSO_LEN && !report && !__seal_ask(r)) {
		__seal_count.asked++;
		return;
	}
	struct seal_object o = __seal_vdso();
	seal_pages(&o, 0);
}

/* Any other error is unexpected. */
static void warn(const char *prog)
{
	if (!__seal_count.error || (denied() && !__seal_state.policy.warn))
		return;
	__seal_print(prog, ": warning: cannot seal it: ",
		__seal_reason(__seal_count.error),
		__seal_count.asked == __seal_count.refused
		? "; nothing is sealed\n" : "; the rest is sealed\n",
		(char *)0);
}

int __seal_self(struct seal_object *o)
{
	const ElfW(Phdr) *relro = 0;
	size_t i, aux[AUX_CNT] = { 0 };
	int wx = 0;

	for (i=0; libc.auxv[i]; i+=2)
		if (libc.auxv[i] < AUX_CNT) aux[libc.auxv[i]] = libc.auxv[i+1];
	*o = (struct seal_object){
		.name = __progname_full,
		.phdr = (void *)aux[AT_PHDR],
		.phnum = aux[AT_PHNUM],
		.phentsize = aux[AT_PHENT],
	};
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		if (ph->p_type == PT_PHDR)
			o->base = aux[AT_PHDR]-ph->p_vaddr;
		else if (ph->p_type == PT_DYNAMIC && _DYNAMIC)
			o->base = (size_t)_DYNAMIC-ph->p_vaddr;
		else if (ph->p_type == PT_GNU_RELRO)
			relro = ph;
		else if (ph->p_type == PT_LOAD && ph->p_memsz
		    && !(~ph->p_flags & (PF_W|PF_X)))
			wx = 1;
	}
	if (relro && relro->p_memsz)
		o->relro = __seal_relro(relro, o->base, PAGE_SIZE);
	return wx;
}

void __seal_static(void)
{
	const char *prog = __progname_full;
	struct seal_object o;

	__seal_configure(libc.secure ? 0 : env("LD_SEAL"), "LD_SEAL", prog);
	struct seal_range vdso = __vdso_start();
	if (!__seal_wanted()) return;

	int wx = __seal_self(&o);
	__seal_program(&o);

	if (__seal_active()) {
		if (wx && __seal_strict())
			__seal_refuse(prog, __seal_reason(EFAULT));
		protect_vdso(&o, vdso);
	}
	if (!__seal_active() || protect(&o))
		o.relro = (struct seal_range){ 0, 0 };
	if (wx && __seal_state.policy.report)
		__seal_print(prog, ": warning: a segment is writable and"
			" executable\n", (char *)0);
	if (__seal_active() && !__seal_state.policy.report)
		__seal_count.vdso = __seal_vdso_at();
	seal_object(&o);
	seal_vdso();
	warn(prog);
}

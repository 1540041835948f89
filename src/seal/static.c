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
 * RELRO becomes read-only, everything is sealed, then constructors run. */

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

void __seal_static(void)
{
	const char *prog = __progname_full;
	struct seal_object o = { .name = prog };
	struct seal_job job = { 0 };
	size_t i, aux[AUX_CNT] = { 0 };
	int error;

	for (i=0; libc.auxv[i]; i+=2)
		if (libc.auxv[i] < AUX_CNT) aux[libc.auxv[i]] = libc.auxv[i+1];
	o.phdr = (void *)aux[AT_PHDR];
	o.phnum = aux[AT_PHNUM];
	o.phentsize = aux[AT_PHENT];

	__seal_configure(libc.secure ? 0 : env("LD_SEAL"), "LD_SEAL", prog);
	struct seal_range vdso = __vdso_start();
	if (!__seal_wanted()) return;

	const ElfW(Phdr) *relro = 0;
	for (i=0; i<o.phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o.phdr+i*o.phentsize);
		if (ph->p_type == PT_PHDR)
			o.base = aux[AT_PHDR]-ph->p_vaddr;
		else if (ph->p_type == PT_DYNAMIC && _DYNAMIC)
			o.base = (size_t)_DYNAMIC-ph->p_vaddr;
		else if (ph->p_type == PT_GNU_RELRO)
			relro = ph;
	}
	__seal_program(&o);

	if (__seal_active()) protect_vdso(&o, vdso);
	if (__seal_active() && relro && relro->p_memsz) {
		o.relro = __seal_relro(relro, o.base, PAGE_SIZE);
		if (protect(&o)) o.relro = (struct seal_range){ 0, 0 };
	}
	__seal_add(&job, &o);
	__seal_add_vdso(&job);
	if ((error = __seal_finish(&job, prog)))
		__seal_refuse(prog, __seal_reason(error));
}

#define _GNU_SOURCE
#include "expected.h"
#include "want.h"
#include <elf.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int has_textrel(uintptr_t base, const ElfW(Phdr) *ph, int n)
{
	int i;
	for (i=0; i<n; i++) if (ph[i].p_type == PT_DYNAMIC) {
		const ElfW(Dyn) *d = (void *)(base + ph[i].p_vaddr);
		for (; d->d_tag; d++)
			if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS
			    && d->d_un.d_val & DF_TEXTREL)) return 1;
	}
	return 0;
}

/* Was the program started as a command of the loader? Then the loader mapped it
 * without holes, like a library, and the kernel mapped the loader. */
static int is_command(void)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe-1);
	const char *base;
	if (n < 0) return 0;
	exe[n] = 0;
	base = strrchr(exe, '/');
	return base && (!strncmp(base, "/ld-musl-", 9)
		|| !strcmp(base, "/libc.so"));
}

/* A static program that calls functions of the vdso has a page for pointers to
 * them. Linked like this, libc's name for it is known. */
static int is_vdso_page(uintptr_t a)
{
	extern __attribute__((__weak__)) char __vdso_funcs[];
	return a == ((uintptr_t)__vdso_funcs & -pagesz);
}

/* Go page by page, which is slow but simple: the last PT_LOAD that covers a
 * page decides its protection, RELRO overrides it, and a page that none covers
 * is a gap. */
void want_object(int what, const char *name, uintptr_t base,
	const ElfW(Phdr) *ph, int n)
{
	uintptr_t lo = -1, hi = 0, rs = 0, re = 0, a;
	int i, marked = is_marked(base, ph, n), pend = is_pending(name);
	int textrel = has_textrel(base, ph, n), dynamic = 0, relocated = 0;
	int by_kernel = what == LDSO || (what == PROGRAM && !is_command());

	for (i=0; i<n; i++) {
		uintptr_t s = base + ph[i].p_vaddr;
		uintptr_t e = s + ph[i].p_memsz;
		if (ph[i].p_type == PT_LOAD) {
			if ((s & -pagesz) < lo) lo = s & -pagesz;
			if (((e+pagesz-1) & -pagesz) > hi)
				hi = (e+pagesz-1) & -pagesz;
		} else if (ph[i].p_type == PT_GNU_RELRO) {
			rs = s & -pagesz;
			re = e & -pagesz;
		} else if (ph[i].p_type == PT_INTERP) {
			dynamic = 1;
		} else if (ph[i].p_type == PT_DYNAMIC) {
			relocated = 1;
		}
	}
	for (a=lo; a<hi; a+=pagesz) {
		struct want w = { a, a+pagesz, GAP, 0, SEAL_YES, 0, 0, 0, "" };
		snprintf(w.obj, sizeof w.obj, "%s", name);
		for (i=0; i<n; i++) {
			if (ph[i].p_type != PT_LOAD) continue;
			uintptr_t s = base + ph[i].p_vaddr;
			uintptr_t e = s + ph[i].p_memsz;
			if (a+pagesz <= s || a >= e) continue;
			w.prot = (ph[i].p_flags&PF_R ? PROT_READ : 0)
				| (ph[i].p_flags&PF_W ? PROT_WRITE : 0)
				| (ph[i].p_flags&PF_X ? PROT_EXEC : 0);
			w.kind = w.prot&PROT_WRITE ? DATA
				: w.prot&PROT_EXEC ? TEXT : RODATA;
		}
		if (a >= rs && a < re && w.kind != GAP) {
			w.kind = RELRO;
			w.prot &= ~PROT_WRITE;
		}
		if (what == LDSO && w.kind == DATA && is_record(a)) continue;
		int of_vdso = w.kind == DATA && what == PROGRAM
			&& is_vdso_page(a);
		if (of_vdso) {
			w.kind = VDSO;
			w.prot = PROT_READ;
		}
		/* On file pages a discard undoes relocation, sealed or not. A
		 * program without a dynamic section has no relocations. */
		w.must_anon = (w.kind == RELRO && relocated) || (textrel
			&& (w.kind == TEXT || w.kind == RODATA)) || of_vdso;
		/* If the loader mapped the object, a gap belongs to the first
		 * segment's mapping. The kernel leaves a hole, in which it may
		 * map the vdso or anything else. */
		if (w.kind == GAP && by_kernel) continue;
		if (w.kind == GAP) w.any_prot = 1;
		if (w.kind == GAP && settings.level == LEVEL_FOREIGN)
			w.hole_ok = 1;

		switch (settings.level) {
		case LEVEL_OFF:
			w.seal = SEAL_NO;
			w.must_anon = 0;
			/* Upstream does not protect RELRO of static programs,
			 * and DT_TEXTREL leaves everything RWX there. */
			if (w.kind == RELRO && what == PROGRAM && !dynamic)
				w.any_prot = 1;
			if (textrel) w.any_prot = 1;
			/* Read-only if it is mseal that failed. */
			if (of_vdso) w.any_prot = 1;
			break;
		case LEVEL_ON:
			if (w.kind == DATA)
				w.seal = what == LDSO || marked ? SEAL_YES
					: SEAL_NO;
			break;
		case LEVEL_FULL:
		case LEVEL_HARD:
			break;
		case LEVEL_FOREIGN:
			/* The program protects its RELRO by itself, after the
			 * loader is done: it must not be sealed. */
			if (w.kind == DATA || w.kind == RELRO) {
				w.seal = SEAL_NO;
				w.any_prot = 1;
				w.must_anon = 0;
			}
			break;
		}
		if (is_own_mutable(a)) {
			w.kind = MUTABLE;
			w.seal = SEAL_NO;
			w.any_prot = 1;
			w.must_anon = 0;
		}
		if (pend && w.kind == RELRO) {
			w.seal = SEAL_NO;
			w.prot |= PROT_WRITE;
			w.must_anon = 0;
		} else if (pend && settings.level != LEVEL_OFF) {
			w.seal = SEAL_ANY;
		}
		add_want(w);
	}
}

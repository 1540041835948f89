#define _GNU_SOURCE
#include "expected.h"
#include "map.h"
#include "result.h"
#include "want.h"
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>

const char *const kindname[] = {
	"text", "rodata", "relro", "data", "gap", "vdso", "own", "mutable",
	"records"
};

struct want want[MAXWANT];
size_t nwant;

static struct { char part[64]; int on; } pending[8];
static struct { uintptr_t s, e; } own[8], own_mutable[8];
static size_t nown, nmutable;

void check_set_pending(const char *part, int on)
{
	size_t i;
	for (i=0; i<countof(pending); i++)
		if (!pending[i].part[0] || !strcmp(pending[i].part, part)) {
			snprintf(pending[i].part, sizeof pending[i].part, "%s",
				part);
			pending[i].on = on;
			return;
		}
}

void check_own_seal(const void *p, size_t len)
{
	check_settings();
	own[nown].s = (uintptr_t)p & -pagesz;
	own[nown++].e = ((uintptr_t)p + len + pagesz-1) & -pagesz;
}

void check_own_mutable(const void *p, size_t len)
{
	check_settings();
	own_mutable[nmutable].s = (uintptr_t)p;
	own_mutable[nmutable++].e = (uintptr_t)p + len;
}

int is_own_mutable(uintptr_t a)
{
	size_t i;
	for (i=0; i<nmutable; i++)
		if (a >= own_mutable[i].s && a < own_mutable[i].e) return 1;
	return 0;
}

int is_pending(const char *name)
{
	size_t i;
	for (i=0; i<countof(pending) && pending[i].part[0]; i++)
		if (pending[i].on && strstr(name, pending[i].part)) return 1;
	return 0;
}

void add_want(struct want w)
{
	struct want *l = nwant ? want+nwant-1 : 0;
	if (l && l->e==w.s && l->kind==w.kind && l->prot==w.prot
	    && l->seal==w.seal && l->hole_ok==w.hole_ok
	    && l->any_prot==w.any_prot && l->must_anon==w.must_anon
	    && !strcmp(l->obj, w.obj)) {
		l->e = w.e;
		return;
	}
	if (nwant == MAXWANT) {
		check_ok(0, "more than %d expected ranges", MAXWANT);
		return;
	}
	want[nwant++] = w;
}

static int each_object(struct dl_phdr_info *i, size_t size, void *data)
{
	int *n = data, what;
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	uintptr_t lo = -1, hi = 0;
	int k;
	/* musl lists the vdso as an object; it is handled on its own. */
	if (vdso && (uintptr_t)i->dlpi_phdr - vdso < pagesz) return 0;
	for (k=0; k<i->dlpi_phnum; k++) if (i->dlpi_phdr[k].p_type==PT_LOAD) {
		uintptr_t s = i->dlpi_addr + i->dlpi_phdr[k].p_vaddr;
		if (s < lo) lo = s;
		if (s + i->dlpi_phdr[k].p_memsz > hi)
			hi = s + i->dlpi_phdr[k].p_memsz;
	}
	check_ok(hi, "%s: dl_iterate_phdr shows no PT_LOAD", i->dlpi_name);
	/* Which object is libc? The address of dl_iterate_phdr may be that of a
	 * PLT entry in a non-PIE program. But libc calls this function, so use
	 * the return address. */
	uintptr_t libc = (uintptr_t)__builtin_return_address(0);
	what = libc >= lo && libc < hi ? *n ? LDSO : PROGRAM
		: *n ? LIBRARY : PROGRAM;
	want_object(what, *n ? i->dlpi_name : "program", i->dlpi_addr,
		i->dlpi_phdr, i->dlpi_phnum);
	++*n;
	return 0;
}

static int is_nameless(const struct map *m)
{
	return m->anon && !m->name[0];
}

static void want_leftover(const struct map *m)
{
	struct want w = { m->s, m->e, DATA, m->prot, SEAL_ANY, 0, 0, 0,
		"ld.so" };
	add_want(w);
}

/* A foreign static program does not list the loader that started it, and the
 * loader stays mapped. Its read-only parts must be sealed as usual. */
static void want_leftover_ldso(void)
{
	size_t i;
	for (i=0; i<nmaps; i++) {
		const char *b = strrchr(maps[i].name, '/');
		if (!b || (strncmp(b, "/ld-musl-", 9) && strcmp(b, "/libc.so")))
			continue;
		struct want w = { maps[i].s, maps[i].e, DATA, maps[i].prot,
			SEAL_ANY, 0, 0, 0, "ld.so" };
		if (!(maps[i].prot & PROT_WRITE)) {
			w.kind = maps[i].prot&PROT_EXEC ? TEXT : RODATA;
			w.seal = SEAL_YES;
		}
		add_want(w);
		/* Its RELRO and .bss are anonymous, next to the file's
		 * pages. RELRO is in front of .data, and if segments are
		 * aligned to more than a page, behind nothing. */
		size_t k = i+1;
		while (k<nmaps && maps[k].s==maps[k-1].e && is_nameless(maps+k))
			want_leftover(maps+k++);
		k = i;
		while (k && maps[k-1].e==maps[k].s && is_nameless(maps+k-1))
			k--;
		if (k && maps[k-1].e==maps[k].s) continue;
		for (; k<i; k++) want_leftover(maps+k);
	}
}

void collect(void)
{
	int n = 0;
	size_t i;
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	struct map *m;

	check_settings();
	nmaps = read_smaps(maps, MAXMAPS);
	nwant = 0;
	dl_iterate_phdr(each_object, &n);
	check_ok(n > 0, "dl_iterate_phdr shows no object");
	if (vdso && (m = map_at(vdso))) {
		struct want w = { m->s, m->e, VDSO, m->prot,
			/* A kernel may seal its own mappings at exec. */
			settings.level == LEVEL_OFF ? SEAL_ANY : SEAL_YES,
			0, 0, 0, "[vdso]" };
		add_want(w);
	}
	for (i=0; i<nown; i++) {
		struct want w = { own[i].s, own[i].e, OWN, 0, SEAL_YES,
			1, 0, 0, "sealed by the program" };
		add_want(w);
	}
	if (settings.level == LEVEL_FOREIGN) want_leftover_ldso();
	want_records();
}

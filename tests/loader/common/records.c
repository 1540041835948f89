#define _GNU_SOURCE
#include "expected.h"
#include "map.h"
#include "want.h"
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

/* The loader's records must be sealed if no object has an undefined dlopen or
 * dlsym at start, unless the program (check_set_records) or LD_SEAL decides.
 * They are found from struct r_debug. */
static int records = SEAL_ANY, prot = PROT_READ;

void check_set_records(int sealed)
{
	records = sealed;
}

void check_set_key(void)
{
	records = SEAL_YES;
	prot = PROT_READ|PROT_WRITE;
}

static uintptr_t dyn_value(const ElfW(Dyn) *d, long tag)
{
	for (; d->d_tag; d++) if (d->d_tag == tag) return d->d_un.d_val;
	return 0;
}

/* The number of symbols: the last of DT_GNU_HASH ends a chain. Undefined
 * symbols are in that table too if they have an address, that of a PLT
 * entry. */
static size_t gnu_count(const uint32_t *h)
{
	const uint32_t *bucket = h+4 + h[2]*(sizeof(size_t)/4),
		*chain = bucket+h[0];
	size_t i, n = 0;
	for (i=0; i<h[0]; i++) if (bucket[i] > n) n = bucket[i];
	if (!n) return h[1];
	while (!(chain[n-h[1]] & 1)) n++;
	return n+1;
}

static int each_import(struct dl_phdr_info *o, size_t size, void *data)
{
	const ElfW(Dyn) *d = 0;
	uintptr_t b = o->dlpi_addr, sysv, gnu;
	size_t i, n;
	for (i=0; i<o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_DYNAMIC)
			d = (void *)(b + o->dlpi_phdr[i].p_vaddr);
	if (!d) return 0;
	const ElfW(Sym) *sym = (void *)(b + dyn_value(d, DT_SYMTAB));
	const char *str = (void *)(b + dyn_value(d, DT_STRTAB));
	sysv = dyn_value(d, DT_HASH);
	gnu = dyn_value(d, DT_GNU_HASH);
	n = gnu ? gnu_count((uint32_t *)(b+gnu))
		: sysv ? ((Elf_Symndx *)(b+sysv))[1] : 0;
	for (i=1; i<n; i++) {
		const char *name = str + sym[i].st_name;
		if (!sym[i].st_shndx && (!strcmp(name, "dlopen")
		    || !strcmp(name, "dlsym")
		    || !strcmp(name, "__dlsym_time64")))
			*(int *)data = SEAL_NO;
	}
	return 0;
}

/* Find r_debug by the dynamic section at d. On MIPS that section is read-only
 * and has the address of the pointer, absolute or relative. */
static uintptr_t debug_of(const ElfW(Dyn) *d)
{
	for (; d->d_tag; d++) {
		if (d->d_tag == DT_DEBUG && d->d_un.d_ptr) return d->d_un.d_ptr;
		if (d->d_tag == DT_MIPS_RLD_MAP)
			return *(uintptr_t *)d->d_un.d_ptr;
		if (d->d_tag == DT_MIPS_RLD_MAP_REL)
			return *(uintptr_t *)((uintptr_t)d + d->d_un.d_val);
	}
	return 0;
}

/* The program is the first object, and the loader set its DT_DEBUG. A static
 * program has none. */
static int get_debug(struct dl_phdr_info *o, size_t size, void *data)
{
	int i;
	(void)size;
	for (i=0; i<o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_DYNAMIC)
			*(uintptr_t *)data = debug_of((void *)(o->dlpi_addr
				+ o->dlpi_phdr[i].p_vaddr));
	return 1;
}

const void *check_debug(void)
{
	uintptr_t debug = 0;
	dl_iterate_phdr(get_debug, &debug);
	return (void *)debug;
}

static void want_record(uintptr_t a, int seal, int its_prot)
{
	struct want w = { a & -pagesz, (a & -pagesz) + pagesz, RECORDS,
		its_prot, seal, 0, 1, 0, "ld.so" };
	struct map *m = map_at(a);
	if (nwant && want[nwant-1].kind == RECORDS
	    && a >= want[nwant-1].s && a < want[nwant-1].e) return;
	if (m) {
		w.s = m->s;
		w.e = m->e;
	}
	add_want(w);
}

static int is_wanted(const struct map *m)
{
	for (size_t i=0; i<nwant; i++)
		if (m->s < want[i].e && m->e > want[i].s) return 1;
	return 0;
}

/* The records that are pages of ld.so are the mapping with r_debug in it. */
int is_record(uintptr_t a)
{
	const struct map *m = map_at((uintptr_t)check_debug());
	return m && m->prot == prot && a >= m->s && a < m->e
		&& settings.level != LEVEL_FOREIGN;
}

/* A region that was mapped is described in the records: struct region of
 * ldso/records.h. Returns a pointer to its start and length, or null. */
static const uintptr_t *description(const struct want *w, const struct map *m)
{
	for (uintptr_t a=w->s; a+4*sizeof a<=w->e; a+=sizeof a) {
		const uintptr_t *p = (void *)a;
		if (p[0] >= m->s && p[0] < m->e && p[1] && p[1] <= m->e-p[0]
		    && !(p[0] & (pagesz-1)) && !(p[1] & (pagesz-1)))
			return p;
	}
	return 0;
}

/* Regions that touch may be one mapping: look for each. */
static int find_region(int seal)
{
	for (size_t i=0; i<nmaps; i++) {
		if (((!maps[i].anon || maps[i].name[0]) && !is_frozen(maps+i))
		    || (maps[i].prot != PROT_READ && maps[i].prot != prot)
		    || is_wanted(maps+i)) continue;
		for (size_t j=0; j<nwant; j++) {
			const uintptr_t *p;
			if (want[j].kind != RECORDS
			    || !(p = description(want+j, maps+i))) continue;
			/* Not records, but public? */
			if (((char *)(p+3))[0]) continue;
			/* Written at start and not changed by dlopen? */
			int final = ((char *)(p+3))[1];
			want_record(maps[i].s, final ? SEAL_YES : seal,
				final ? PROT_READ : prot);
			return 1;
		}
	}
	return 0;
}

void want_records(void)
{
	int seal = records;
	const struct r_debug *debug = check_debug();
	struct link_map *l;
	if (!debug || settings.level == LEVEL_OFF
	    || settings.level == LEVEL_FOREIGN) return;
	/* A loader without records.c protects none (CHECK_RECORDS=none). */
	const char *s = getenv("CHECK_RECORDS");
	if (s && !strcmp(s, "none")) return;
	if (seal == SEAL_ANY) {
		seal = SEAL_YES;
		dl_iterate_phdr(each_import, &seal);
	}
	want_record((uintptr_t)debug, seal, prot);
	for (l=debug->r_map; l; l=l->l_next)
		want_record((uintptr_t)l, seal, prot);
	while (find_region(seal));
}

#define _GNU_SOURCE
#include "expected.h"
#include "map.h"
#include "mapping.h"
#include "result.h"
#include "want.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const char *sealstr(int s)
{
	return s==SEAL_YES ? "sealed" : s==SEAL_NO ? "not sealed" : "either";
}

static void compare_range(const char *when, const struct want *w)
{
	uintptr_t a = w->s, e;
	char b1[4], b2[4];
	while (a < w->e) {
		struct map *m = map_at(a);
		if (!m) {
			size_t i;
			e = w->e;
			for (i=0; i<nmaps; i++)
				if (maps[i].s > a && maps[i].s < e)
					e = maps[i].s;
			check_ok(w->hole_ok, "%s: %lx-%lx %s %s: wanted a "
				"mapping, got a hole", when, a, e,
				kindname[w->kind], w->obj);
			a = e;
			continue;
		}
		e = m->e < w->e ? m->e : w->e;
		if (w->kind == GAP && m->prot & PROT_WRITE && w->seal==SEAL_YES)
			check_ok(0, "%s: %lx-%lx gap %s: wanted no access or "
				"read-only, got %s", when, a, e, w->obj,
				protstr(m->prot, b2));
		if (w->seal == SEAL_ANY) count_right();
		else check_ok(m->sealed == w->seal, "%s: %lx-%lx %s %s %s: "
			"wanted %s, got %s", when, a, e, protstr(m->prot, b1),
			kindname[w->kind], w->obj, sealstr(w->seal),
			sealstr(m->sealed));
		if (!w->any_prot)
			check_ok(same_prot(m->prot, w->prot), "%s: %lx-%lx "
				"%s %s: wanted %s, got %s", when, a, e,
				kindname[w->kind], w->obj, protstr(w->prot, b1),
				protstr(m->prot, b2));
		/* Level hard has them in a file that nobody can write to. */
		if (w->must_anon) check_ok(m->anon || is_frozen(m),
			"%s: %lx-%lx %s %s: wanted anonymous pages, got file "
			"mapping %s", when, a, e, kindname[w->kind], w->obj,
			m->name);
		if (settings.level == LEVEL_HARD && w->seal == SEAL_YES
		    && !(w->prot & PROT_WRITE) && w->kind != OWN)
			check_ok(!strstr(m->flags, " mw"), "%s: %lx-%lx %s %s: "
				"wanted out of reach of /proc/self/mem, got "
				"flags%s", when, a, e, kindname[w->kind],
				w->obj, m->flags);
		a = e;
	}
}

/* Check a part of a mapping that no expectation covers. It must be of a kind
 * that any process has, and the loader seals none of those. */
static void compare_rest(const char *when, const struct map *m,
	uintptr_t s, uintptr_t e)
{
	char b[4];
	/* The kernel's own: some kernels seal them at exec. */
	if (!strncmp(m->name, "[vvar", 5) || !strcmp(m->name, "[vsyscall]")
	    || !strcmp(m->name, "[uprobes]")) return;
	if (settings.level == LEVEL_HARD && m->anon && !m->shared
	    && !strcmp(m->name, "[stack]")) {
		check_ok(m->sealed, "%s: %lx-%lx %s: wanted sealed, got not",
			when, s, e, m->name);
		return;
	}
	/* Stacks of threads, and their guards. */
	if (settings.level == LEVEL_HARD && m->anon && !m->name[0]
	    && m->sealed && (m->prot == PROT_NONE
	    || m->prot == (PROT_READ|PROT_WRITE)))
		return;
	if (m->anon && !m->shared) {
		check_ok(!m->sealed, "%s: %lx-%lx %s %s: belongs to no object: "
			"wanted not sealed, got sealed", when, s, e,
			protstr(m->prot, b),
			m->name[0] ? m->name : "anonymous");
		return;
	}
	check_ok(0, "%s: %lx-%lx %s %s: wanted no such mapping, got one%s",
		when, s, e, protstr(m->prot, b), m->name,
		m->sealed ? ", sealed" : "");
}

static void compare_unlisted(const char *when, const struct map *m)
{
	uintptr_t a = m->s;
	while (a < m->e) {
		uintptr_t e = m->e;
		size_t i;
		int in = 0;
		for (i=0; i<nwant; i++) {
			if (a >= want[i].s && a < want[i].e) {
				in = 1;
				if (want[i].e < e) e = want[i].e;
			} else if (want[i].s > a && want[i].s < e) {
				e = want[i].s;
			}
		}
		if (!in) compare_rest(when, m, a, e);
		a = e;
	}
}

void check_maps(const char *when)
{
	size_t i;
	check_settings();
	if (settings.level == LEVEL_NONE) return;
	collect();
	if (getenv("CHECK_DUMP")) check_dump();
	for (i=0; i<nwant; i++) compare_range(when, want+i);
	for (i=0; i<nmaps; i++) compare_unlisted(when, maps+i);
}

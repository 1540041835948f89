#include "sealmap.h"
#include <stdlib.h>
#include <string.h>

const char *const share_names[SHARES] = {
	"of all that is mapped", "of what is executable",
	"of what is read-only", "of the objects' writable data",
	"even by force: code, constants",
};
const char *const share_keys[SHARES] = { "all", "executable", "read_only",
	"object_data", "out_of_reach" };

static const char *const kinds[] = {
	"text", "rodata", "relro", "data", "bss", "gap", "records",
	"vdso", "vvar", "heap", "stack", "anon", "file", "shared", "kernel",
};

const char *kind_name(enum kind k)
{
	return kinds[k];
}

const char *kinds_text(unsigned set, const char *between)
{
	static char buf[128];
	size_t n = 0;
	*buf = 0;
	for (size_t k=0; k<sizeof kinds/sizeof *kinds; k++)
		if (set & 1u<<k)
			n += snprintf(buf+n, sizeof buf-n, "%s%s",
				n ? between : "", kinds[k]);
	return buf;
}

const char *level_name(enum seal_level level)
{
	static const char *const names[] = { "off", "on", "full", "hard" };
	return names[level];
}

struct map *space_add(struct space *sp)
{
	sp->maps = grow(sp->maps, sp->n, sizeof *sp->maps);
	memset(sp->maps+sp->n, 0, sizeof *sp->maps);
	sp->maps[sp->n].object = -1;
	sp->maps[sp->n].may_write = UNKNOWN;
	for (int i=0; i<ATTACKS; i++) sp->maps[sp->n].attack[i] = NOT_TRIED;
	return sp->maps + sp->n++;
}

void space_free(struct space *sp)
{
	for (size_t i=0; i<sp->nobjects; i++) object_free(sp->objects+i);
	for (size_t i=0; i<sp->n; i++)
		if (!sp->maps[i].tail) free(sp->maps[i].name);
	free(sp->objects);
	free(sp->maps);
	free(sp->title);
	free(sp->ended);
}

struct map *space_at(const struct space *sp, uint64_t a)
{
	for (size_t i=0; i<sp->n; i++)
		if (a >= sp->maps[i].start && a < sp->maps[i].end)
			return sp->maps+i;
	return 0;
}

int discardable(const struct map *m)
{
	return m->sealed == YES && m->written && !m->shared && !(m->prot & W);
}

int out_of_reach(const struct map *m)
{
	return m->sealed == YES && !(m->prot & W) && m->may_write == NO;
}

int in_reach(const struct map *m, enum seal_level level)
{
	return level == SEAL_HARD && m->wanted[level] && !(m->prot & W)
		&& m->may_write == YES;
}

int missing(const struct space *sp, const struct map *m, enum seal_level level)
{
	if (m->object >= 0 && sp->objects[m->object].uncertain
	    && level != SEAL_OFF && m->sealed == NO)
		return !(m->prot & W);
	return m->wanted[level] && m->sealed == NO;
}

const char *object_name(const struct space *sp, const struct map *m)
{
	const char *name = m->object >= 0 ? sp->objects[m->object].path
		: m->name;
	const char *base = strrchr(name, '/');
	/* At level hard it is a copy. */
	if (m->kind == K_VDSO) return "[vdso]";
	if (!*name) return "anonymous";
	return (*name == '/' || m->object >= 0) && base && base[1] ? base+1
		: name;
}

enum column column_of(const struct map *m)
{
	return m->prot & X ? C_EXEC : m->prot & W ? C_WRITABLE
		: m->prot & R ? C_READONLY : C_NONE;
}

/* Adjacent mappings of data files are shown as one region. */
static int some_file(const struct map *m)
{
	return m->kind == K_FILE || (m->kind == K_SHARED && m->inode);
}

static int alike(const struct map *a, const struct map *b)
{
	return (some_file(a) && some_file(b)) || (a->kind == b->kind
		&& (a->kind == K_VVAR || !strcmp(a->name, b->name)));
}

const char *region_name(const struct space *sp, size_t first, size_t end)
{
	static char buf[64];
	const struct map *m = sp->maps+first;
	size_t n = 1;
	if (m->kind == K_RECORDS) {
		snprintf(buf, sizeof buf, "%.40s (records)",
			object_name(sp, m));
		return buf;
	}
	if (m->object >= 0 || !some_file(m)) return object_name(sp, m);
	for (size_t i=first+1; i<end; i++)
		n += strcmp(sp->maps[i].name, sp->maps[i-1].name) != 0;
	if (n == 1) return object_name(sp, m);
	snprintf(buf, sizeof buf, "(%zu mapped files)", n);
	return buf;
}

size_t region_end(const struct space *sp, size_t first)
{
	const struct map *a = sp->maps+first;
	size_t i;
	for (i=first+1; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		if (m->object != a->object
		    || (m->kind == K_RECORDS) != (a->kind == K_RECORDS))
			break;
		if (m->object < 0 && !alike(a, m)) break;
		if (m->start - m[-1].end >= WIDE_GAP) break;
	}
	return i;
}

static void count(struct amount *a, const struct map *m, int sealed)
{
	uint64_t n = m->end - m->start;
	a->bytes += n;
	a->maps += !m->tail;
	if (!sealed) return;
	a->sealed += n;
	a->maps_sealed += !m->tail;
}

void space_shares(const struct space *sp, struct amount a[SHARES])
{
	memset(a, 0, SHARES*sizeof *a);
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		int sealed = m->sealed == YES, own = m->object >= 0;
		count(a+S_ALL, m, sealed);
		if (m->prot & X) count(a+S_EXEC, m, sealed);
		else if (m->prot == R) count(a+S_READONLY, m, sealed);
		else if (own && m->prot & W) count(a+S_DATA, m, sealed);
		if ((own || m->kind == K_VDSO) && m->prot && !(m->prot & W))
			count(a+S_FORCE, m, out_of_reach(m));
	}
}

/* Truncated, not rounded: 100.0 % means all of it. */
double percent(const struct amount *a)
{
	return a->bytes ? (uint64_t)(1000.0*a->sealed/a->bytes)/10.0 : 0;
}

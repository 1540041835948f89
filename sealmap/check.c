#include "sealmap.h"
#include <fnmatch.h>
#include <string.h>

/* Names on standard error all that is not as a level would have it. */

/* The globs match the object's path or its base name. */
static int allowed(const struct check *c, const char *name)
{
	const char *base = strrchr(name, '/');
	for (size_t i=0; i<c->nallow; i++)
		if (!fnmatch(c->allow[i], name, 0)
		    || (base && !fnmatch(c->allow[i], base+1, 0)))
			return 1;
	return 0;
}

static const char *full_name(const struct space *sp, const struct map *m)
{
	return m->object >= 0 ? sp->objects[m->object].path
		: m->kind == K_VDSO ? "[vdso]" : m->name;
}

static void complain(const struct check *c, const struct space *sp,
	const struct map *m, const char *what)
{
	warn("%s%s: %llx-%llx %s %s of %s", c->who, what,
		(unsigned long long)m->start, (unsigned long long)m->end,
		prot_text(m->prot), kind_name(m->kind), object_name(sp, m));
}

uint64_t exempt_bytes(const struct space *sp, size_t object,
	enum seal_level level, unsigned *kinds)
{
	const struct seal_set *set = sp->objects[object].exempt+level;
	uint64_t n = 0;
	*kinds = 0;
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		if (m->object != (int)object || m->sealed != NO) continue;
		for (size_t k=0; k<set->n; k++) {
			struct seal_range r = __seal_common(set->r[k],
				(struct seal_range){ m->start, m->end });
			if (r.start >= r.end) continue;
			n += r.end-r.start;
			*kinds |= 1u<<m->kind;
		}
	}
	return n;
}

/* A line for each object with exemptions that leave something unsealed. Returns
 * the number of those that --allow does not name. */
static size_t exemptions(const struct check *c, const struct space *sp)
{
	size_t n = 0;
	for (size_t i=0; i<sp->nobjects; i++) {
		const struct object *o = sp->objects+i;
		unsigned kinds;
		uint64_t bytes = exempt_bytes(sp, i, c->level, &kinds);
		if (!bytes) continue;
		warn("%sexempted: %s of %s (%s)", c->who, size_text(bytes),
			o->path, kinds_text(kinds, " "));
		n += !allowed(c, o->path);
	}
	return n;
}

int check_space(const struct check *c, const struct space *sp)
{
	size_t n = 0, passed = 0, exempt;
	const char *level = level_name(c->level);
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		int skip = allowed(c, full_name(sp, m));
		if (m->object >= 0 && (m->prot & (W|X)) == (W|X) && !skip) {
			n++;
			complain(c, sp, m, "writable and executable");
		} else if (missing(sp, m, c->level)) {
			passed += skip;
			n += !skip;
			if (!skip) complain(c, sp, m, "not sealed");
		} else if (in_reach(m, c->level)) {
			passed += skip;
			n += !skip;
			if (!skip) complain(c, sp, m, "writable by force");
		}
	}
	exempt = exemptions(c, sp);
	if (sp->killed) warn("%s%s: %s", c->who, sp->title, sp->ended);
	if (n)
		warn("%s%zu mappings are not as level \"%s\" would have them",
			c->who, n, level);
	else if (passed)
		warn("%sall is sealed that level \"%s\" names, but %zu mappings"
			" that --allow passes over", c->who, level, passed);
	if (exempt)
		warn("%s%zu object%s exempted memory that level \"%s\" would"
			" seal%s", c->who, exempt, exempt == 1 ? "" : "s",
			level, c->no_exempt ? " (--no-exempt)" : "");
	return n || sp->killed || (exempt && c->no_exempt);
}

#include "seal.h"

/* The same as in object.c, as sets of pages. Static programs do without. */

int __seal_object_ranges(struct seal_set *set, const struct seal_object *o,
	int rw, size_t page)
{
	uintptr_t at, next;
	int sealed;
	set->n = 0;
	if (!o->phnum) return -1;
	for (at=0; at != (uintptr_t)-1; at=next) {
		next = __seal_next(o, rw, at, page, &sealed);
		if (sealed && __seal_set_add(set,
		    (struct seal_range){ at, next }))
			return -1;
	}
	return 0;
}

int __seal_mutable(struct seal_mutable *m, const struct seal_object *o,
	size_t page)
{
	m->pages.n = 0;
	if (__seal_mutable_bytes(m, o, page)) return -1;
	/* There are no more than a set can hold. */
	for (size_t i=0; i<m->n; i++)
		__seal_set_add(&m->pages, __seal_mutable_pages(m, i, o, page));
	return 0;
}

int __seal_leave_out(struct seal_set *set, const struct seal_set *pages,
	struct seal_set *scratch)
{
	*scratch = *set;
	for (size_t i=0; i<pages->n; i++)
		if (__seal_set_subtract(scratch, pages->r[i])) return -1;
	*set = *scratch;
	return 0;
}

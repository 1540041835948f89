#include "seal_range.h"

/* Move the entries from index from on to index to, to make room or to close a
 * gap. */
static void shift(struct seal_set *set, size_t from, size_t to)
{
	size_t i;
	if (to == from) return;
	if (to < from)
		for (i=from; i<set->n; i++) set->r[i-from+to] = set->r[i];
	else
		for (i=set->n; i-->from; ) set->r[i-from+to] = set->r[i];
	set->n = set->n-from+to;
}

/* The ranges lo .. hi-1 are those that r overlaps or touches:
 *
 *	set   [---]   [---]  [-----]     [--]
 *	r               [--------]
 *	               lo            hi
 *
 * They and r become one. With lo == hi nothing is near and r is new. */
int __seal_set_add(struct seal_set *set, struct seal_range r)
{
	size_t lo, hi;
	if (r.start >= r.end) return 0;
	for (lo=0; lo<set->n && set->r[lo].end < r.start; lo++);
	for (hi=lo; hi<set->n && set->r[hi].start <= r.end; hi++);
	if (lo == hi) {
		if (set->n == SEAL_SET_MAX) return -1;
		shift(set, lo, lo+1);
	} else {
		if (set->r[lo].start < r.start) r.start = set->r[lo].start;
		if (set->r[hi-1].end > r.end) r.end = set->r[hi-1].end;
		shift(set, hi, lo+1);
	}
	set->r[lo] = r;
	return 0;
}

/* Here lo .. hi-1 are the ranges that share at least a byte with r. The first
 * of them may leave a part below r, and the last a part above:
 *
 *	ss .. rs .. re .. se   -> [ss,rs) [re,se)
 *	ss .. rs .. se .. re   -> [ss,rs)
 *	rs .. ss .. re .. se   -> [re,se)
 *	rs .. ss .. se .. re   -> nothing
 */
int __seal_set_subtract(struct seal_set *set, struct seal_range r)
{
	struct seal_range keep[2];
	size_t lo, hi, i, n = 0;
	if (r.start >= r.end) return 0;
	for (lo=0; lo<set->n && set->r[lo].end <= r.start; lo++);
	for (hi=lo; hi<set->n && set->r[hi].start < r.end; hi++);
	if (lo == hi) return 0;
	if (set->r[lo].start < r.start)
		keep[n++] = (struct seal_range){ set->r[lo].start, r.start };
	if (set->r[hi-1].end > r.end)
		keep[n++] = (struct seal_range){ r.end, set->r[hi-1].end };
	if (set->n-(hi-lo)+n > SEAL_SET_MAX) return -1;
	shift(set, hi, lo+n);
	for (i=0; i<n; i++) set->r[lo+i] = keep[i];
	return 0;
}

int __seal_set_holds(const struct seal_set *set, struct seal_range r)
{
	size_t i;
	if (r.start >= r.end) return 1;
	for (i=0; i<set->n && set->r[i].end <= r.start; i++);
	return i<set->n && set->r[i].start <= r.start && set->r[i].end >= r.end;
}

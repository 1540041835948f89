#include "walk.h"
#include "check.h"
#include <link.h>
#include <string.h>

static int each_record(void (*f)(uintptr_t, size_t, void *), void *data)
{
	const struct r_debug *debug = check_debug();
	int n = 0;
	if (!debug) return 0;
	f((uintptr_t)debug, sizeof *debug, data);
	for (struct link_map *l=debug->r_map; l; l=l->l_next, n++)
		f((uintptr_t)l, sizeof *l, data);
	return n;
}

struct wanted {
	const char *when;
	int prot, sealed;
	uintptr_t lo, hi;	/* seen to be right */
};

static void compare(uintptr_t a, size_t n, void *data)
{
	struct wanted *w = data;
	if (a >= w->lo && a+n <= w->hi) return;
	int sealed = check_is_sealed((void *)a);
	check_want_prot((void *)a, w->prot, w->when);
	check_ok(sealed == w->sealed, "%s: record at %lx: wanted it %s",
		w->when, a, w->sealed ? "sealed" : "not sealed");
	check_mapping((void *)a, &w->lo, &w->hi);
	check_ok(a+n <= w->hi, "%s: record at %lx: wanted it in one mapping",
		w->when, a);
}

void records_are(const char *when, int prot, int sealed)
{
	struct wanted w = { when, prot, sealed, 0, 0 };
	int n = each_record(compare, &w);
	check_ok(n >= 2, "%s: wanted two records or more, got %d", when, n);
}

struct seek { uintptr_t lo[8], hi[8]; int n; };

static void add_mapping(uintptr_t a, size_t n, void *data)
{
	struct seek *s = data;
	uintptr_t lo, hi;
	if (check_mapping((void *)a, &lo, &hi)) return;
	for (int i=0; i<s->n; i++) if (lo == s->lo[i]) return;
	if (s->n == 8) return;
	s->lo[s->n] = lo;
	s->hi[s->n++] = hi;
}

static int in_records(const struct seek *s, uintptr_t a)
{
	for (int i=0; i<s->n; i++) if (a >= s->lo[i] && a < s->hi[i]) return 1;
	return 0;
}

static struct seek seek;
static int found;

/* Words of writable memory that point to records, not counting the program's
 * own variables and the stack, where they may be for good reason. Records
 * themselves count if they can be written to. */
static void scan(uintptr_t lo, uintptr_t hi, const char *name)
{
	extern char __ehdr_start[], _end[];
	if (lo < (uintptr_t)_end && hi > (uintptr_t)__ehdr_start) return;
	if (!strcmp(name, "[stack]")) return;
	for (uintptr_t a=lo; a+sizeof a<=hi; a+=sizeof a) {
		uintptr_t v = *(uintptr_t *)a;
		if (!in_records(&seek, v)) continue;
		found++;
		check_note("%lx, in %s, points to %lx", a, name, v);
	}
}

int records_pointers(void)
{
	memset(&seek, 0, sizeof seek);
	found = 0;
	each_record(add_mapping, &seek);
	check_each_writable(scan);
	return found;
}

static size_t sum;

static void add_up(uintptr_t a, size_t n, void *data)
{
	struct seek *s = data;
	int had = s->n;
	add_mapping(a, n, data);
	if (s->n == had) return;
	for (uintptr_t p=s->lo[had]; p<s->hi[had]; p+=sizeof p)
		sum = (sum<<5 | sum>>(8*sizeof sum-5)) ^ *(size_t *)p;
	sum += s->hi[had]-s->lo[had];
}

size_t records_checksum(void)
{
	struct seek s = { .n = 0 };
	sum = 0;
	each_record(add_up, &s);
	return sum;
}

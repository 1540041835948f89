/* The index of symbols: where a look-up begins.
 *
 * A look-up finds the first object in the global list that defines the name,
 * and most objects don't. With 400 libraries it passes 200 of them on average,
 * at one or two cache misses each; a weak reference without a definition passes
 * all of them. The index maps a hash to the first object in the list that has a
 * symbol of that hash:
 *
 *	hash of "f"  ->  slot  ->  5	objects 0 to 4 have none: begin at 5
 *	hash of "g"  ->  slot  ->  none	begin at the first that is not indexed
 *
 * A look-up skips only objects without a symbol of that hash, so it finds the
 * same symbol as without the index. If two hashes share a slot it begins too
 * early, never too late.
 *
 * The index covers the objects that are loaded at start and does not change
 * after that: dlopen only adds objects to the end of the list, and removes its
 * own. It is one of the loader's records. */

#include "dso.h"
#include "records.h"
#include "sym_index.h"

/* Fewer objects than this are not indexed: walking the list costs less than
 * reading every object's hash values. */
#define SYM_INDEX_MIN 12

/* Returns the hash values of an object's symbols, *n of them. The lowest bit of
 * each is not part of the hash: it marks the end of a bucket. */
static const uint32_t *sym_hashes(const struct dso *p, size_t *n)
{
	const uint32_t *h = p->ghashtab, *buckets, *chain;
	size_t last = 0;
	buckets = h+4+h[2]*(sizeof(size_t)/4);
	chain = buckets+h[0];
	for (size_t i=0; i<h[0]; i++)
		if (buckets[i] > last) last = buckets[i];
	*n = 0;
	if (last < h[1]) return chain;
	last -= h[1];
	while (!(chain[last] & 1)) last++;
	*n = last+1;
	return chain;
}

void sym_index_build(void)
{
	size_t objects = 0, symbols = 0, slots = 1024, n;
	struct dso *p;
	for (p=head; p && p->ghashtab && objects<UINT16_MAX; p=p->syms_next)
		objects++;
	if (objects < SYM_INDEX_MIN) return;
	p = head;
	for (size_t i=0; i<objects; i++, p=p->syms_next) {
		sym_hashes(p, &n);
		symbols += n;
	}
	while (slots < 2*symbols) slots *= 2;
	void *mem = records_table(slots*sizeof *sym_index.first
		+ objects*sizeof *sym_index.order);
	if (!mem) return;
	sym_index.first = mem;
	sym_index.order = (void *)(sym_index.first+slots);
	sym_index.mask = slots-1;
	for (p=head; sym_index.n<objects; p=p->syms_next) {
		const uint32_t *h = sym_hashes(p, &n);
		sym_index.order[sym_index.n++] = p;
		while (n--) {
			uint16_t *first = sym_index.first+sym_slot(h[n]);
			if (!*first) *first = sym_index.n;
		}
	}
}

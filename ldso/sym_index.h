/* Where to begin looking for a symbol. Included once, by dynlink.c, after
 * struct dso and what it calls.
 *
 * A symbol is the first definition of its name in the order of the global
 * list, and most of the list does not have it: with 400 libraries a look-up
 * passes 200 of them on average, each of which costs one or two cache misses,
 * and a weak reference that nobody defines passes all of them. The index
 * tells, by hash, the first object of the list that has a symbol of such a
 * hash:
 *
 *	hash of "f"  ->  slot  ->  5	objects 0 to 4 have none: begin at 5
 *	hash of "g"  ->  slot  ->  none	begin at the first that is not indexed
 *
 * Skipped are only objects whose own hash table would have said no, so what is
 * found is what would have been found without the index. Two names that
 * share a slot make a look-up begin too early, never too late.
 *
 * It covers the objects that a program starts with and is not changed after
 * that: dlopen adds at the list's end, and takes away what it added. It is one
 * of the loader's records (seal_arena.h). */

/* How many objects make the index worth its pages: below, walking the list
 * costs less than reading every object's hash values. */
#define SYM_INDEX_MIN 12

/* The hash values of an object's symbols: *n of them. The lowest bit of each
 * marks the end of a bucket, not the hash. */
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

static size_t sym_slot(uint32_t hash)
{
	return hash>>1 & lookup.mask;
}

/* Called once, when the list has all that the program starts with and before
 * anything is relocated. Without memory for it there is none. */
static void sym_index_build(void)
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
	void *mem = arena_map(slots*sizeof *lookup.first
		+ objects*sizeof *lookup.order);
	if (!mem) return;
	lookup.first = mem;
	lookup.order = (void *)(lookup.first+slots);
	lookup.mask = slots-1;
	for (p=head; lookup.n<objects; p=p->syms_next) {
		const uint32_t *h = sym_hashes(p, &n);
		lookup.order[lookup.n++] = p;
		while (n--) {
			uint16_t *first = lookup.first+sym_slot(h[n]);
			if (!*first) *first = lookup.n;
		}
	}
}

/* The first object, from dso on, that may define a symbol of this hash, if
 * there is an index (lookup.n). */
static struct dso *sym_begin(struct dso *dso, uint32_t hash)
{
	if (dso != head) return dso;
	size_t first = lookup.first[sym_slot(hash)];
	return first ? lookup.order[first-1]
		: lookup.order[lookup.n-1]->syms_next;
}

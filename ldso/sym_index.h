/* The index of symbols: where a look-up begins. Included once, by dynlink.c,
 * after struct dso and the functions that it calls.
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
 * own. It is one of the loader's records (seal_arena.h). */

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

static size_t sym_slot(uint32_t hash)
{
	return hash>>1 & lookup.mask;
}

/* Called once, after the list is complete and before relocation. If there is no
 * memory, there is no index. */
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

/* The first object, from dso on, that may define a symbol of this hash. Only
 * called if there is an index (lookup.n). */
static struct dso *sym_begin(struct dso *dso, uint32_t hash)
{
	if (dso != head) return dso;
	size_t first = lookup.first[sym_slot(hash)];
	return first ? lookup.order[first-1]
		: lookup.order[lookup.n-1]->syms_next;
}

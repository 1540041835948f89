/* The index of symbols: where a look-up begins.
 *
 * A look-up finds the first object in the global list that defines the name,
 * and most objects don't. With 400 libraries it passes 200 of them on average,
 * at one or two cache misses each; a weak reference without a definition passes
 * all of them. The index is a hash table of the symbols of all objects. Of
 * those with the same hash it has the first, in the order of the list:
 *
 *	hash of "f" -> slot -> symbol of object 5    it is f: found
 *	hash of "g" -> slot -> symbol of object 7    it is not g: begin there
 *	hash of "h" -> no slot    begin at the first object without index
 *
 * So a look-up skips only objects without a symbol of that hash, and finds the
 * same symbol as without the index.
 *
 * The symbols of all objects are numbered in the order of the list. A slot has
 * 32 bits: the number in the lower ones, and in the others as much of the hash
 * as there is room for. If a hash has the same bits by chance, a look-up begins
 * at the wrong symbol. But it is one that was there first, for a symbol goes to
 * the first free slot: the look-up begins too early, never too late.
 *
 * The index covers the objects that are loaded at start and does not change
 * after that: dlopen only adds objects to the end of the list, and removes its
 * own. It is one of the loader's records. */

#include <string.h>
#include "dso.h"
#include "records.h"
#include "sym_index.h"

/* Fewer objects than this are not indexed: walking the list costs less than
 * reading every object's hash values. */
#define SYM_INDEX_MIN 12

/* So many at the end of the list are not indexed. */
#define SYM_INDEX_LAST 2

/* The numbers of an object's symbols begin at a multiple of this, so that a
 * table of all multiples tells which object has a number. */
#define BLOCK 64

/* At least so many bits of a slot are of the hash. */
#define HASH_BITS 6

/* So many symbols are entered or looked up at once, because memory answers
 * requests side by side: ask for all of them before the first is needed. */
#define BATCH 32

/* Looking ahead does not pay if the index has fewer slots: they, and what they
 * lead to, stay in the cache. */
#define AHEAD_MIN 16384

#ifdef __GNUC__
#define prefetch(p) __builtin_prefetch(p)
#else
#define prefetch(p) ((void)(p))
#endif

/* Returns the hash values of an object's symbols, the first of which is symbol
 * number ghashtab[1]. They follow the buckets. The lowest bit of each is not
 * part of the hash: it marks the end of a bucket. */
static const uint32_t *sym_hashes(const struct dso *p)
{
	const uint32_t *h = p->ghashtab;
	return h+4+h[2]*(sizeof(size_t)/4)+h[0];
}

/* So many elements of a table may follow where it begins. */
static size_t room(const struct dso *p, const void *table, size_t size)
{
	size_t at = (uintptr_t)table-(uintptr_t)p->map;
	return at < p->map_len ? (p->map_len-at)/size : 0;
}

/* Returns how many hash values an object has, or -1 if its tables are not all
 * in its memory: a look-up may never get to the part that is not. */
static size_t count_hashes(const struct dso *p)
{
	const uint32_t *h = p->ghashtab, *buckets, *chain;
	size_t last = 0, end;
	if (room(p, h, 4) < 4 || !h[2] || h[2] > room(p, h+4, sizeof(size_t)))
		return -1;
	chain = sym_hashes(p);
	buckets = chain-h[0];
	if (h[0] > room(p, buckets, 4)) return -1;
	for (size_t i=0; i<h[0]; i++)
		if (buckets[i] > last) last = buckets[i];
	if (!last || last < h[1]) return 0;
	last -= h[1];
	end = room(p, chain, 4);
	while (last<end && !(chain[last] & 1)) last++;
	if (last >= end || last+h[1] >= room(p, p->syms, sizeof *p->syms)
	    || (p->versym && last+h[1] >= room(p, p->versym, 2)))
		return -1;
	return last+1;
}

/* Names that differ in the last character have hashes in a row. Spread them.
 * The lowest bit stays, and is always in the slot. */
static uint32_t mix(uint32_t hash)
{
	return hash*0x9e3779b1;
}

static uint32_t *first_slot(uint32_t mixed)
{
	return sym_index.slots+((uint64_t)mixed*sym_index.nslots>>32);
}

static uint32_t *next_slot(uint32_t *slot)
{
	return slot+1 == sym_index.slots+sym_index.nslots
		? sym_index.slots : slot+1;
}

/* The first slot, from this one on, that is free or may be of the hash. */
static uint32_t *find_slot(uint32_t *slot, uint32_t mixed)
{
	while (*slot && (*slot ^ mixed<<sym_index.bits) >> sym_index.bits)
		slot = next_slot(slot);
	return slot;
}

static uint32_t number_in(uint32_t slot)
{
	return slot & (1u<<sym_index.bits)-1;
}

static const struct sym_object *object_of(uint32_t number)
{
	return sym_index.objects+sym_index.blocks[number/BLOCK];
}

static void enter(uint32_t number, uint32_t hash)
{
	uint32_t mixed = mix(hash), *slot = first_slot(mixed);
	while (*(slot = find_slot(slot, mixed))) {
		uint32_t n = number_in(*slot);
		const struct sym_object *o = object_of(n);
		if (!((sym_hashes(o->dso)[n-o->first] ^ hash) >> 1)) return;
		slot = next_slot(slot);
	}
	*slot = mixed<<sym_index.bits | number;
}

/* Symbols that will be entered. */
struct batch {
	size_t n;
	uint32_t number[BATCH], hash[BATCH];
};

static void enter_batch(struct batch *b)
{
	for (size_t i=0; i<b->n; i++) enter(b->number[i], b->hash[i]);
	b->n = 0;
}

/* Set the lowest bit of a symbol's hash, which the table lacks. Without it,
 * names like "f0" and "f1" had the same. One of the two hashes leads to the
 * bucket: is the one that ends in 0 it? A division takes longer than all else
 * here, so the caller divides 2^32 once, for a remainder that may be too large
 * by the number of buckets. Returns 0 if neither hash leads to the bucket, so
 * that no look-up finds the symbol. */
static int complete(uint32_t *hash, uint32_t bucket, uint32_t nbuckets,
	uint32_t inverse)
{
	uint32_t even = *hash & -2;
	uint32_t quotient = (uint64_t)even*inverse >> 32;
	uint32_t off = even-quotient*nbuckets-bucket;
	uint32_t odd = off && off != nbuckets;
	*hash = even | odd;
	off += odd;
	return !off || off == nbuckets || off == 2*nbuckets;
}

/* For the only bucket, hash the name. */
static int complete_alone(uint32_t *hash, const struct dso *p, size_t i)
{
	uint32_t chained = *hash;
	if (p->syms[i].st_name >= room(p, p->strings, 1)) return 0;
	*hash = gnu_hash(p->strings+p->syms[i].st_name);
	return !((*hash ^ chained) >> 1);
}

/* The object's Bloom filter, as in dynlink.c: a look-up that it stops does not
 * get to the symbol. */
static int passes_filter(const uint32_t *h, uint32_t hash)
{
	const size_t *words = (const void *)(h+4);
	size_t f = words[hash/(8*sizeof f) & (h[2]-1)];
	return f >> hash%(8*sizeof f) & f >> (hash>>h[3])%(8*sizeof f) & 1;
}

/* Returns 0 if the buckets don't follow each other, as linkers write them.
 * Otherwise no symbol is entered twice. */
static int enter_all(const struct sym_object *o)
{
	const struct dso *p = o->dso;
	const uint32_t *h = p->ghashtab, *chain = sym_hashes(p);
	uint32_t nbuckets = h[0], inverse = 0, bucket, hash, last;
	size_t next = h[1];
	struct batch b;
	b.n = 0;
	if (nbuckets > 1) inverse = (1ull<<32)/nbuckets;
	for (bucket=0; bucket<nbuckets; bucket++) {
		size_t i = (chain-nbuckets)[bucket];
		if (!i || i < h[1]) continue;
		if (i < next) break;
		do {
			hash = chain[i-h[1]];
			last = hash & 1;
			if ((nbuckets > 1
			     ? complete(&hash, bucket, nbuckets, inverse)
			     : complete_alone(&hash, p, i))
			    && (!p->versym || p->versym[i] >= 0)
			    && passes_filter(h, hash)) {
				prefetch(first_slot(mix(hash)));
				b.hash[b.n] = hash;
				b.number[b.n++] = o->first+(i-h[1]);
				if (b.n == BATCH) enter_batch(&b);
			}
			i++;
		} while (!last);
		next = i;
	}
	enter_batch(&b);
	return bucket == nbuckets;
}

void sym_index_build(void)
{
	size_t objects = 0, symbols = 0, numbers = BLOCK, n;
	struct dso *p;
	for (p=head; p && p->ghashtab && objects<UINT16_MAX; p=p->syms_next)
		objects++;
	/* A name that no indexed object has is looked up in the others. So the
	 * last ones need no index. They are libc, with 1,700 symbols, and the
	 * vdso, unless the program has an unusual order. */
	if (objects < SYM_INDEX_MIN) return;
	objects -= SYM_INDEX_LAST;
	p = head;
	for (size_t i=0; i<objects; i++, p=p->syms_next) {
		n = count_hashes(p);
		if (n == -1) objects = i;
		else symbols += n, numbers += n+BLOCK-1 & -BLOCK;
	}
	if (objects < SYM_INDEX_MIN-SYM_INDEX_LAST || numbers >> 32-HASH_BITS)
		return;
	/* A third stays free. */
	sym_index.nslots = symbols+symbols/2+1;
	char *mem = records_table((BATCH+1)*sizeof *sym_index.ahead
		+ objects*sizeof *sym_index.objects
		+ sym_index.nslots*sizeof *sym_index.slots
		+ numbers/BLOCK*sizeof *sym_index.blocks);
	if (!mem) return;
	sym_index.ahead = (void *)mem;
	sym_index.objects = (void *)(sym_index.ahead+BATCH+1);
	sym_index.slots = (void *)(sym_index.objects+objects);
	sym_index.blocks = (void *)(sym_index.slots+sym_index.nslots);
	while (numbers >> sym_index.bits) sym_index.bits++;
	numbers = BLOCK;
	for (p=head; sym_index.n<objects; p=p->syms_next) {
		struct sym_object *o = sym_index.objects+sym_index.n;
		*o = (struct sym_object){ p, p->syms+p->ghashtab[1], numbers };
		n = numbers+count_hashes(p);
		for (; numbers<n; numbers+=BLOCK)
			sym_index.blocks[numbers/BLOCK] = sym_index.n;
		/* What was entered before it failed is no harm: look-ups begin
		 * at this object at the latest. */
		if (!enter_all(o)) break;
		sym_index.n++;
	}
}

/* Sets where the look-up of a hash begins. */
static void find(struct sym_ahead *a)
{
	uint32_t mixed = mix(a->hash);
	uint32_t slot = *find_slot(first_slot(mixed), mixed);
	if (!slot) {
		a->dso = sym_index.objects[sym_index.n-1].dso->syms_next;
		a->sym = 0;
		return;
	}
	const struct sym_object *o = object_of(number_in(slot));
	a->dso = o->dso;
	a->sym = o->syms+(number_in(slot)-o->first);
}

struct dso *sym_begin(const char *s, uint32_t hash, Sym **sym)
{
	struct sym_ahead one, *a = sym_known(s);
	if (a) {
		sym_index.next++;
	} else {
		a = &one;
		a->hash = hash;
		find(a);
	}
	if (a->sym && !strcmp(s, a->dso->strings+a->sym->st_name))
		*sym = a->sym;
	return a->dso;
}

/* Each step reads for all names what the one before has requested. */
size_t *sym_ahead(struct dso *dso, size_t *rel, size_t size, size_t stride)
{
	struct sym_ahead *first = sym_index.ahead, *end = first, *a, *b;
	size_t *rel_end = rel+size/sizeof *rel;
	if (!sym_index.n || sym_index.nslots < AHEAD_MIN || runtime
	    || size < 4*stride*sizeof *rel)
		return 0;
	for (; rel!=rel_end && end<first+BATCH; rel+=stride) {
		if (!R_SYM(rel[1]) || R_TYPE(rel[1]) == REL_COPY) continue;
		end->sym = dso->syms+R_SYM(rel[1]);
		prefetch(end->sym);
		end++;
	}
	for (a=b=first; a<end; a++) {
		if (a->sym->st_info>>4 == STB_LOCAL) continue;
		b->s = dso->strings+a->sym->st_name;
		prefetch(b->s);
		b++;
	}
	b->s = 0;
	for (a=first; a<b; a++) {
		a->hash = gnu_hash(a->s);
		prefetch(first_slot(mix(a->hash)));
	}
	for (a=first; a<b; a++) {
		find(a);
		prefetch(a->sym);
	}
	for (a=first; a<b; a++)
		if (a->sym) prefetch(a->dso->strings+a->sym->st_name);
	sym_index.next = first;
	return rel;
}

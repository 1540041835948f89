#ifndef SYM_INDEX_H
#define SYM_INDEX_H

/* See sym_index.c. */

#include "dso.h"

/* dynlink.c: the hash of DT_GNU_HASH. */
hidden uint32_t gnu_hash(const char *);

/* Called once, after the list is complete and before relocation. If there is no
 * memory, there is no index. */
hidden void sym_index_build(void);

/* The first object, from head on, that may define the symbol s. *sym is set to
 * the symbol that the object has, if it is known already. Only called if there
 * is an index (sym_index.n). */
hidden struct dso *sym_begin(const char *s, uint32_t hash, Sym **sym);

/* At the start, begin the look-ups of the next relocations of an object, up to
 * the one that is returned. The look-ups have to follow in the same order. */
hidden size_t *sym_ahead(struct dso *, size_t *rel, size_t size, size_t stride);

/* The look-up of s that was begun, or null. */
static inline struct sym_ahead *sym_known(const char *s)
{
	struct sym_ahead *next = sym_index.next;
	return next && next->s == s && !runtime ? next : 0;
}

#endif

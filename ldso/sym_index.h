#ifndef SYM_INDEX_H
#define SYM_INDEX_H

/* See sym_index.c. */

#include "dso.h"

/* Called once, after the list is complete and before relocation. If there is no
 * memory, there is no index. */
hidden void sym_index_build(void);

static inline size_t sym_slot(uint32_t hash)
{
	return hash>>1 & sym_index.mask;
}

/* The first object, from dso on, that may define a symbol of this hash. Only
 * called if there is an index (sym_index.n). */
static inline struct dso *sym_begin(struct dso *dso, uint32_t hash)
{
	if (dso != head) return dso;
	size_t first = sym_index.first[sym_slot(hash)];
	return first ? sym_index.order[first-1]
		: sym_index.order[sym_index.n-1]->syms_next;
}

#endif

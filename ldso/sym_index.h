#ifndef SYM_INDEX_H
#define SYM_INDEX_H

/* See sym_index.c. */

#include "dso.h"

/* Called once, after the list is complete and before relocation. If there is no
 * memory, there is no index. */
hidden void sym_index_build(void);

/* The first object, from head on, that may define the symbol s. *sym is set to
 * the symbol that the object has, if it is known already. Only called if there
 * is an index (sym_index.n). */
hidden struct dso *sym_begin(const char *s, uint32_t hash, Sym **sym);

#endif

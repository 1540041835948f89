#ifndef VDSO_FUNCS_H
#define VDSO_FUNCS_H

#include "seal_range.h"

/* Functions of the vdso that libc calls, or null. In libc.so they lie in RELRO.
 * A static program that uses one of them has a page for them alone. Its RELRO
 * lies on its file, and a discard would undo the writes of the start there. */
struct vdso_funcs {
	void *clock_gettime, *clock_gettime32, *getcpu, *flush_icache;
};

extern hidden struct vdso_funcs __vdso_funcs;

/* Find those of them that are linked. Called once, before RELRO is read-only.
 * Returns the pages of __vdso_funcs; in a static program they are for it alone,
 * and the range is empty if nothing uses them. */
hidden struct seal_range __vdso_start(void);

/* Find one function. Defined by its user, in src/time and the like. */
hidden void __vdso_find_clock_gettime(void);
hidden void __vdso_find_getcpu(void);
hidden void __vdso_find_flush_icache(void);

#endif

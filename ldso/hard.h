#ifndef HARD_H
#define HARD_H

/* Level hard: see the top of hard.c. Each of these does nothing at other
 * levels. */

#include "dso.h"

/* MAP_SHARED or MAP_PRIVATE, for pages of a library with the protection
 * prot. */
hidden int map_kind(const struct dso *, int prot);

/* The first mapping of a library. Notes whether its file can be shared. */
hidden void *map_first(struct dso *, void *at, size_t len, int prot, int fd,
	off_t);

/* 1 if dlopen resolves all symbols at once. */
hidden int bind_at_once(void);

/* nocode.c: with the flag nocode, install a filter that refuses to map
 * executable memory. Returns 0, or a positive errno. */
hidden int refuse_new_code(void);

#endif

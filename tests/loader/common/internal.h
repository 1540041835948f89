/* Shared by the checker's own files, not by the cases. */

#ifndef INTERNAL_H
#define INTERNAL_H

#include <stddef.h>

#define countof(a) (sizeof (a)/sizeof *(a))

/* Hidden: a case may export its symbols, and its libraries could bind to
 * these. */
#pragma GCC visibility push(hidden)

/* What the environment says. Call check_settings before the first use. */
enum { LEVEL_OFF, LEVEL_ON, LEVEL_FULL, LEVEL_HARD, LEVEL_FOREIGN,
	LEVEL_NONE };
enum { ATTACK_NONE, ATTACK_REFUSED, ATTACK_SUCCEED };
extern struct settings {
	int level, attack, verbose, probing;
	int known_prot; /* the bits of a protection that can be known */
} settings;
extern size_t pagesz;
void check_settings(void);

/* Count checks that have nothing to compare. */
void count_right(void);

#pragma GCC visibility pop

#endif

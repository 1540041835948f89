/* The system calls that a seal must refuse, shared by the checker's own
 * files. */

#ifndef OPERATION_H
#define OPERATION_H

#include "map.h"
#include "want.h"

#pragma GCC visibility push(hidden)

/* The target of an attack. spare is a mapped page, and room a reserved range of
 * the target's size and one page more. */
struct target {
	uintptr_t s, e;
	int prot, shmid, pkey, no_pkeys, discard;
	char *spare, *room;
	const struct map *map;
	const struct want *want;
};

/* NEVER: refused for every private mapping, sealed or not. BY_LUCK: its success
 * on an unsealed mapping depends on the surroundings. ANON: succeeds on an
 * unsealed mapping only if that is anonymous. BEFORE, AFTER: touches the
 * neighbour, and the kernel refuses to split an unsealed special mapping (vvar,
 * vdso) with EINVAL. PKEYS: a call that architectures without keys have not. */
enum { NEVER = 1, BY_LUCK = 2, DISCARD = 4, ANON = 8, TWO_PAGES = 16,
	PKEY = 32, SHM = 64, BEFORE = 128, AFTER = 256,
	PKEYS = 512 };

struct op {
	const char *name;
	long (*fn)(struct target *);
	int flags;
	/* The errno on a sealed mapping, if it is not EPERM. */
	int err;
	const char *why;
};

#define MAXOPERATIONS 32
extern const struct op *const operation;
extern const size_t noperations;

#pragma GCC visibility pop

#endif

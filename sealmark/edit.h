#ifndef EDIT_H
#define EDIT_H

#include "image.h"

/* The changes that sealmark makes to a file. docs/mutable.md explains marks and
 * ranges. */

#define MAX_RANGES 64		/* the loader's limit */

struct range { uint64_t start, end; };

struct edit {
	int unmark, mark, exempt, off, soft;
	int append;		/* may put a block behind data at the end */
	const char *const *mutables;	/* SECTION or START-END */
	size_t nmutables;
};

/* The marks and ranges of a file. */
struct state {
	int marked, off, soft;
	size_t n;
	struct range r[MAX_RANGES];	/* from program headers, sorted */
	size_t nnotes;
	struct range note[MAX_RANGES];	/* from the notes of SEAL_MUTABLE */
};

/* Read the state of im. Returns 0 or an error message. */
const char *edit_state(const struct image *im, struct state *st);

/* Change im, --unmark first. Returns 0, or a message that is valid until the
 * next call; im is then unusable. If im->p is replaced, the new memory is from
 * malloc and the old remains the caller's. say is called for effects that were
 * not asked for. */
const char *edit_apply(struct image *im, const struct edit *e,
	void (*say)(const char *));

#endif

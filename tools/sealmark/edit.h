#ifndef EDIT_H
#define EDIT_H

#include "image.h"

/* What sealmark changes in a file. See docs/mutable.md for what the marks and
 * ranges mean. */

#define MAX_RANGES 64		/* as many as the loader takes */

struct range { uint64_t start, end; };

struct edit {
	int unmark, mark, exempt;
	int append;		/* may put what is new behind data at the end */
	const char *const *mutables;	/* SECTION or START-END */
	size_t nmutables;
};

/* What a file has. */
struct state {
	int marked;
	size_t n;
	struct range r[MAX_RANGES];	/* of program headers, in order */
	size_t nnotes;
	struct range note[MAX_RANGES];	/* of SEAL_MUTABLE's notes */
};

/* Read the state of im. Null, or why it makes no sense. */
const char *edit_state(const struct image *im, struct state *st);

/* Make the changes, those of unmark first. Memory that im->p is replaced by
 * is from malloc; what it was before is left to the caller. Null and im
 * changed, or what can't be done and why, in memory that lasts until the next call;
 * im is then in no state to be used. say is told what the caller did not ask for. */
const char *edit_apply(struct image *im, const struct edit *e,
	void (*say)(const char *));

#endif

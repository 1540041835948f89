/* sealmark on files that are anything at all, for libFuzzer. The first byte says
 * what is to be done, the rest is the file. What it does, it can do again with no
 * effect, and what comes out is a file that it understands. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "edit.h"

#define MUST(x) do { if (!(x)) { fprintf(stderr, "must hold: %s\n", #x); abort(); } } while (0)

static void quiet(const char *s) { (void)s; }

static const char *edit(struct image *im, const struct edit *e)
{
	unsigned char *old = im->p;
	const char *error = image_open(im, im->p, im->n);
	if (!error) error = edit_apply(im, e, quiet);
	if (im->p != old) free(old);
	return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const ranges[] = { ".data", "1000-1001" };
	if (n < 2) return 0;
	struct edit e = { .unmark = data[0]&1, .mark = data[0]>>1 & 1,
		.exempt = data[0]>>2 & 1, .mutables = ranges+(data[0]>>3 & 1),
		.nmutables = data[0]>>4 & 1 };
	struct image im = { .n = n-1 };
	struct state st;
	im.p = malloc(im.n);
	memcpy(im.p, data+1, im.n);
	if (!edit(&im, &e)) {
		MUST(!image_open(&im, im.p, im.n) && !edit_state(&im, &st));
		MUST(!e.mark || st.marked);
		MUST(!e.exempt || st.n);
		MUST(!e.unmark || e.mark || !st.marked);
		size_t once_n = im.n;
		unsigned char *once = malloc(im.n);
		memcpy(once, im.p, im.n);
		MUST(!edit(&im, &e) && im.n == once_n && !memcmp(im.p, once, once_n));
		free(once);
	}
	free(im.p);
	return 0;
}

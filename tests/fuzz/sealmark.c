/* sealmark on files that are anything at all, for libFuzzer. The first byte says
 * what is to be done, the rest is the file. What it does, it can do again with no
 * effect, and what comes out is a file that it understands. A range that a file
 * without any is given goes without a trace. */

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

static struct image copy_of(const struct image *im)
{
	struct image copy = { .n = im->n };
	copy.p = malloc(im->n);
	memcpy(copy.p, im->p, im->n);
	return copy;
}

static int equal(const struct image *a, const struct image *b)
{
	return a->n == b->n && !memcmp(a->p, b->p, a->n);
}

static void there_and_back(const uint8_t *p, size_t n, int append)
{
	const struct edit none = { .unmark = 1 };
	const struct edit exempt = { .exempt = 1, .append = append };
	struct image im = copy_of(&(struct image){ .p = (uint8_t *)p, .n = n });
	/* what sealmark has nothing to take away from */
	if (!edit(&im, &none) && im.n == n && !memcmp(im.p, p, n)) {
		struct image was = copy_of(&im);
		if (!edit(&im, &exempt)) {
			MUST(!edit(&im, &none));
			MUST(equal(&im, &was));
		}
		free(was.p);
	}
	free(im.p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const ranges[] = { ".data", "1000-1001" };
	if (n < 2) return 0;
	struct edit e = { .unmark = data[0]&1, .mark = data[0]>>1 & 1,
		.exempt = data[0]>>2 & 1, .mutables = ranges+(data[0]>>3 & 1),
		.nmutables = data[0]>>4 & 1, .append = data[0]>>5 & 1,
		.off = data[0]>>6 & 1, .soft = data[0]>>7 };
	struct image im = { .n = n-1 };
	struct state st;
	im.p = malloc(im.n);
	memcpy(im.p, data+1, im.n);
	if (!edit(&im, &e)) {
		MUST(!image_open(&im, im.p, im.n) && !edit_state(&im, &st));
		MUST(!e.mark || st.marked);
		MUST(!e.off || st.off);
		MUST(!e.soft || st.soft);
		MUST(!e.exempt || st.n);
		MUST(!e.unmark || e.mark || !st.marked);
		size_t once_n = im.n;
		unsigned char *once = malloc(im.n);
		memcpy(once, im.p, im.n);
		MUST(!edit(&im, &e) && im.n == once_n && !memcmp(im.p, once, once_n));
		free(once);
	}
	free(im.p);
	there_and_back(data+1, n-1, e.append);
	return 0;
}

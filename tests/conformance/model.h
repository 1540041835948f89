#ifndef MODEL_H
#define MODEL_H

/* A sealed address space in a few arrays, and what each call does to it. */

#define PAGES 24        /* of the arena */
#define FILE_PAGES 1280 /* more than any sequence can reach by growing */

/* Anonymous; private mapping of a file that never changes; shared mapping of
 * another, whose contents belong to the file and not to the page. */
enum kind { ANON, PRIV, SHARED };

struct mpage {
	unsigned char mapped, r, w, sealed, kind;
	unsigned char own;      /* a private page's contents are no longer the file's */
	unsigned char val;      /* of anonymous and own pages */
	unsigned char lazy;     /* given up by MADV_FREE: may be 0 at any time */
	short off;              /* page of the file */
};

struct state {
	struct mpage p[PAGES];
	unsigned char file[FILE_PAGES];
};

enum call { MMAP, MMAP_NEW, MUNMAP, MPROTECT, MREMAP, MADVISE, MSEAL, STORE };
enum bad { GOOD, MISALIGNED, BADFLAGS, EMPTY };

/* All in pages, of the arena. */
struct op {
	enum call call;
	enum bad bad;
	unsigned char raw;      /* by syscall() */
	unsigned char cut;      /* the length ends with its last page's first byte */
	short from, n;
	short arg;              /* protection, advice or flags */
	short kind, off;        /* mmap: of what */
	short to, m;            /* mremap: destination, new length */
	unsigned char val;      /* store */
};

/* What may come of a call: which results, and then which pages. */
#define MAY(e) (1ull<<(e))
enum {
	MAY_ALT = 1,    /* if it failed, the page may be alt[] as well */
	MAY_HOLE = 2,   /* or gone */
};
struct outcome {
	unsigned long long results;     /* set of errno; 0 is success */
	struct state next;              /* if there is but one way */
	struct mpage alt[PAGES];
	unsigned char may[PAGES];
};

unsigned char file_byte(int off);       /* of the file that never changes */
unsigned char contents(const struct state *, const struct mpage *);

/* Before the call: what may come of it. For mremap only failure is told; if
 * it succeeds, moved() says what is there now, given the address it returned
 * as a page of the arena, or -1 for elsewhere: then out[] is what is there.
 * Returns 0, or what cannot be. */
void predict(const struct state *, const struct op *, struct outcome *);
const char *moved(const struct state *, const struct op *, int to,
	struct outcome *, struct mpage out[PAGES]);

#endif

#define SEAL_NO_MUTABLE
#include <errno.h>
#include <sys/seal.h>
#include "libc.h"
#include "seal.h"

struct query {
	struct seal_range r;
	size_t sealed;		/* bytes of it */
};

static void count(const struct seal_object *o, struct seal_range piece,
	void *arg)
{
	struct query *q = arg;
	struct seal_range both = __seal_common(q->r, piece);
	(void)o;
	q->sealed += both.end-both.start;
}

int mseal_query(const void *start, size_t len)
{
	struct query q = { __seal_round((uintptr_t)start, len, PAGE_SIZE), 0 };
	int done = __seal_done();
	if (q.r.start == q.r.end || done < 0) {
		errno = done < 0 ? ENODATA : EINVAL;
		return -1;
	}
	__seal_each(count, &q);
	return q.sealed == q.r.end-q.r.start;
}

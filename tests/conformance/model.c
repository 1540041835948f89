/* The model is what a page-by-page reading of mseal(2), mremap(2) and the
 * rest says. It is not how a kernel does it: a kernel has mappings, here there
 * are only pages. Where it matters whether pages are one mapping, which
 * nothing tells, both answers are right. */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include "model.h"
#include "space.h"


unsigned char file_byte(int off)
{
	return 1 + off%200;
}

unsigned char contents(const struct state *s, const struct mpage *p)
{
	if (!p->mapped || !p->r) return 0;
	if (p->kind == SHARED) return s->file[p->off];
	if (p->kind == PRIV && !p->own) return file_byte(p->off);
	return p->val;
}

static int any_sealed(const struct state *s, int from, int n)
{
	for (int i=from; i<from+n; i++) if (s->p[i].sealed) return 1;
	return 0;
}

static int any_hole(const struct state *s, int from, int n)
{
	for (int i=from; i<from+n; i++) if (!s->p[i].mapped) return 1;
	return 0;
}

static void set_prot(struct mpage *p, int prot)
{
	p->r = !!(prot & PROT_READ);
	p->w = !!(prot & PROT_WRITE);
}

static void unmap(struct state *s, int from, int n)
{
	memset(s->p+from, 0, n*sizeof *s->p);
}

/* What a discard, or DONTUNMAP, leaves of a page. */
static void empty(struct mpage *p)
{
	p->own = p->val = p->lazy = 0;
}

static void mmap_(const struct state *s, const struct op *o, struct outcome *out)
{
	struct state *t = &out->next;
	if (o->bad) out->results = MAY(EINVAL);
	else if (o->call == MMAP_NEW ? !any_hole(s, o->from, 1)
		: any_sealed(s, o->from, o->n))
		out->results = MAY(o->call == MMAP_NEW ? EEXIST : EPERM);
	if (o->call == MMAP_NEW && !o->bad)
		for (int i=o->from; i<o->from+o->n; i++)
			if (s->p[i].mapped) out->results = MAY(EEXIST);
	if (out->results != MAY(0)) return;
	for (int i=0; i<o->n; i++) {
		struct mpage *p = t->p+o->from+i;
		*p = (struct mpage){ .mapped = 1, .kind = o->kind, .off = o->off+i };
		set_prot(p, o->arg);
	}
}

static void munmap_(const struct state *s, const struct op *o, struct outcome *out)
{
	if (o->bad) out->results = MAY(EINVAL);
	else if (any_sealed(s, o->from, o->n)) out->results = MAY(EPERM);
	else unmap(&out->next, o->from, o->n);
}

static void mprotect_(const struct state *s, const struct op *o, struct outcome *out)
{
	if (o->bad == EMPTY) return;
	if (o->bad) {
		out->results = MAY(EINVAL);
		return;
	}
	if (!dialect.mprotect_in_order && any_sealed(s, o->from, o->n)) {
		out->results = MAY(EPERM);
		/* A range may have to begin with something, sealed or not. */
		if (any_hole(s, o->from, 1)) out->results |= MAY(ENOMEM);
		return;
	}
	for (int i=o->from; i<o->from+o->n; i++) {
		if (!s->p[i].mapped || s->p[i].sealed) {
			out->results = MAY(s->p[i].mapped ? EPERM : ENOMEM);
			return;
		}
		set_prot(out->next.p+i, o->arg);
	}
}

static int is_discard(int advice)
{
	switch (advice) {
	case MADV_DONTNEED: case MADV_FREE: case MADV_DONTFORK:
	case MADV_WIPEONFORK: case MADV_DONTNEED_LOCKED: case MADV_REMOVE:
		return 1;
	}
	return 0;
}

static int discard_refused(const struct mpage *p, int advice)
{
	if (!p->sealed) return 0;
	if (advice == MADV_DONTFORK || advice == MADV_WIPEONFORK) {
		if (dialect.fork_advice_refused) return 1;
		if (dialect.file_fork_advice_refused && !p->w) return 1;
	}
	return p->kind == ANON && !p->w && is_discard(advice);
}

/* Where it is, depends on whether the mapping, which the model does not know,
 * has a page of its own anywhere. Then nothing at all is done. */
static int discard_maybe_refused(const struct mpage *p, int advice)
{
	return p->sealed && p->kind == PRIV && !p->w && dialect.private_discard_refused
		&& is_discard(advice);
}

/* Of one page: it makes a hole in the file. */
static void remove_(const struct state *s, const struct op *o, struct outcome *out)
{
	const struct mpage *p = s->p+o->from;
	if (!p->mapped) out->results = MAY(ENOMEM);
	else if (p->kind == ANON) out->results = MAY(EINVAL)
		| (discard_refused(p, MADV_REMOVE) ? MAY(EPERM) : 0);
	else if (p->kind == PRIV) out->results = MAY(EACCES);
	else {
		if (!p->w) out->results |= MAY(EACCES);
		if (!p->w && p->sealed) out->results |= MAY(EPERM);
		out->next.file[p->off] = 0;
	}
}

static void madvise_(const struct state *s, const struct op *o, struct outcome *out)
{
	int i, hole = 0;
	if (o->bad == EMPTY) return;
	if (o->bad) {
		out->results = MAY(EINVAL);
		return;
	}
	if (o->arg == MADV_REMOVE) {
		remove_(s, o, out);
		return;
	}
	if (!dialect.madvise_in_order) for (i=o->from; i<o->from+o->n; i++)
		if (discard_refused(s->p+i, o->arg)) {
			out->results = MAY(EPERM);
			return;
		}
	for (i=o->from; i<o->from+o->n; i++) {
		struct mpage *p = out->next.p+i;
		if (!p->mapped) {
			hole = 1;
			continue;
		}
		if (discard_refused(p, o->arg)) {
			out->results = MAY(EPERM);
			return;
		}
		if ((o->arg == MADV_FREE || o->arg == MADV_WIPEONFORK) && p->kind != ANON) {
			out->results = MAY(EINVAL);
			return;
		}
		if (o->arg == MADV_DONTNEED || o->arg == MADV_DONTNEED_LOCKED) empty(p);
		if (o->arg == MADV_FREE) p->lazy = 1;
	}
	if (hole) out->results = MAY(ENOMEM);
}

static void madvise_or_not(const struct state *s, const struct op *o, struct outcome *out)
{
	madvise_(s, o, out);
	if (!o->bad) for (int i=o->from; i<o->from+o->n; i++)
		if (discard_maybe_refused(s->p+i, o->arg)) out->results |= MAY(EPERM);
}

static void mseal_(const struct state *s, const struct op *o, struct outcome *out)
{
	if (o->bad == EMPTY) return;
	if (o->bad) out->results = MAY(EINVAL);
	else if (any_hole(s, o->from, o->n)) out->results = MAY(ENOMEM);
	else for (int i=o->from; i<o->from+o->n; i++) out->next.p[i].sealed = 1;
}

static void store_(const struct state *s, const struct op *o, struct outcome *out)
{
	struct mpage *p = out->next.p+o->from;
	if (!p->mapped || !p->w) {
		out->results = MAY(EFAULT);
		return;
	}
	if (p->kind == SHARED) out->next.file[p->off] = o->val;
	else p->own = 1, p->val = o->val, p->lazy = 0;
}

static struct mpage emptied(struct mpage p)
{
	if (p.mapped) empty(&p);
	return p;
}

static void mremap_(const struct state *s, const struct op *o, struct outcome *out)
{
	int fixed = o->arg & MREMAP_FIXED, maymove = o->arg & MREMAP_MAYMOVE,
		dont = o->arg & MREMAP_DONTUNMAP;
	int n = o->n, m = o->m, src = o->from, dst = o->to, i;
	int moves = fixed || dont || m > n;
	unsigned long long fail = 0, also = 0;
	if (o->bad || !m || ((fixed || dont) && !maymove) || (dont && n != m)) {
		out->results = MAY(EINVAL);
		return;
	}
	int overlap = fixed && dst < src+n && src < dst+m;
	if (overlap) fail |= MAY(EINVAL);
	if (!s->p[src].mapped) fail |= MAY(EFAULT);
	else if (s->p[src].sealed) fail |= MAY(EPERM);
	if (fixed) for (i=0; i<m; i++) if (s->p[dst+i].sealed) {
		/* Where nothing is to be put, the newer kernels do not look. */
		if (n == m && i && !s->p[src+i].mapped) also |= MAY(EPERM);
		else fail |= MAY(EPERM);
	}
	if (!n && s->p[src].mapped && s->p[src].kind != SHARED) fail |= MAY(EINVAL);
	if (!n && !maymove) fail |= MAY(ENOMEM);
	if (n > 1) {
		int rest = any_sealed(s, src+1, n-1);
		/* Cut off, they are unmapped. */
		if (m < n && any_sealed(s, src+m, n-m)) fail |= MAY(EPERM);
		if (moves) {
			if (rest) fail |= MAY(EPERM)|MAY(EFAULT);
			/* One mapping or several. */
			also |= MAY(EFAULT);
			/* Only newer kernels move over holes. */
			if (any_hole(s, src, n < m ? n : m) && (n != m || !fixed))
				fail |= MAY(EFAULT);
		} else if (rest) also |= MAY(EPERM);
	}
	if (n && m > n && !maymove) {
		if (src+m > PAGES) fail |= MAY(ENOMEM);
		else for (i=src+n; i<src+m; i++)
			if (s->p[i].mapped) fail |= MAY(ENOMEM);
	}
	out->results = (fail ? fail : MAY(0)) | also;

	/* Arguments are refused before anything is done, and one page is moved
	 * or not. Several may have been several mappings, each of which was; and
	 * older kernels make room before they ask whether there is anything to
	 * duplicate. */
	if (!fixed || overlap || n == 1 || !s->p[src].mapped || s->p[src].sealed) return;
	for (i=0; i<n && !s->p[src+i].sealed; i++) {
		out->may[src+i] = dont ? MAY_ALT : MAY_HOLE;
		out->alt[src+i] = emptied(s->p[src+i]);
	}
	for (i=0; i<m; i++) {
		if (s->p[dst+i].sealed) continue;
		out->may[dst+i] |= MAY_HOLE;
		if (i >= n || !s->p[src+i].mapped || s->p[src+i].sealed) continue;
		out->may[dst+i] |= MAY_ALT;
		out->alt[dst+i] = s->p[src+i];
	}
}

const char *moved(const struct state *s, const struct op *o, int to,
	struct outcome *out, struct mpage elsewhere[PAGES])
{
	int fixed = o->arg & MREMAP_FIXED, dont = o->arg & MREMAP_DONTUNMAP;
	int n = o->n, m = o->m, src = o->from, i;
	struct state *t = &out->next;
	struct mpage list[PAGES];
	memset(out->may, 0, sizeof out->may);
	*t = *s;
	if (fixed && to != o->to) return "it is not at the asked address";
	if (to >= 0 && to+m > PAGES) return "it lies across the arena's end";
	for (i=0; i<m; i++) {
		struct mpage *p = list+i;
		if (i < n) {
			*p = s->p[src+i];
			continue;
		}
		*p = s->p[n ? src+n-1 : src];
		p->off += n ? i-n+1 : i;
		/* Of a shared file, not of this page. */
		if (p->kind != SHARED) empty(p);
	}
	if (to == src && n && !fixed) {
		if (dont) return "it was not moved";
		for (i=n; i<m; i++) if (s->p[src+i].mapped)
			return "it grew over what was mapped";
		for (i=n; i<m; i++) t->p[src+i] = list[i];
		if (m < n) unmap(t, src+m, n-m);
		return 0;
	}
	if (!(o->arg & MREMAP_MAYMOVE)) return "it moved";
	if (any_sealed(s, src, n)) return "a sealed page moved";
	if (!fixed && to >= 0) for (i=to; i<to+m; i++) if (s->p[i].mapped)
		return "it was put onto what was mapped";
	if (dont) for (i=src; i<src+n; i++) t->p[i] = emptied(s->p[i]);
	else unmap(t, src, n);
	for (i=0; i<m; i++) {
		if (to < 0) elsewhere[i] = list[i];
		else if (list[i].mapped) t->p[to+i] = list[i];
		/* A hole is moved, or passed over. */
		else if (!s->p[to+i].sealed) out->may[to+i] = MAY_HOLE;
	}
	return 0;
}

void predict(const struct state *s, const struct op *o, struct outcome *out)
{
	static void (*const calls[])(const struct state *, const struct op *,
		struct outcome *) = {
		[MMAP] = mmap_, [MMAP_NEW] = mmap_, [MUNMAP] = munmap_,
		[MPROTECT] = mprotect_, [MREMAP] = mremap_, [MADVISE] = madvise_or_not,
		[MSEAL] = mseal_, [STORE] = store_,
	};
	out->results = MAY(0);
	out->next = *s;
	memset(out->may, 0, sizeof out->may);
	calls[o->call](s, o, out);
}

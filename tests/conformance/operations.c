/* Every operation that a seal refuses, at every place where it can meet one.
 *
 * A place says which pages are sealed and on which the operation is tried. Each
 * pair is a case: the result must be the wanted one, and afterwards every page
 * must be as it was, or, where the operation succeeds (beside a seal), as the
 * operation leaves it. Each operation is tried on unsealed memory first; if
 * the system refuses it there as well, the case has nothing to say: SKIP. */
#include <sys/uio.h>
#include <sys/wait.h>
#include "suite.h"

#define N 8

struct place {
	const char *name, *sealed;      /* S sealed */
	int from, pages;                /* what the operation is given */
	int byte;                       /* less than a page: 1 byte of the last */
	int several;                    /* mappings of different protection */
};

static const struct place places[] = {
	/*                                01234567 */
	{ "all of a seal",               "..SSS...", 2, 3 },
	{ "the first page of a seal",    "..SSS...", 2, 1 },
	{ "the middle of a seal",        "..SSS...", 3, 1 },
	{ "the last page of a seal",     "..SSS...", 4, 1 },
	{ "the only page of a seal",     "...S....", 3, 1 },
	{ "1 byte of a seal",            "..SSS...", 3, 1, 1 },
	{ "into a seal",                 "..SSS...", 1, 2 },
	{ "into a seal by 1 byte",       "..SSS...", 1, 2, 1 },
	{ "out of a seal",               "..SSS...", 4, 2 },
	{ "around a seal",               "..SSS...", 1, 5 },
	{ "around two seals",            "..S.S...", 1, 5 },
	{ "between two seals, into both", "..S..S..", 2, 4 },
	{ "all of a seal of several mappings", ".SSSSSS.", 1, 6, 0, 1 },
	{ "into a seal of several mappings", "..SSSSS.", 1, 3, 0, 1 },
	/* The operation touches no sealed page. */
	{ "before a seal",               "..SSS...", 0, 2 },
	{ "behind a seal",               "..SSS...", 5, 2 },
	{ "between two seals",           "..S..S..", 3, 2 },
};

/* How an operation over sealed and unsealed pages ends. */
enum how {
	ALL,    /* any sealed page: EPERM, nothing changed */
	PROT,   /* the same, but see dialect.mprotect_in_order */
	ADVICE, /* the same, but see dialect.madvise_in_order */
	MOVE,   /* first page sealed: EPERM, nothing changed; another: EPERM or
	         * EFAULT (it is another mapping), what lies before it may have
	         * moved. Newer kernels move mapping by mapping. */
	FIRST,  /* only the first page counts, the operation has no more */
	FILEOP, /* any sealed page, EPERM; if others as well, maybe EINVAL */
};

/* What success does to the pages. */
enum effect { GONE, NEW, CHANGED, EMPTIED, KEPT, ANY };

struct op {
	const char *name;
	int prot;               /* of the pages */
	int file;               /* pages of a shared file */
	enum how how;
	enum effect effect;
	int (*run)(const struct op *, char *p, size_t len);
	int arg, newprot;
};

static char *spare;     /* N pages of their own, for the other end of a move */
static int fd;          /* N pages */

static int ret(void *p)
{
	return p == MAP_FAILED ? -1 : 0;
}

static int do_munmap(const struct op *o, char *p, size_t n)
{
	return munmap(p, n);
}

static int raw_munmap(const struct op *o, char *p, size_t n)
{
	return syscall(SYS_munmap, p, n);
}

static int do_mmap(const struct op *o, char *p, size_t n)
{
	return ret(mmap(p, n, o->newprot, o->arg|MAP_FIXED,
		o->arg & MAP_ANON ? -1 : fd, 0));
}

/* Not on s390x, where the call takes the address of its arguments. */
static int raw_mmap(const struct op *o, char *p, size_t n)
{
#if defined SYS_mmap2
	return ret((void *)syscall(SYS_mmap2, p, n, o->newprot, o->arg|MAP_FIXED, -1, 0));
#elif defined SYS_mmap && !defined __s390x__
	return ret((void *)syscall(SYS_mmap, p, n, o->newprot, o->arg|MAP_FIXED, -1, 0));
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int do_mprotect(const struct op *o, char *p, size_t n)
{
	return mprotect(p, n, o->newprot);
}

static int raw_mprotect(const struct op *o, char *p, size_t n)
{
	return syscall(SYS_mprotect, p, n, o->newprot);
}

static int raw_pkey_mprotect(const struct op *o, char *p, size_t n)
{
#ifdef SYS_pkey_mprotect
	return syscall(SYS_pkey_mprotect, p, n, o->newprot, -1);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int do_madvise(const struct op *o, char *p, size_t n)
{
	return madvise(p, n, o->arg);
}

static int raw_madvise(const struct op *o, char *p, size_t n)
{
	return syscall(SYS_madvise, p, n, o->arg);
}

static int raw_process_madvise(const struct op *o, char *p, size_t n)
{
#if defined SYS_process_madvise && defined SYS_pidfd_open
	struct iovec v = { p, n };
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	if (pidfd < 0) return -1;
	long r = syscall(SYS_process_madvise, pidfd, &v, 1UL, o->arg, 0);
	int e = errno;
	close(pidfd);
	errno = e;
	return r < 0 ? -1 : 0;
#else
	errno = ENOSYS;
	return -1;
#endif
}

/* A page less than there is, so that the rest would be unmapped. */
static int shrink_all(const struct op *o, char *p, size_t n)
{
	return ret(mremap(p-page, page+n, page, 0));
}

static int same_size(const struct op *o, char *p, size_t n)
{
	/* An older glibc passes an address on even if there is none. */
	return ret(mremap(p, n, n, o->arg, (void *)0));
}

static int grow(const struct op *o, char *p, size_t n)
{
	return ret(mremap(p, n, n+page, MREMAP_MAYMOVE));
}

static int move_fixed(const struct op *o, char *p, size_t n)
{
	return ret(mremap(p, n, n, o->arg|MREMAP_MAYMOVE|MREMAP_FIXED, spare));
}

static int raw_move(const struct op *o, char *p, size_t n)
{
	return ret((void *)syscall(SYS_mremap, p, n, n,
		MREMAP_MAYMOVE|MREMAP_FIXED, spare));
}

static int duplicate(const struct op *o, char *p, size_t n)
{
	return ret(mremap(p, 0, n, MREMAP_MAYMOVE));
}

static int onto(const struct op *o, char *p, size_t n)
{
	return ret(mremap(spare, n, n, o->arg|MREMAP_MAYMOVE|MREMAP_FIXED, p));
}

static int onto_growing(const struct op *o, char *p, size_t n)
{
	return ret(mremap(spare+(N-1)*page, page, n, MREMAP_MAYMOVE|MREMAP_FIXED, p));
}

static int onto_shrinking(const struct op *o, char *p, size_t n)
{
	return ret(mremap(spare, N*page, n, MREMAP_MAYMOVE|MREMAP_FIXED, p));
}

static int raw_onto(const struct op *o, char *p, size_t n)
{
	return ret((void *)syscall(SYS_mremap, spare, n, n,
		MREMAP_MAYMOVE|MREMAP_FIXED, p));
}

static int file_pages(const struct op *o, char *p, size_t n)
{
	return remap_file_pages(p, n, 0, 0, 0);
}

#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)
#define PRIV (MAP_PRIVATE|MAP_ANON)

static const struct op ops[] = {
	{ "munmap", RW, 0, ALL, GONE, do_munmap },
	{ "munmap of read-only pages", R, 0, ALL, GONE, do_munmap },
	{ "munmap of shared pages", RW, 1, ALL, GONE, do_munmap },
	{ "munmap by syscall()", RW, 0, ALL, GONE, raw_munmap },
	{ "mmap MAP_FIXED", R, 0, ALL, NEW, do_mmap, PRIV, RW },
	{ "mmap MAP_FIXED of shared memory", R, 0, ALL, NEW, do_mmap, MAP_SHARED|MAP_ANON, RW },
	{ "mmap MAP_FIXED of a file", R, 0, ALL, ANY, do_mmap, MAP_PRIVATE, R },
	{ "mmap MAP_FIXED of no access", RW, 0, ALL, NEW, do_mmap, PRIV, PROT_NONE },
	{ "mmap MAP_FIXED by syscall()", R, 0, ALL, NEW, raw_mmap, PRIV, RW },
	{ "mprotect to read", RW, 0, PROT, CHANGED, do_mprotect, 0, R },
	{ "mprotect to write", R, 0, PROT, CHANGED, do_mprotect, 0, RW },
	{ "mprotect to none", RW, 0, PROT, CHANGED, do_mprotect, 0, PROT_NONE },
	{ "mprotect from none", PROT_NONE, 0, PROT, ANY, do_mprotect, 0, RW },
	{ "mprotect to what it is", RW, 0, PROT, CHANGED, do_mprotect, 0, RW },
	{ "mprotect of shared pages", RW, 1, PROT, CHANGED, do_mprotect, 0, R },
	{ "mprotect by syscall()", RW, 0, PROT, CHANGED, raw_mprotect, 0, R },
	{ "pkey_mprotect", RW, 0, PROT, CHANGED, raw_pkey_mprotect, 0, R },
	{ "mremap shrinking it away", RW, 0, ALL, GONE, shrink_all },
	{ "mremap growing", RW, 0, MOVE, ANY, grow },
	{ "mremap elsewhere", RW, 0, MOVE, GONE, move_fixed },
	{ "mremap elsewhere, read-only pages", R, 0, MOVE, GONE, move_fixed },
	{ "mremap elsewhere, shared pages", RW, 1, MOVE, GONE, move_fixed },
	{ "mremap elsewhere by syscall()", RW, 0, MOVE, GONE, raw_move },
	{ "mremap DONTUNMAP", RW, 0, MOVE, EMPTIED, same_size, MREMAP_MAYMOVE|MREMAP_DONTUNMAP },
	{ "mremap DONTUNMAP elsewhere", RW, 0, MOVE, EMPTIED, move_fixed, MREMAP_DONTUNMAP },
	{ "mremap to the same place and size", RW, 0, FIRST, KEPT, same_size },
	{ "mremap of size 0, a duplicate", RW, 1, FIRST, KEPT, duplicate },
	{ "mremap onto it", RW, 0, ALL, ANY, onto },
	{ "mremap onto it, growing", RW, 0, ALL, ANY, onto_growing },
	{ "mremap onto it, shrinking", RW, 0, ALL, ANY, onto_shrinking },
	{ "mremap onto it, DONTUNMAP", RW, 0, ALL, ANY, onto, MREMAP_DONTUNMAP },
	{ "mremap onto it by syscall()", RW, 0, ALL, ANY, raw_onto },
	{ "remap_file_pages", RW, 1, FILEOP, ANY, file_pages },
#define DISCARD(a, e) \
	{ "madvise " #a " of read-only pages", R, 0, ADVICE, e, do_madvise, MADV_ ## a }, \
	{ "madvise " #a " of inaccessible pages", PROT_NONE, 0, ADVICE, ANY, do_madvise, MADV_ ## a }
	DISCARD(DONTNEED, EMPTIED),
	DISCARD(FREE, ANY),
	DISCARD(DONTNEED_LOCKED, EMPTIED),
	DISCARD(DONTFORK, KEPT),
	DISCARD(WIPEONFORK, KEPT),
	DISCARD(GUARD_INSTALL, ANY),
	{ "madvise DONTNEED by syscall()", R, 0, ADVICE, EMPTIED, raw_madvise, MADV_DONTNEED },
	{ "process_madvise DONTNEED", R, 0, ADVICE, EMPTIED, raw_process_madvise, MADV_DONTNEED },
};

struct pair {
	const struct op *op;
	const struct place *at;
};

static char *memory(const struct op *o, const struct place *at)
{
	char *p = o->file ? fresh_fd(N, o->prot, MAP_SHARED, fd) : fresh(N, o->prot);
	/* A read-only discard cares for nothing but "not writable"; the others
	 * for no protection at all. */
	if (at->several) for (int i=2; i<N; i+=2)
		if (mprotect(p+i*page, page, o->prot == PROT_NONE ? R : PROT_NONE))
			fail("mprotect: %s", errno_text(errno));
	return p;
}

static struct seen after(const struct op *o, struct seen s)
{
	switch (o->effect) {
	case GONE: return (struct seen){ 0 };
	case EMPTIED: s.byte = 0; return s;
	case NEW: s.byte = 0; /* fall through */
	case CHANGED:
		s.r = !!(o->newprot & R);
		s.w = !!(o->newprot & PROT_WRITE);
		if (!s.r) s.byte = 0;
	default: ;
	}
	return s;
}

/* The operation without a seal. A system that refuses it, or does something
 * else, as emulators may, has nothing to say about it with one. */
static void control(const struct op *o, const struct place *at)
{
	/* Several mappings are not for every operation; of one page it is told
	 * whether the system has it. */
	int from = at->several ? 1 : at->from, pages = at->several ? 1 : at->pages;
	int byte = !at->several && at->byte;
	struct seen want, got, was[N];
	char *p = memory(o, at) + from*page, *all = p - from*page;
	for (int i=0; i<N; i++) was[i] = look(all+i*page);
	want = was[from];
	if (o->run(o, p, (pages-byte)*page + byte))
		skip("not here, sealed or not: %s", errno_text(errno));
	for (int i=from+pages; i<N; i++) if (!seen_same(was[i], look(all+i*page)))
		skip("not here, sealed or not: it changes the pages behind");
	if (o->effect == ANY) return;
	want = after(o, want);
	got = look(p);
	if (!seen_same(want, got)) skip("not here, sealed or not: it leaves %s, not %s",
		seen_text(got), seen_text(want));
}

static void pair(const void *arg)
{
	const struct op *o = ((struct pair *)arg)->op;
	const struct place *at = ((struct pair *)arg)->at;
	struct seen was[N], was_spare[N], got;
	int i, first = -1, last = 0, sealed = 0, unsealed = 0;
	fd = fresh_file(N);
	spare = fresh(N, RW);
	control(o, at);
	spare = fresh(N, RW);
	char *p = memory(o, at), what[80];
	for (i=0; i<N; i++) {
		was[i] = look(p+i*page);
		was_spare[i] = look(spare+i*page);
	}
	for (i=0; i<N; i++) if (at->sealed[i] == 'S') {
		want_errno("mseal", mseal(p+i*page, page, 0), 0);
		was[i].sealed = 1;
	}
	for (i=at->from; i<at->from+at->pages; i++) {
		if (!was[i].sealed) unsealed++;
		else if (sealed++, first < 0) first = i;
	}
	last = at->from + at->pages;
	/* The one operation that begins a page earlier, maybe in a seal. */
	if (o->run == shrink_all && at->from && was[at->from-1].sealed)
		first = at->from;

	int r = o->run(o, p+at->from*page, (at->pages - !!at->byte)*page + !!at->byte);
	int e = r ? errno : 0;

	int may[3] = { EPERM, EPERM, EPERM };
	const char *also = "";
	if (first < 0) {
		may[0] = may[1] = may[2] = 0;
	} else switch (o->how) {
	case MOVE:
		if (first > at->from) may[1] = EFAULT, also = " or EFAULT";
		break;
	case FIRST:
		if (first > at->from) may[1] = 0, may[2] = EFAULT,
			also = " or success or EFAULT";
		break;
	case FILEOP:
		if (unsealed || at->several) may[1] = EINVAL, also = " or EINVAL";
	default: ;
	}
	if (e != may[0] && e != may[1] && e != may[2])
		fail("wanted %s%s, got %s", errno_text(may[0]), also, errno_text(e));

	for (i=0; i<N; i++) {
		int inside = i >= at->from && i < last;
		struct seen want = was[i], alt;
		got = look(p+i*page);
		/* Where the pages of a success went is another case's matter. */
		if (first < 0 && o->effect == ANY && inside) continue;
		if (first < 0 && inside) want = after(o, want);
		alt = want;
		if (inside && first > 0 && i < first) {
			if ((o->how == PROT && dialect.mprotect_in_order)
			    || (o->how == ADVICE && dialect.madvise_in_order))
				alt = want = after(o, want);
			if (o->how == MOVE) alt = after(o, want);
			if (o->effect == ANY) alt = got;
		}
		if (!seen_same(got, want) && !seen_same(got, alt))
			fail("page %d after %s: wanted %s, got %s", i, errno_text(e),
				seen_text(want), seen_text(got));
	}
	/* What was to be put onto a sealed page is still where it was. */
	if (first >= 0 && o->how == ALL) for (i=0; i<N; i++) {
		snprintf(what, sizeof what, "the other range, page %d", i);
		want_page(what, spare+i*page, was_spare[i]);
	}
}

/* Errors of the arguments are those of unsealed memory, and come first. */
struct badrow {
	const char *name;
	int (*run)(char *p);
	int wanted;
};

#define BAD(name, wanted, ...) \
static int name(char *p) { return __VA_ARGS__; }

BAD(b_munmap_mis, EINVAL, munmap(p+1, page))
BAD(b_munmap_0, EINVAL, munmap(p, 0))
BAD(b_munmap_big, EINVAL, munmap(p, (size_t)0-page))
BAD(b_mprotect_mis, EINVAL, syscall(SYS_mprotect, p+1, page, R))
BAD(b_mprotect_0, 0, mprotect(p, 0, R))
BAD(b_mprotect_grows, EINVAL, mprotect(p, page, PROT_GROWSUP|PROT_GROWSDOWN|R))
BAD(b_mprotect_bits, EINVAL, mprotect(p, page, 0x40000000))
BAD(b_mprotect_wrap, ENOMEM, syscall(SYS_mprotect, p, (size_t)0-page, R))
BAD(b_mmap_mis, EINVAL, ret(mmap(p+1, page, R, PRIV|MAP_FIXED, -1, 0)))
BAD(b_mmap_0, EINVAL, ret(mmap(p, 0, R, PRIV|MAP_FIXED, -1, 0)))
BAD(b_mmap_type, EINVAL, ret(mmap(p, page, R, MAP_ANON|MAP_FIXED, -1, 0)))
BAD(b_mmap_fd, EBADF, ret(mmap(p, page, R, MAP_PRIVATE|MAP_FIXED, -1, 0)))
BAD(b_mmap_off, EINVAL, ret(mmap(p, page, R, MAP_PRIVATE|MAP_FIXED, fd, 1)))
BAD(b_mmap_big, ENOMEM, ret(mmap(p, (size_t)0-16*page, R, PRIV|MAP_FIXED, -1, 0)))
BAD(b_mremap_mis, EINVAL, ret(mremap(p+1, page, page, MREMAP_MAYMOVE)))
BAD(b_mremap_flags, EINVAL, ret(mremap(p, page, page, 64)))
BAD(b_mremap_new0, EINVAL, ret(mremap(p, page, 0, MREMAP_MAYMOVE)))
BAD(b_mremap_fixed, EINVAL, ret(mremap(p, page, page, MREMAP_FIXED, spare)))
BAD(b_mremap_onto_mis, EINVAL, ret(mremap(spare, page, page,
	MREMAP_FIXED|MREMAP_MAYMOVE, p+1)))
BAD(b_mremap_onto_0, EINVAL, ret(mremap(spare, page, 0,
	MREMAP_FIXED|MREMAP_MAYMOVE, p)))
BAD(b_mremap_onto_src, EINVAL, ret(mremap(spare+1, page, page,
	MREMAP_FIXED|MREMAP_MAYMOVE, p)))
BAD(b_madvise_mis, EINVAL, madvise(p+1, page, MADV_DONTNEED))
BAD(b_madvise_0, 0, madvise(p, 0, MADV_DONTNEED))
BAD(b_madvise_wrap, EINVAL, madvise(p, (size_t)0-page, MADV_DONTNEED))
BAD(b_madvise_bad, EINVAL, madvise(p, page, 9999))
BAD(b_rfp_prot, EINVAL, remap_file_pages(p, page, R, 0, 0))
BAD(b_rfp_0, EINVAL, remap_file_pages(p, 0, 0, 0, 0))
BAD(b_mmap_far, ENOMEM, ret(mmap(p, (size_t)0-(uintptr_t)p-page, PROT_NONE,
	PRIV|MAP_FIXED|MAP_NORESERVE, -1, 0)))
BAD(b_noreplace_fixed, EEXIST, ret(mmap(p, page, R, PRIV|MAP_FIXED|0x100000, -1, 0)))
BAD(b_mremap_onto_dup, EINVAL, ret(mremap(spare, 0, page,
	MREMAP_FIXED|MREMAP_MAYMOVE, p)))
BAD(b_mremap_long_0, EINVAL, ret(mremap(p, (size_t)0-page, 0, 0)))
BAD(b_noreplace, EEXIST, ret(mmap(p, page, R, PRIV|0x100000, -1, 0)))
#undef BAD

/* QEMU gives a process of 32 bits all of its address space: then the range has no end
 * to be beyond, and the test itself would be unmapped. */
static int b_munmap_far(char *p)
{
	size_t far = (size_t)0-2*page;
	if (!munmap((void *)far, page)) skip("not here: every address can be mapped");
	return munmap(p, far+page-(uintptr_t)p);
}

/* Only what is there tells which addresses a mapping may have; a kernel that takes
 * MAP_FIXED_NOREPLACE for a hint can't be asked. */
static int b_mmap_huge(char *p)
{
	if (mmap(p, page, R, PRIV|0x100000, -1, 0) != MAP_FAILED || errno != EEXIST)
		skip("not here: MAP_FIXED_NOREPLACE is no more than a hint");
	return ret(mmap(p, page, R, PRIV|MAP_FIXED|MAP_HUGETLB, -1, 0));
}

/* A key that nobody allocated. */
static int b_pkey(char *p)
{
#ifdef SYS_pkey_mprotect
	return syscall(SYS_pkey_mprotect, p, page, R, 9);
#else
	errno = ENOSYS;
	return -1;
#endif
}

static int b_mmap_access(char *p)
{
	char name[40];
	snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
	int ro = open(name, O_RDONLY|O_CLOEXEC);
	if (ro < 0) return errno = ENOSYS, -1;
	int r = ret(mmap(p, page, RW, MAP_SHARED|MAP_FIXED, ro, 0)), e = errno;
	close(ro);
	errno = e;
	return r;
}

static int b_mmap_pipe(char *p)
{
	int q[2];
	if (pipe(q)) return -1;
	int r = ret(mmap(p, page, R, MAP_PRIVATE|MAP_FIXED, q[0], 0)), e = errno;
	close(q[0]);
	close(q[1]);
	errno = e;
	return r;
}

static const struct badrow bad[] = {
	{ "munmap, misaligned", b_munmap_mis, EINVAL },
	{ "munmap, length 0", b_munmap_0, EINVAL },
	{ "munmap, too long", b_munmap_big, EINVAL },
	{ "mprotect, misaligned", b_mprotect_mis, EINVAL },
	{ "mprotect, length 0", b_mprotect_0, 0 },
	{ "mprotect, growing up and down", b_mprotect_grows, EINVAL },
	{ "mprotect, unknown bits", b_mprotect_bits, EINVAL },
	{ "mprotect, too long", b_mprotect_wrap, ENOMEM },
	{ "mmap, misaligned", b_mmap_mis, EINVAL },
	{ "mmap, length 0", b_mmap_0, EINVAL },
	{ "mmap, neither shared nor private", b_mmap_type, EINVAL },
	{ "mmap, bad descriptor", b_mmap_fd, EBADF },
	{ "mmap, misaligned offset", b_mmap_off, EINVAL },
	{ "mmap, too long", b_mmap_big, ENOMEM },
	{ "mmap, shared writable of a read-only descriptor", b_mmap_access, EACCES },
	{ "mmap, a pipe", b_mmap_pipe, ENODEV },
	{ "mmap, huge pages at an address that is none of theirs", b_mmap_huge, EINVAL },
	{ "mmap MAP_FIXED_NOREPLACE", b_noreplace, EEXIST },
	{ "mmap MAP_FIXED and MAP_FIXED_NOREPLACE", b_noreplace_fixed, EEXIST },
	{ "mmap, beyond the end", b_mmap_far, ENOMEM },
	{ "munmap, beyond the end", b_munmap_far, EINVAL },
	{ "pkey_mprotect, a key that was not allocated", b_pkey, EINVAL },
	{ "mremap onto it, a copy of private pages", b_mremap_onto_dup, EINVAL },
	{ "mremap, misaligned", b_mremap_mis, EINVAL },
	{ "mremap, unknown flags", b_mremap_flags, EINVAL },
	{ "mremap, new length 0", b_mremap_new0, EINVAL },
	{ "mremap, beyond the last address and new length 0", b_mremap_long_0, EINVAL },
	{ "mremap, FIXED alone", b_mremap_fixed, EINVAL },
	{ "mremap onto it, misaligned", b_mremap_onto_mis, EINVAL },
	{ "mremap onto it, new length 0", b_mremap_onto_0, EINVAL },
	{ "mremap onto it, misaligned source", b_mremap_onto_src, EINVAL },
	{ "madvise, misaligned", b_madvise_mis, EINVAL },
	{ "madvise, length 0", b_madvise_0, 0 },
	{ "madvise, too long", b_madvise_wrap, EINVAL },
	{ "madvise, unknown advice", b_madvise_bad, EINVAL },
	{ "remap_file_pages, protection", b_rfp_prot, EINVAL },
	{ "remap_file_pages, length 0", b_rfp_0, EINVAL },
};

/* The call on unsealed memory, in a child: QEMU may end of it. */
static void without_seal(const struct badrow *b, char *p)
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		int r = b->run(p), e = r ? errno : 0;
		if (e != b->wanted) skip("not here: without a seal it is %s", errno_text(e));
		if (!look(p).mapped) skip("not here: without a seal it unmaps the page first");
		if (!look(p+page).r) skip("not here: without a seal it takes the page behind");
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid) fail("fork: %s", errno_text(errno));
	if (WIFSIGNALED(status))
		skip("not here: without a seal it ends with %s", strsignal(WTERMSIG(status)));
	if (status) _exit(WEXITSTATUS(status));
}

static void badrow(const void *arg)
{
	const struct badrow *b = arg;
	fd = fresh_file(N);
	spare = fresh(N, RW);
	char *p = fresh(3, R);
	without_seal(b, p+page);
	want_errno("mseal", mseal(p, 3*page, 0), 0);
	want_errno("on sealed memory", b->run(p+page), b->wanted);
	for (int i=0; i<3; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 0, 1, 'a'+i });
	for (int i=0; i<N; i++)
		want_page("the other range", spare+i*page, (struct seen){ 1, 1, 1, 0, 'a'+i });
}

/* Neighbours that are free to go: a mapping moved from beside a seal, and grown
 * where a seal is in the way. */
static void grow_against(const void *arg)
{
	char *p = fresh(3, RW);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	want_errno("mremap in place", ret(mremap(p, page, 2*page, 0)), ENOMEM);
	want_page("the page", p, (struct seen){ 1, 1, 1, 0, 'a' });
	char *q = mremap(p, page, 2*page, MREMAP_MAYMOVE);
	if (q == MAP_FAILED) fail("mremap elsewhere: wanted success, got %s",
		errno_text(errno));
	want_page("where it was", p, (struct seen){ 0 });
	want_page("where it is", q, (struct seen){ 1, 1, 1, 0, 'a' });
	want_page("what is new", q+page, (struct seen){ 1, 1, 1, 0, 0 });
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	want_errno("munmap", munmap(q, 2*page), 0);
}

/* How much there is, is asked of what could be remapped: of a sealed page nothing is. */
static void beyond_the_last(const void *arg)
{
	char *p = fresh(2, RW), *q = fresh(1, RW);
	size_t long_way = (size_t)0-page;
	want_errno("mseal", mseal(p, page, 0), 0);
	want_errno("mremap in place", ret(mremap(p, long_way, page, 0)), EPERM);
	want_errno("mremap that may move", ret(mremap(p, long_way, page, MREMAP_MAYMOVE)), EPERM);
	want_errno("mremap elsewhere", ret(mremap(p, long_way, page,
		MREMAP_MAYMOVE|MREMAP_FIXED, q)), EPERM);
	want_page("the sealed page", p, (struct seen){ 1, 1, 1, 1, 'a' });
	want_page("the page behind", p+page, (struct seen){ 1, 1, 1, 0, 'b' });
	want_page("the other range", q, (struct seen){ 1, 1, 1, 0, 'a' });
}

static int read_only(int f)
{
	char name[40];
	snprintf(name, sizeof name, "/proc/self/fd/%d", f);
	return open(name, O_RDONLY|O_CLOEXEC);
}

/* Three pages of a shared file, read-only; page WHICH, or none, by a descriptor that was
 * opened for reading. */
static char *of_two_descriptors(int f, int ro, int which)
{
	char *p = fresh_fd(3, R, MAP_SHARED, f);
	if (which >= 0 && mmap(p+which*page, page, R, MAP_SHARED|MAP_FIXED, ro,
		which*page) == MAP_FAILED) fail("mmap: %s", errno_text(errno));
	return p;
}

/* A neighbour's descriptor has no say. What a page of one that was opened for reading is
 * answered, alone, is in differences.c. */
static void descriptors(const void *arg)
{
	int f = fresh_file(3), ro = read_only(f);
	if (ro < 0) skip("no /proc/self/fd: %s", errno_text(errno));
	char *p = of_two_descriptors(f, ro, 1), what[60];
	if (!mprotect(p+page, page, RW) || errno != EACCES)
		skip("not here: without a seal it is not EACCES");
	want_errno("mseal", mseal(p+page, page, 0), 0);
	int alone = mprotect(p+page, page, RW) ? errno : 0;
	for (int which=0; which<3; which++) {
		p = of_two_descriptors(f, ro, which);
		want_errno("mseal", mseal(p, 3*page, 0), 0);
		for (int i=0; i<3; i++) {
			snprintf(what, sizeof what, "page %d, page %d for reading", i, which);
			want_errno(what, mprotect(p+i*page, page, RW), i==which ? alone : EPERM);
			want_page(what, p+i*page, (struct seen){ 1, 1, 0, 1, 'A'+i });
		}
	}
}

static void two_files(const void *arg)
{
	char *p = fresh_fd(2, RW, MAP_SHARED, fresh_file(2));
	if (remap_file_pages(p, page, 0, 1, 0))
		skip("not here, sealed or not: %s", errno_text(errno));
	p = fresh_fd(2, RW, MAP_SHARED, fresh_file(2));
	if (mmap(p+page, page, RW, MAP_SHARED|MAP_FIXED, fresh_file(1), 0) == MAP_FAILED)
		fail("mmap: %s", errno_text(errno));
	if (!remap_file_pages(p, 2*page, 0, 0, 0) || errno != EINVAL)
		skip("not here: without a seal it is not EINVAL");
	want_errno("mseal", mseal(p, 2*page, 0), 0);
	want_errno("remap_file_pages", remap_file_pages(p, 2*page, 0, 0, 0), EINVAL);
	want_errno("of each", remap_file_pages(p+page, page, 0, 0, 0), EPERM);
	for (int i=0; i<2; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 1, 1, 'A' });
}

/* No descriptor is left for whoever would like to look into /proc. */
static void no_descriptors(const void *arg)
{
	char *p = fresh(2, RW), *q = fresh(2, RW);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	leave_descriptors(0);
	want_errno("mremap onto it", ret(mremap(q, page, page,
		MREMAP_MAYMOVE|MREMAP_FIXED, p+page)), EPERM);
	want_errno("munmap", munmap(p, 2*page), EPERM);
	if (!ret(mremap(p, 2*page, 2*page, MREMAP_MAYMOVE|MREMAP_FIXED, q))
	    || (errno != EPERM && errno != EFAULT))
		fail("mremap elsewhere: wanted EPERM or EFAULT, got %s", errno_text(errno));
	leave_descriptors(1);
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
}

/* A list of ranges is gone through up to the first that is refused. */
static void advise_list(const void *arg)
{
#if defined SYS_process_madvise && defined SYS_pidfd_open
	char *p = fresh(3, R);
	struct iovec v[3] = { { p, page }, { p+page, page }, { p+2*page, page } };
	int pidfd = syscall(SYS_pidfd_open, getpid(), 0);
	long r = syscall(SYS_process_madvise, pidfd, v, 1UL, MADV_DONTNEED, 0);
	if (r != (long)page) skip("not here, sealed or not: %s", errno_text(errno));
	want_errno("mseal", mseal(p+page, page, 0), 0);
	r = syscall(SYS_process_madvise, pidfd, v, 3UL, MADV_DONTNEED, 0);
	if (r != (long)page) fail("wanted a page advised, got %ld bytes: %s", r,
		r < 0 ? errno_text(errno) : "");
	want_errno("of the sealed page", syscall(SYS_process_madvise, pidfd, v+1, 2UL,
		MADV_DONTNEED, 0), EPERM);
	want_errno("of no list", syscall(SYS_process_madvise, pidfd, (void *)1, 2UL,
		MADV_DONTNEED, 0), EFAULT);
	want_page("the page before", p, (struct seen){ 1, 1, 0, 0, 0 });
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 0, 1, 'b' });
	want_page("the page behind", p+2*page, (struct seen){ 1, 1, 0, 0, 'c' });
#else
	skip("libc does not know process_madvise");
#endif
}

static void hint(const void *arg)
{
	char *p = fresh(1, RW);
	want_errno("mseal", mseal(p, page, 0), 0);
	char *q = mmap(p, page, RW, PRIV, -1, 0);
	if (q == MAP_FAILED || q == p) fail("mmap with a hint: wanted another place,"
		" got %s", q == p ? "this one" : errno_text(errno));
	want_page("the sealed page", p, (struct seen){ 1, 1, 1, 1, 'a' });
}

void operations(void)
{
	char name[160];
	for (size_t o=0; o<COUNT(ops); o++) for (size_t a=0; a<COUNT(places); a++) {
		/* remap_file_pages alone rounds its length down. */
		if (ops[o].how == FILEOP && places[a].byte) continue;
		struct pair pr = { ops+o, places+a };
		snprintf(name, sizeof name, "operations: %s: %s", ops[o].name, places[a].name);
		run_case(name, pair, &pr);
	}
	for (size_t i=0; i<COUNT(bad); i++) {
		snprintf(name, sizeof name, "precedence: %s: %s before EPERM", bad[i].name,
			errno_text(bad[i].wanted));
		run_case(name, badrow, bad+i);
	}
	run_case("operations: mremap growing against a seal: ENOMEM, or elsewhere",
		grow_against, 0);
	run_case("operations: mremap beyond the last address: EPERM", beyond_the_last, 0);
	run_case("operations: mprotect to write goes by the page's own descriptor", descriptors, 0);
	run_case("operations: remap_file_pages over two sealed files: EINVAL", two_files, 0);
	run_case("operations: mremap and munmap without descriptors left", no_descriptors, 0);
	run_case("operations: process_madvise of a list stops at the seal", advise_list, 0);
	run_case("operations: mmap with a hint in a seal goes elsewhere", hint, 0);
}

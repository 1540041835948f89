/* The one place for what mseal(2) leaves open and kernels, or kernels and
 * libc's own seals, do differently. Each row tries the thing on this system
 * and prints what it did; what no system is known to do is an error. Cases
 * elsewhere ask `dialect' or take either, and say so.
 *
 * In every row sealed pages are as before, whatever the answer. */
#include <sys/shm.h>
#include "suite.h"

#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)

/* What a try found. The numbers index the row's answers. */
struct row {
	const char *what;
	int (*try)(void);       /* index, or -1 with errno: not available */
	const char *why;
	const char *answers[6];
};

static char *p, *q;     /* three pages, and three others */

static void seal(char *a, size_t n)
{
	if (mseal(a, n*page, 0)) fail("mseal: %s", errno_text(errno));
}

static int failed_with(int r)
{
	return r ? errno : 0;
}

static int ret(void *a)
{
	return a == MAP_FAILED ? -1 : 0;
}

static int unknown(int e)
{
	fail("got %s", errno_text(e));
}

static int try_mprotect(void)
{
	p = fresh(2, RW);
	seal(p+page, 1);
	want_errno("mprotect", mprotect(p, 2*page, R), EPERM);
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	return !look(p).w;
}

/* Writing is refused without a seal as well. */
static int try_mprotect_file(void)
{
	char name[40];
	snprintf(name, sizeof name, "/proc/self/fd/%d", fresh_file(1));
	int ro = open(name, O_RDONLY|O_CLOEXEC), e;
	if (ro < 0) return -1;
	p = fresh_fd(1, R, MAP_SHARED, ro);
	if (!mprotect(p, page, RW) || errno != EACCES) return -1;
	seal(p, 1);
	e = failed_with(mprotect(p, page, RW));
	want_errno("mprotect to none", mprotect(p, page, PROT_NONE), EPERM);
	want_page("the page", p, (struct seen){ 1, 1, 0, 1, 'A' });
	return e==EPERM ? 0 : e==EACCES ? 1 : unknown(e);
}

static int try_madvise(void)
{
	p = fresh(2, R);
	seal(p+page, 1);
	want_errno("madvise", madvise(p, 2*page, MADV_DONTNEED), EPERM);
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 0, 1, 'b' });
	return !*p;
}

static int try_mprotect_hole(void)
{
	p = fresh(3, RW);
	munmap(p+page, page);
	seal(p+2*page, 1);
	int e = failed_with(mprotect(p, 3*page, R));
	want_page("the sealed page", p+2*page, (struct seen){ 1, 1, 1, 1, 'c' });
	return e == EPERM ? 0 : e == ENOMEM ? 1 : unknown(e);
}

static int try_same_size(void)
{
	p = fresh(2, RW);
	seal(p+page, 1);
	int e = failed_with(ret(mremap(p, 2*page, 2*page, 0)));
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	return e == EPERM ? 0 : !e ? 1 : e == EFAULT ? 2 : unknown(e);
}

static int try_shrink(void)
{
	p = fresh(3, RW);
	seal(p+page, 1);
	int e = failed_with(ret(mremap(p, 3*page, 2*page, 0)));
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	return e == EPERM ? 0 : !e ? 1 : unknown(e);
}

static int try_move(void)
{
	p = fresh(2, RW);
	q = fresh(2, RW);
	seal(p+page, 1);
	int e = failed_with(ret(mremap(p, 2*page, 2*page, MREMAP_MAYMOVE|MREMAP_FIXED, q)));
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	int moved = !look(p).mapped;
	return e == EPERM ? moved : e == EFAULT ? 2 : unknown(e);
}

static int try_move_gap(void)
{
	p = fresh(2, RW);
	q = fresh(2, RW);
	munmap(p+page, page);
	seal(q+page, 1);
	int e = failed_with(ret(mremap(p, 2*page, 2*page, MREMAP_MAYMOVE|MREMAP_FIXED, q)));
	want_page("the sealed page", q+page, (struct seen){ 1, 1, 1, 1, 'b' });
	want_page("the other", q, (struct seen){ 1, 1, 1, 0, 'a' });
	int moved = !look(p).mapped;
	return e == EPERM && !moved ? 0 : !e && moved ? 1 : e == EFAULT ? 2 : unknown(e);
}

static int try_grow(void)
{
	p = fresh(2, RW);
	seal(p+page, 1);
	int e = failed_with(ret(mremap(p, 2*page, 3*page, MREMAP_MAYMOVE)));
	want_page("the first page", p, (struct seen){ 1, 1, 1, 0, 'a' });
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	return e == EPERM ? 0 : e == EFAULT ? 1 : unknown(e);
}

static int try_move_tail(void)
{
	p = fresh(2, RW);
	q = fresh(1, RW);
	seal(p+page, 1);
	int e = failed_with(ret(mremap(p, 2*page, page, MREMAP_MAYMOVE|MREMAP_FIXED, q)));
	if (e != EPERM) unknown(e);
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'b' });
	want_page("the first page", p, (struct seen){ 1, 1, 1, 0, 'a' });
	return !look(q).mapped;
}

static int try_bad_destination(void)
{
	p = fresh(1, RW);
	q = fresh(1, RW);
	seal(p, 1);
	int e = failed_with(ret(mremap(p, page, page, MREMAP_MAYMOVE|MREMAP_FIXED, q+1)));
	want_page("the sealed page", p, (struct seen){ 1, 1, 1, 1, 'a' });
	return e == EPERM ? 0 : e == EINVAL ? 1 : unknown(e);
}

static int try_private_discard(void)
{
	p = fresh_fd(1, RW, MAP_PRIVATE, fresh_file(1));
	*p = 'x';
	if (mprotect(p, page, R)) unknown(errno);
	seal(p, 1);
	int e = failed_with(madvise(p, page, MADV_DONTNEED));
	char c = *p;
	want_page("the page", p, (struct seen){ 1, 1, 0, 1, c });
	if (e == EPERM && c == 'x') return 0;
	if (!e && c == 'A') return 1;
	if (!e && c == 'x') return 2;
	fail("got %s, contents %d", errno_text(e), c);
}

static int try_shared_remove(void)
{
	int f = fresh_file(1);
	p = fresh_fd(1, RW, MAP_SHARED, f);
	if (madvise(p, page, MADV_REMOVE)) return -1;
	/* An emulator may take it for mere advice. */
	if (*p) return errno = ENOSYS, -1;
	*p = 'x';
	if (mprotect(p, page, R)) unknown(errno);
	seal(p, 1);
	int e = failed_with(madvise(p, page, MADV_REMOVE));
	char c = *p;
	if (e == EPERM && c == 'x') return 0;
	if (!e && !c) return 1;
	if (e == EACCES && c == 'x') return 2;
	fail("got %s, contents %d", errno_text(e), c);
}

static int try_fork_advice(int advice)
{
	p = fresh(1, RW);
	if (madvise(p, page, advice)) return -1;
	p = fresh(1, RW);
	seal(p, 1);
	int e = failed_with(madvise(p, page, advice));
	want_page("the page", p, (struct seen){ 1, 1, 1, 1, 'a' });
	return e == EPERM ? 0 : !e ? 1 : unknown(e);
}

static int try_dontfork(void)
{
	return try_fork_advice(MADV_DONTFORK);
}

static int try_wipeonfork(void)
{
	return try_fork_advice(MADV_WIPEONFORK);
}

static int try_shmdt(void)
{
	int id = shmget(IPC_PRIVATE, page, 0600);
	if (id < 0) return -1;
	p = shmat(id, 0, 0);
	shmctl(id, IPC_RMID, 0);
	if (p == (char *)-1) return -1;
	*p = 'x';
	seal(p, 1);
	int e = failed_with(shmdt(p));
	want_page("the sealed page", p, (struct seen){ 1, 1, 1, 1, 'x' });
	return e == EPERM ? 0 : !e ? 1 : e == EINVAL ? 2 : unknown(e);
}

static int try_file_pages(void)
{
	p = fresh_fd(2, RW, MAP_SHARED, fresh_file(2));
	if (remap_file_pages(p, page, 0, 1, 0)) return -1;
	p = fresh_fd(3, RW, MAP_SHARED, fresh_file(3));
	seal(p+page, 1);
	int e = failed_with(remap_file_pages(p, 2*page, 0, 1, 0));
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'B' });
	want_page("the first page", p, (struct seen){ 1, 1, 1, 0, 'A' });
	return e == EPERM ? 0 : e == EINVAL ? 1 : unknown(e);
}

/* Below it must be more room than the kernel keeps free below a stack. */
static char *growing(void)
{
	const size_t room = 64*65536;
	char *a = mmap(0, room, PROT_NONE, MAP_PRIVATE|MAP_ANON, -1, 0);
	if (a == MAP_FAILED || munmap(a, room)) fail("mmap: %s", errno_text(errno));
	return mmap(a+room-page, page, RW, MAP_PRIVATE|MAP_ANON|MAP_FIXED|MAP_GROWSDOWN, -1, 0);
}

static int try_growing(void)
{
	p = growing();
	if (p == MAP_FAILED || store(p-page, 'g')) return -1;
	p = growing();
	if (p == MAP_FAILED) return -1;
	seal(p, 1);
	if (store(p-page, 'g')) return -1;
	int e = failed_with(munmap(p-page, page));
	want_page("the sealed page", p, (struct seen){ 1, 1, 1, 1, 0 });
	return e == EPERM ? 0 : !e ? 1 : unknown(e);
}

static const struct row rows[] = {
	{ "mprotect of [unsealed][sealed]", try_mprotect,
		"checked at once, or mapping by mapping since 6.12",
		{ "EPERM, nothing changed", "EPERM, the first part changed" } },
	{ "mprotect to write of a sealed page of a file opened for reading", try_mprotect_file,
		"checked at once, or mapping by mapping since 6.12",
		{ "EPERM", "EACCES" } },
	{ "madvise DONTNEED of read-only [unsealed][sealed]", try_madvise,
		"checked at once, or mapping by mapping since 6.12",
		{ "EPERM, nothing lost", "EPERM, the first part discarded" } },
	{ "mprotect of [unsealed][hole][sealed]", try_mprotect_hole,
		"whichever comes first where it goes mapping by mapping",
		{ "EPERM", "ENOMEM" } },
	{ "mremap of [unsealed][sealed] to the same place and size", try_same_size,
		"nothing to do; 6.10 and 6.11 check the range all the same",
		{ "EPERM", "success", "EFAULT" } },
	{ "mremap of [unsealed][sealed][unsealed], the last cut off", try_shrink,
		"the sealed part is not touched; 6.10 and 6.11 check it all the same",
		{ "EPERM", "success" } },
	{ "mremap of [unsealed][sealed] elsewhere", try_move,
		"only one mapping could be moved until 6.17; now one after the other",
		{ "EPERM, nothing moved", "EPERM, the first part moved", "EFAULT" } },
	{ "mremap of [unsealed][hole] onto [unsealed][sealed]", try_move_gap,
		"nothing is put onto the sealed page; holes could not be moved until 6.17",
		{ "EPERM, nothing moved", "success, the sealed page kept", "EFAULT" } },
	{ "mremap of [unsealed][sealed], growing", try_grow,
		"more than a mapping cannot grow, sealed or not",
		{ "EPERM", "EFAULT" } },
	{ "mremap of [unsealed][sealed] elsewhere, the sealed part cut off", try_move_tail,
		"the destination is made free before the source is looked at",
		{ "EPERM, the destination kept", "EPERM, the destination unmapped" } },
	{ "mremap of a sealed page to a misaligned address", try_bad_destination,
		"arguments are checked first since 6.17",
		{ "EPERM", "EINVAL" } },
	{ "madvise DONTNEED of a sealed, read-only page of a private file that was written",
		try_private_discard,
		"stock kernels exempt all file mappings, private ones too",
		{ "EPERM, contents kept", "success, the file's contents are back",
		"success, contents kept" } },
	{ "madvise REMOVE of a sealed, read-only page of a shared file", try_shared_remove,
		"writability of the mapping is not asked for since 6.7",
		{ "EPERM, contents kept", "success, contents lost", "EACCES, contents kept" } },
	{ "madvise DONTFORK of a sealed, writable page", try_dontfork,
		"what could be written could be lost; but a child has no say in it",
		{ "EPERM", "success" } },
	{ "madvise WIPEONFORK of a sealed, writable page", try_wipeonfork,
		"the same", { "EPERM", "success" } },
	{ "shmdt of a sealed segment", try_shmdt,
		"the kernel ignores that the unmapping failed",
		{ "EPERM, still there", "success, still there", "EINVAL, still there" } },
	{ "munmap of a page by which a sealed MAP_GROWSDOWN mapping has grown", try_growing,
		"it is of the sealed mapping; the emulation does not see it grow",
		{ "EPERM", "success" } },
	{ "remap_file_pages of [unsealed][sealed]", try_file_pages,
		"they are two mappings, which is refused first",
		{ "EPERM", "EINVAL" } },
};

/* One child per row; what it found is the rest of the line. */
static void row(const void *arg)
{
	const struct row *r = arg;
	int i = r->try();
	if (i < 0) skip("not here, sealed or not: %s", errno_text(errno));
	note("here %s (%s)", r->answers[i], r->why);
}

void differences(void)
{
	char name[400];
	for (size_t i=0; i<COUNT(rows); i++) {
		int n = snprintf(name, sizeof name, "differences: %s: ", rows[i].what);
		for (int k=0; rows[i].answers[k] && n < (int)sizeof name; k++)
			n += snprintf(name+n, sizeof name-n, "%s%s", k ? " | " : "",
				rows[i].answers[k]);
		run_case(name, row, rows+i);
	}
}

/* What may still be done: contents of writable pages, discards where the
 * program could as well write, and all that changes neither. */
#include "suite.h"

#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)

#ifndef MADV_COLD
#define MADV_COLD 20
#define MADV_PAGEOUT 21
#endif
#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#endif
#ifndef MADV_GUARD_REMOVE
#define MADV_GUARD_REMOVE 103
#endif

struct advice {
	const char *name;
	int advice;
};

/* Discards nothing: allowed on any sealed page, contents stay. */
static const struct advice harmless[] = {
#define A(x) { #x, MADV_ ## x },
	A(NORMAL) A(RANDOM) A(SEQUENTIAL) A(WILLNEED) A(DOFORK) A(KEEPONFORK)
	A(MERGEABLE) A(UNMERGEABLE) A(HUGEPAGE) A(NOHUGEPAGE) A(DONTDUMP) A(DODUMP)
	A(COLD) A(PAGEOUT) A(POPULATE_READ) A(GUARD_REMOVE)
};
/* On writable anonymous pages the program could write zeros itself. What
 * DONTFORK and WIPEONFORK do there is in differences.c. */
static const struct advice discards[] = {
	A(DONTNEED) A(FREE)
#undef A
};

static void harmless_row(const void *arg)
{
	const struct advice *a = arg;
	char *p = fresh(3, R);
	if (madvise(p+page, page, a->advice))
		skip("not here, sealed or not: %s", errno_text(errno));
	p = fresh(3, R);
	want_errno("mseal", mseal(p, 3*page, 0), 0);
	want_errno("madvise a page", madvise(p+page, page, a->advice), 0);
	want_errno("madvise all", madvise(p, 3*page, a->advice), 0);
	for (int i=0; i<3; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 0, 1, 'a'+i });
}

static void writable_row(const void *arg)
{
	const struct advice *a = arg;
	char *p = fresh(3, RW);
	if (madvise(p+page, page, a->advice))
		skip("not here, sealed or not: %s", errno_text(errno));
	int lost = !p[page];
	p = fresh(3, RW);
	want_errno("mseal", mseal(p, 3*page, 0), 0);
	want_errno("madvise", madvise(p+page, page, a->advice), 0);
	if (a->advice == MADV_DONTNEED)
		want_page("page", p+page, (struct seen){ 1, 1, 1, 1, lost ? 0 : 'b' });
	want_page("before", p, (struct seen){ 1, 1, 1, 1, 'a' });
	want_page("behind", p+2*page, (struct seen){ 1, 1, 1, 1, 'c' });
}

/* REMOVE is for shared memory, and refused elsewhere anyway: but with which
 * errno here is not said. */
static void remove_private(const void *arg)
{
	char *p = fresh(1, R);
	want_errno("mseal", mseal(p, page, 0), 0);
	if (!madvise(p, page, MADV_REMOVE) || (errno != EPERM && errno != EINVAL))
		fail("madvise REMOVE: wanted EPERM or EINVAL, got %s", errno_text(errno));
	want_page("page", p, (struct seen){ 1, 1, 0, 1, 'a' });
}

/* A file has its own idea of the contents. */
static void shared_discard(const void *arg)
{
	int fd = fresh_file(2);
	char *p = fresh_fd(2, RW, MAP_SHARED, fd);
	*p = 'x';
	if (mprotect(p, 2*page, R)) fail("mprotect: %s", errno_text(errno));
	want_errno("mseal", mseal(p, 2*page, 0), 0);
	want_errno("madvise DONTNEED", madvise(p, 2*page, MADV_DONTNEED), 0);
	want_page("page 0", p, (struct seen){ 1, 1, 0, 1, 'x' });
	want_page("page 1", p+page, (struct seen){ 1, 1, 0, 1, 'B' });
}

static void clean_file_discard(const void *arg)
{
	int fd = fresh_file(2);
	char *p = fresh_fd(2, R, MAP_PRIVATE, fd);
	want_errno("mseal", mseal(p, 2*page, 0), 0);
	if (madvise(p, 2*page, MADV_DONTNEED) && errno != EPERM)
		fail("madvise DONTNEED: wanted success or EPERM, got %s", errno_text(errno));
	want_page("page 0", p, (struct seen){ 1, 1, 0, 1, 'A' });
	want_page("page 1", p+page, (struct seen){ 1, 1, 0, 1, 'B' });
}

static void writable_file_discard(const void *arg)
{
	int fd = fresh_file(1);
	char *p = fresh_fd(1, RW, MAP_PRIVATE, fd);
	*p = 'x';
	want_errno("mseal", mseal(p, page, 0), 0);
	want_errno("madvise DONTNEED", madvise(p, page, MADV_DONTNEED), 0);
	want_page("page", p, (struct seen){ 1, 1, 1, 1, 'A' });
}

static void writing(const void *arg)
{
	char *p = fresh(2, RW);
	want_errno("mseal", mseal(p, 2*page, 0), 0);
	memset(p, 'w', 2*page);
	want_page("page 0", p, (struct seen){ 1, 1, 1, 1, 'w' });
	want_page("page 1", p+page, (struct seen){ 1, 1, 1, 1, 'w' });
}

/* Pages that were never touched come into being after the seal. */
static void untouched(const void *arg)
{
	char *p = fresh_fd(4, RW, MAP_PRIVATE|MAP_ANON, -1);
	want_errno("mseal", mseal(p, 4*page, 0), 0);
	for (int i=0; i<4; i++) {
		if (p[i*page]) fail("a new page: wanted 0, got %d", p[i*page]);
		p[i*page] = 'u';
		want_page("page", p+i*page, (struct seen){ 1, 1, 1, 1, 'u' });
	}
}

static void file_changes(const void *arg)
{
	int fd = fresh_file(1);
	char *p = fresh_fd(1, R, MAP_SHARED, fd);
	want_errno("mseal", mseal(p, page, 0), 0);
	if (pwrite(fd, "n", 1, 0) != 1) fail("pwrite: %s", errno_text(errno));
	want_page("page", p, (struct seen){ 1, 1, 0, 1, 'n' });
	char *q = mmap(0, page, RW, MAP_SHARED, fd, 0);
	if (q == MAP_FAILED) fail("a second mapping: %s", errno_text(errno));
	*q = 'm';
	want_page("the second mapping", q, (struct seen){ 1, 1, 1, 0, 'm' });
	want_page("the first mapping", p, (struct seen){ 1, 1, 0, 1, 'm' });
	want_errno("munmap the second", munmap(q, page), 0);
}

static void locking(const void *arg)
{
	char *p = fresh(2, R);
	if (mlock(p, page)) skip("not here, sealed or not: %s", errno_text(errno));
	munlock(p, page);
	want_errno("mseal", mseal(p, 2*page, 0), 0);
	want_errno("mlock", mlock(p, 2*page), 0);
	want_errno("madvise DONTNEED of locked pages", madvise(p, page, MADV_DONTNEED), EPERM);
	want_errno("munlock", munlock(p, 2*page), 0);
	want_page("page", p, (struct seen){ 1, 1, 0, 1, 'a' });
}

static void syncing(const void *arg)
{
	int fd = fresh_file(1);
	unsigned char vec[1];
	char *p = fresh_fd(1, RW, MAP_SHARED, fd);
	*p = 's';
	want_errno("mseal", mseal(p, page, 0), 0);
	want_errno("msync SYNC", msync(p, page, MS_SYNC), 0);
	want_errno("msync ASYNC|INVALIDATE", msync(p, page, MS_ASYNC|MS_INVALIDATE), 0);
	want_errno("mincore", mincore(p, page, vec), 0);
	want_page("page", p, (struct seen){ 1, 1, 1, 1, 's' });
}

static void copying(const void *arg)
{
	char *p = fresh(1, RW), *q = fresh(1, RW);
	want_errno("mseal", mseal(p, page, 0), 0);
	memcpy(q, p, page);
	want_page("the copy", q, (struct seen){ 1, 1, 1, 0, 'a' });
	want_errno("munmap the copy", munmap(q, page), 0);
}

static void closed_file(const void *arg)
{
	int fd = fresh_file(1);
	char *p = fresh_fd(1, R, MAP_PRIVATE, fd);
	want_errno("mseal", mseal(p, page, 0), 0);
	close(fd);
	want_page("page", p, (struct seen){ 1, 1, 0, 1, 'A' });
	want_errno("munmap", munmap(p, page), EPERM);
}

/* /dev/zero, privately, is anonymous memory by another name. */
static void dev_zero(const void *arg)
{
	int fd = open("/dev/zero", O_RDWR|O_CLOEXEC);
	if (fd < 0) skip("no /dev/zero: %s", strerror(errno));
	char *p = fresh_fd(1, RW, MAP_PRIVATE, fd);
	*p = 'z';
	if (mprotect(p, page, R)) fail("mprotect: %s", errno_text(errno));
	want_errno("mseal", mseal(p, page, 0), 0);
	want_errno("munmap", munmap(p, page), EPERM);
	/* That it is, only a kernel can tell. */
	if (madvise(p, page, MADV_DONTNEED) && errno != EPERM)
		fail("madvise DONTNEED: wanted EPERM or success, got %s", errno_text(errno));
	note("a discard %s", *p ? "is refused" : "is allowed");
}

/* A key takes the right to write away, and with it the right to discard. */
static void key(const void *arg)
{
#if defined SYS_pkey_alloc && defined SYS_pkey_mprotect
	int k = syscall(SYS_pkey_alloc, 0UL, 2UL);
	if (k < 0) skip("no protection keys: %s", errno_text(errno));
	char *p = fresh(1, RW);
	if (syscall(SYS_pkey_mprotect, p, page, RW, k))
		skip("no protection keys: %s", errno_text(errno));
	want_errno("mseal", mseal(p, page, 0), 0);
	want_errno("madvise DONTNEED", madvise(p, page, MADV_DONTNEED), EPERM);
	if (*p != 'a') fail("contents: wanted 'a', got %d", *p);
#else
	skip("no protection keys on this architecture");
#endif
}

void contents(void)
{
	char name[120];
	for (size_t i=0; i<COUNT(harmless); i++) {
		snprintf(name, sizeof name, "contents: madvise %s is allowed", harmless[i].name);
		run_case(name, harmless_row, harmless+i);
	}
	for (size_t i=0; i<COUNT(discards); i++) {
		snprintf(name, sizeof name, "contents: madvise %s of writable pages is allowed",
			discards[i].name);
		run_case(name, writable_row, discards+i);
	}
	run_case("contents: madvise REMOVE of read-only pages is refused", remove_private, 0);
	run_case("contents: discarding shared file pages keeps the file's contents", shared_discard, 0);
	run_case("contents: discarding unchanged private file pages changes nothing", clean_file_discard, 0);
	run_case("contents: discarding writable private file pages is allowed", writable_file_discard, 0);
	run_case("contents: a page that a key makes unwritable is not discarded", key, 0);
	run_case("contents: writable pages can be written", writing, 0);
	run_case("contents: untouched pages can be touched", untouched, 0);
	run_case("contents: a file changes below its mapping", file_changes, 0);
	run_case("contents: a mapping outlives its descriptor", closed_file, 0);
	run_case("contents: /dev/zero", dev_zero, 0);
	run_case("contents: a copy is not sealed", copying, 0);
	run_case("contents: mlock, munlock", locking, 0);
	run_case("contents: msync, mincore", syncing, 0);
}

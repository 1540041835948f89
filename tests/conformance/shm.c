/* System V segments, the break and the stack: memory that other calls than
 * mmap make and take. */
#include <sys/shm.h>
#include "suite.h"

#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)
#define N 4

/* An address that shmat takes on every architecture. */
static char *aligned(int prot)
{
	size_t lba = 0x40000, n = N*page;
	char *p = mmap(0, n+2*lba, PROT_NONE, MAP_PRIVATE|MAP_ANON, -1, 0);
	if (p == MAP_FAILED) fail("mmap: %s", errno_text(errno));
	p += lba - (uintptr_t)p%lba;
	if (mmap(p, n, prot, MAP_PRIVATE|MAP_ANON|MAP_FIXED, -1, 0) != p)
		fail("mmap: %s", errno_text(errno));
	if (prot & PROT_WRITE) for (int i=0; i<N; i++) p[i*page] = 'a'+i;
	return p;
}

/* A segment of N pages that goes when this process does, and one mapping. */
static int segment(char **at)
{
	int id = shmget(IPC_PRIVATE, N*page, 0600);
	if (id < 0) skip("no System V shared memory: %s", errno_text(errno));
	char *p = shmat(id, 0, 0);
	shmctl(id, IPC_RMID, 0);
	if (p == (char *)-1) skip("no System V shared memory: %s", errno_text(errno));
	for (int i=0; i<N; i++) p[i*page] = 's'+i;
	if (at) *at = p;
	return id;
}

static void remap(const void *arg)
{
	int id = segment(0);
	char *p = aligned(RW);
	if (shmat(id, p, SHM_REMAP) == (void *)-1)
		skip("not here, sealed or not: %s", errno_text(errno));
	for (int k=0; k<N; k++) {
		p = aligned(RW);
		want_errno("mseal", mseal(p+k*page, page, 0), 0);
		want_errno("shmat SHM_REMAP", (long)shmat(id, p, SHM_REMAP), EPERM);
		for (int i=0; i<N; i++)
			want_page("page", p+i*page, (struct seen){ 1, 1, 1, i==k, 'a'+i });
	}
}

static void remap_arguments(const void *arg)
{
	int id = segment(0);
	char *p = aligned(RW);
	if ((long)shmat(id, p, 0) != -1 || errno != EINVAL
	    || (long)shmat(id, p+1, SHM_REMAP) != -1 || errno != EINVAL
	    || (long)shmat(-1, p, SHM_REMAP) != -1 || errno != EINVAL)
		skip("not here: without a seal it is not EINVAL");
	want_errno("mseal", mseal(p, N*page, 0), 0);
	want_errno("shmat onto mapped memory", (long)shmat(id, p, 0), EINVAL);
	want_errno("shmat, misaligned", (long)shmat(id, p+1, SHM_REMAP), EINVAL);
	want_errno("shmat, bad segment", (long)shmat(-1, p, SHM_REMAP), EINVAL);
	for (int i=0; i<N; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 1, 1, 'a'+i });
}

static void segment_ops(const void *arg)
{
	char *p;
	segment(&p);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	want_errno("munmap", munmap(p, N*page), EPERM);
	want_errno("mprotect", mprotect(p+page, page, R), EPERM);
	for (int i=0; i<N; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 1, i==1, 's'+i });
}

/* Whatever the answer, no sealed page goes; if it is success, all others do. */
static void detach_partly(const void *arg)
{
	char *p;
	segment(&p);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	int e = shmdt(p) ? errno : 0;
	if (e && e != EPERM && e != EINVAL) fail("shmdt: wanted success, EPERM or"
		" EINVAL, got %s", errno_text(e));
	for (int i=0; i<N; i++)
		want_page("page", p+i*page, !e && i!=1 ? (struct seen){ 0 }
			: (struct seen){ 1, 1, 1, i==1, 's'+i });
	note("%s", errno_text(e));
}

/* No descriptor is left for whoever would like to look into /proc: then no more may go
 * than otherwise, but less. */
static void no_descriptors(const void *arg)
{
	char *p;
	int id = segment(&p);
	char *q = aligned(RW);
	if (shmat(id, q, SHM_REMAP) == (void *)-1)
		skip("not here, sealed or not: %s", errno_text(errno));
	q = aligned(RW);
	want_errno("mseal", mseal(p+page, page, 0), 0);
	want_errno("mseal", mseal(q+page, page, 0), 0);
	leave_descriptors(0);
	want_errno("shmat SHM_REMAP", (long)shmat(id, q, SHM_REMAP), EPERM);
	int e = shmdt(p) ? errno : 0;
	leave_descriptors(1);
	if (e && e != EPERM && e != EINVAL) fail("shmdt: wanted success, EPERM or"
		" EINVAL, got %s", errno_text(e));
	for (int i=0; i<N; i++)
		want_page("page", q+i*page, (struct seen){ 1, 1, 1, i==1, 'a'+i });
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 't' });
	note("shmdt: %s", errno_text(e));
}

/* The break itself, since libc's brk() and sbrk() refuse all. */
static char *set_brk(char *to)
{
	return (char *)syscall(SYS_brk, to);
}

static char *heap(int n)
{
	char *now = set_brk(0);
	char *p = (char *)(((uintptr_t)now + page-1) & -page);
	if (set_brk(p+n*page) != p+n*page)
		skip("the break does not grow here");
	for (int i=0; i<n; i++) p[i*page] = 'h'+i;
	return p;
}

static void brk_shrink(const void *arg)
{
	char *p = heap(4);
	if (set_brk(p+3*page) != p+3*page || set_brk(p+4*page) != p+4*page)
		skip("the break does not shrink here");
	set_brk(p+3*page);
	/* Some emulators keep what lies above. */
	int goes = !look(p+3*page).mapped;
	set_brk(p+4*page);
	p[3*page] = 'k';
	want_errno("mseal", mseal(p+page, page, 0), 0);
	char *b = set_brk(p);
	if (b != p+4*page) fail("brk below a sealed page: wanted the break unchanged,"
		" got %td bytes less", p+4*page-b);
	for (int i=0; i<4; i++)
		want_page("page", p+i*page, (struct seen){ 1, 1, 1, i==1, 'h'+i });
	b = set_brk(p+page+1);
	if (b != p+page+1 && b != p+2*page)
		fail("brk down to a sealed page: wanted success");
	want_page("the sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'i' });
	if (goes) want_page("above", p+2*page, (struct seen){ 0 });
}

static void brk_grow(const void *arg)
{
	char *p = heap(2);
	want_errno("mseal", mseal(p, 2*page, 0), 0);
	char *b = set_brk(p+4*page);
	if (b != p+4*page) skip("the break does not grow from a sealed page here");
	want_page("new page", p+3*page, (struct seen){ 1, 1, 1, 0, 0 });
	want_page("sealed page", p+page, (struct seen){ 1, 1, 1, 1, 'i' });
	want_errno("munmap the new pages", munmap(p+2*page, 2*page), 0);
}

/* A kilobyte of stack per call. */
static int deep(int n)
{
	volatile char fill[1000];
	memset((void *)fill, n, sizeof fill);
	return n ? deep(n-1) + fill[n%sizeof fill] - fill[0] : 0;
}

static void stack(const void *arg)
{
	char here;
	char *p = (char *)((uintptr_t)&here & -page);
	want_errno("mseal the stack's page in use", mseal(p, page, 0), 0);
	want_errno("munmap", munmap(p, page), EPERM);
	want_errno("mprotect", mprotect(p, page, R), EPERM);
	if (deep(400)) fail("the stack below");
	here = 1;
}

void shm(void)
{
	run_case("shm: shmat SHM_REMAP onto a seal: EPERM", remap, 0);
	run_case("shm: EINVAL before EPERM", remap_arguments, 0);
	run_case("shm: a segment can be sealed", segment_ops, 0);
	run_case("shm: shmdt of a segment that is sealed in part", detach_partly, 0);
	run_case("shm: shmat and shmdt without descriptors left", no_descriptors, 0);
	run_case("break: not lowered over a seal", brk_shrink, 0);
	run_case("break: raised above a seal", brk_grow, 0);
	run_case("stack: a sealed page is used, and grows below", stack, 0);
}

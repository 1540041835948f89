/* Every way to change a mapping, tried on a sealed one: EPERM, and all as before. */
#include "t.h"
#include <sys/shm.h>

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif

static char *s;                 /* the sealed pages: four, in the middle of eight */
static struct map before;

static void unchanged(const char *what)
{
	struct map now = map_at(s);
	char text[200];

	snprintf(text, sizeof text, "%s changes nothing", what);
	check(now.start == before.start && now.end == before.end && now.sealed
		&& !strcmp(now.prot, before.prot) && s[0] == 's', text,
		"%lx-%lx %s became %lx-%lx %s%s", before.start, before.end, before.prot,
		now.start, now.end, now.prot, now.sealed ? "" : ", unsealed");
}

static void refused(const char *what, long ret)
{
	want(what, ret, EPERM);
	unchanged(what);
}

int main(void)
{
	char *p = island(8, PROT_READ|PROT_WRITE), *other = island(8, PROT_READ|PROT_WRITE);
	char *brk0;
	int fd, id;

	s = p + 2*PAGE;
	memset(p, 's', 8*PAGE);
	seal(s, 4*PAGE);
	before = map_at(s);

	refused("munmap", munmap(s, 4*PAGE));
	refused("munmap of its first page", munmap(s, PAGE));
	refused("munmap of a page inside", munmap(s + PAGE, PAGE));
	refused("munmap of more than it", munmap(p, 8*PAGE));
	same("and the unsealed part before is still there", map_at(p).end - map_at(p).start, 2*PAGE);

	refused("mmap(MAP_FIXED)", (long)mmap(s, PAGE, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0));
	refused("mmap(MAP_FIXED) over unsealed and sealed",
		(long)mmap(p, 4*PAGE, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0));
	same("leaves the unsealed part", p[0], 's');
	fd = file_of(4);
	refused("mmap(MAP_FIXED) of a file", (long)mmap(s, PAGE, PROT_READ, MAP_PRIVATE|MAP_FIXED, fd, 0));
	refused("mmap(MAP_FIXED) of a shared file",
		(long)mmap(s, PAGE, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_FIXED, fd, 0));
	want("mmap(MAP_FIXED_NOREPLACE)", (long)mmap(s, PAGE, PROT_READ,
		MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED|MAP_FIXED_NOREPLACE, -1, 0), EEXIST);

	refused("mprotect", mprotect(s, 4*PAGE, PROT_READ));
	refused("mprotect to what it is", mprotect(s, 4*PAGE, PROT_READ|PROT_WRITE));
	refused("mprotect of a page inside", mprotect(s + PAGE, PAGE, PROT_NONE));
	/* not on every architecture */
	if (!syscall(SYS_pkey_mprotect, pages(1, PROT_READ), PAGE, PROT_READ, -1))
		refused("pkey_mprotect", syscall(SYS_pkey_mprotect, s, PAGE, PROT_READ, -1));

	refused("mremap that shrinks", (long)mremap(s, 4*PAGE, PAGE, 0));
	refused("mremap that grows", (long)mremap(s, 4*PAGE, 8*PAGE, MREMAP_MAYMOVE));
	refused("mremap to the same size", (long)mremap(s, 4*PAGE, 4*PAGE, MREMAP_MAYMOVE));
	refused("mremap that moves", (long)mremap(s, PAGE, PAGE, MREMAP_MAYMOVE|MREMAP_FIXED, other));
	refused("mremap that leaves the mapping", (long)mremap(s, PAGE, PAGE, MREMAP_MAYMOVE|MREMAP_DONTUNMAP));
	same("none of them took the destination", map_at(other).end - map_at(other).start, 8*PAGE);
	refused("mremap onto it", (long)mremap(other, PAGE, PAGE, MREMAP_MAYMOVE|MREMAP_FIXED, s));
	refused("mremap onto unsealed and sealed",
		(long)mremap(other, 4*PAGE, 4*PAGE, MREMAP_MAYMOVE|MREMAP_FIXED, p));
	same("leaves the source", map_at(other).end - map_at(other).start, 8*PAGE);

	want("MADV_DONTNEED of writable memory", madvise(s + PAGE, PAGE, MADV_DONTNEED), 0);
	want("MADV_RANDOM", madvise(s, PAGE, MADV_RANDOM), 0);
	want("MADV_NORMAL", madvise(s, PAGE, MADV_NORMAL), 0);
	want("mlock", mlock(s, PAGE), 0);
	want("munlock", munlock(s, PAGE), 0);

	/* The same for memory that can't be written. */
	p = island(8, PROT_READ|PROT_WRITE);
	s = p + 2*PAGE;
	memset(p, 's', 8*PAGE);
	mprotect(s, 4*PAGE, PROT_READ);
	seal(s, 4*PAGE);
	before = map_at(s);
	refused("MADV_DONTNEED of read-only memory", madvise(s, PAGE, MADV_DONTNEED));
	refused("MADV_FREE", madvise(s, PAGE, MADV_FREE));
	refused("MADV_DONTNEED_LOCKED", madvise(s, PAGE, 24));
	refused("mprotect to writable", mprotect(s, PAGE, PROT_READ|PROT_WRITE));
	want("MADV_COLD", madvise(s, PAGE, MADV_COLD), 0);

	/* brk: a sealed page of the heap stops it from shrinking. */
	brk0 = (char *)syscall(SYS_brk, 0);
	brk0 = (char *)(((uintptr_t)brk0 + PAGE - 1) & -PAGE);
	syscall(SYS_brk, brk0 + 4*PAGE);
	seal(brk0, PAGE);
	same("brk does not shrink over it", syscall(SYS_brk, brk0), (long)brk0 + 4*PAGE);
	same("and unmaps nothing", map_at(brk0 + 3*PAGE).end, (long)brk0 + 4*PAGE);
	same("brk shrinks down to it", syscall(SYS_brk, brk0 + PAGE), (long)brk0 + PAGE);
	same("brk grows beyond it", syscall(SYS_brk, brk0 + 3*PAGE), (long)brk0 + 3*PAGE);

	/* SysV shared memory mapped over it */
	id = shmget(IPC_PRIVATE, PAGE, 0600);
	if (id >= 0) {
		refused("shmat(SHM_REMAP)", (long)shmat(id, s, SHM_REMAP));
		shmctl(id, IPC_RMID, 0);
	}

	/* remap_file_pages, which replaces a part of a shared mapping */
	s = mmap(0, 4*PAGE, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
	s[0] = 's';
	seal(s, 4*PAGE);
	before = map_at(s);
	refused("remap_file_pages", syscall(SYS_remap_file_pages, s, PAGE, 0, 2, 0));
	refused("mremap that duplicates", (long)mremap(s, 0, PAGE, MREMAP_MAYMOVE));
	return finish();
}

#define _GNU_SOURCE
#include "operation.h"
#include <errno.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
/* mmap2's offset is in pages; it is always 0 here. */
#ifdef SYS_mmap2
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SHM_REMAP
#define SHM_REMAP 040000
#endif

#define L (t->e - t->s)
#define S ((void *)t->s)
#define P pagesz

static long a_munmap(struct target *t)
{ return syscall(SYS_munmap, S, L); }
static long a_munmap_first(struct target *t)
{ return syscall(SYS_munmap, S, P); }
static long a_munmap_last(struct target *t)
{ return syscall(SYS_munmap, t->e-P, P); }
static long a_munmap_across_start(struct target *t)
{ return syscall(SYS_munmap, t->s-P, 2*P); }
static long a_munmap_across_end(struct target *t)
{ return syscall(SYS_munmap, t->e-P, 2*P); }
static long a_mprotect_w(struct target *t)
{ return syscall(SYS_mprotect, S, L, t->prot|PROT_READ|PROT_WRITE); }
static long a_mprotect_x(struct target *t)
{ return syscall(SYS_mprotect, S, L, t->prot|PROT_READ|PROT_EXEC); }
static long a_mprotect_none(struct target *t)
{ return syscall(SYS_mprotect, S, L, PROT_NONE); }
static long a_mprotect_page(struct target *t)
{ return syscall(SYS_mprotect, t->s + (L/2 & -P), P, PROT_READ|PROT_WRITE); }
static long a_pkey_mprotect(struct target *t)
{ return syscall(SYS_pkey_mprotect, S, L, PROT_READ|PROT_WRITE, -1); }
static long a_pkey_mprotect_key(struct target *t)
{ return syscall(SYS_pkey_mprotect, S, L, t->prot, t->pkey); }
static long a_mmap(struct target *t)
{ return syscall(SYS_mmap, S, L, PROT_READ|PROT_WRITE,
	MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0L); }
static long a_mmap_page(struct target *t)
{ return syscall(SYS_mmap, t->s + (L/2 & -P), P, PROT_READ|PROT_WRITE,
	MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0L); }
static long a_mremap_move(struct target *t)
{ return syscall(SYS_mremap, S, L, L, MREMAP_MAYMOVE|MREMAP_FIXED, t->room); }
static long a_mremap_move_page(struct target *t)
{ return syscall(SYS_mremap, S, P, P, MREMAP_MAYMOVE|MREMAP_FIXED, t->room); }
static long a_mremap_shrink(struct target *t)
{ return syscall(SYS_mremap, S, L, L-P, 0, 0L); }
static long a_mremap_grow(struct target *t)
{ return syscall(SYS_mremap, S, L, L+P, MREMAP_MAYMOVE, 0L); }
static long a_mremap_grow_in_place(struct target *t)
{ return syscall(SYS_mremap, S, L, L+P, 0, 0L); }
/* The last argument is a hint and must not overlap the source, which is
 * EINVAL. */
static long a_mremap_dontunmap(struct target *t)
{ return syscall(SYS_mremap, S, L, L, MREMAP_MAYMOVE|MREMAP_DONTUNMAP,
	t->s < L ? t->e : (uintptr_t)0); }
static long a_mremap_zero(struct target *t)
{ return syscall(SYS_mremap, S, 0L, P, MREMAP_MAYMOVE, 0L); }
static long a_mremap_onto(struct target *t)
{ return syscall(SYS_mremap, t->spare, P, P,
	MREMAP_MAYMOVE|MREMAP_FIXED, t->s + (L/2 & -P)); }
static long a_shm_remap(struct target *t)
{ return (long)shmat(t->shmid, (void *)(t->s + (L/2 & -P)), SHM_REMAP); }
static long a_remap_file_pages(struct target *t)
{ return syscall(SYS_remap_file_pages, S, L, 0, 0, 0); }

#define MADV(name, advice) \
static long a_##name(struct target *t) \
{ return syscall(SYS_madvise, S, L, advice); }
MADV(dontneed, 4)
MADV(dontneed_locked, 24)
MADV(free, 8)
MADV(remove, 9)
MADV(dontfork, 10)
MADV(wipeonfork, 18)
static long a_dontneed_page(struct target *t)
{ return syscall(SYS_madvise, t->s + (L/2 & -P), P, 4); }

#undef L
#undef S
#undef P

static const struct op ops[] = {
	{ "munmap", a_munmap },
	{ "munmap first page", a_munmap_first },
	{ "munmap last page", a_munmap_last },
	{ "munmap across the start", a_munmap_across_start, BEFORE },
	{ "munmap across the end", a_munmap_across_end, AFTER },
	{ "mprotect +W", a_mprotect_w },
	{ "mprotect +X", a_mprotect_x },
	{ "mprotect NONE", a_mprotect_none },
	{ "mprotect one page", a_mprotect_page },
	{ "pkey_mprotect +W", a_pkey_mprotect, PKEYS },
	{ "pkey_mprotect with a key", a_pkey_mprotect_key, PKEY },
	{ "mmap FIXED", a_mmap },
	{ "mmap FIXED one page", a_mmap_page },
	{ "mremap move", a_mremap_move },
	{ "mremap move one page", a_mremap_move_page },
	{ "mremap shrink", a_mremap_shrink, TWO_PAGES },
	{ "mremap grow", a_mremap_grow },
	{ "mremap grow in place", a_mremap_grow_in_place, BY_LUCK },
	{ "mremap DONTUNMAP", a_mremap_dontunmap },
	{ "mremap old size 0", a_mremap_zero, NEVER },
	{ "mremap onto it", a_mremap_onto },
	{ "shmat SHM_REMAP", a_shm_remap, SHM },
	{ "remap_file_pages", a_remap_file_pages, NEVER, EINVAL,
		"works on shared mappings only and looks for that first" },
	{ "madvise DONTNEED", a_dontneed, DISCARD },
	{ "madvise DONTNEED one page", a_dontneed_page, DISCARD },
	{ "madvise DONTNEED_LOCKED", a_dontneed_locked, DISCARD },
	{ "madvise FREE", a_free, DISCARD|ANON },
	{ "madvise REMOVE", a_remove, DISCARD|NEVER },
	{ "madvise DONTFORK", a_dontfork, DISCARD },
	{ "madvise WIPEONFORK", a_wipeonfork, DISCARD|ANON },
};

_Static_assert(countof(ops) <= MAXOPERATIONS, "raise it");
const struct op *const operation = ops;
const size_t noperations = countof(ops);

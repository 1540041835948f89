/* mseal for kernels that have none, so that what rests on it can be tested
 * there: old kernels, 32-bit ones, QEMU user-mode. It remembers what was sealed
 * and refuses, in libc's wrappers and in syscall(), what the kernel would. It is no
 * boundary to anyone: the table is writable and a system call instruction
 * walks around it. Only in a libc configured with --enable-seal-emulation.
 *
 * What is refused, with which errno, and which errors come before it is what Linux
 * 6.18 does; tests/conformance holds both to it. Where a call has other reasons
 * to fail that only the kernel knows, the kernel is asked by a harmless
 * form of the same call first. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/uio.h>
#include <unistd.h>
#include "libc.h"
#include "lock.h"
#include "pthread_impl.h"
#include "seal.h"
#include "seal_syscall.h"

#if SEAL_EMULATION

#ifdef SYS_ipc
#include "ipc.h"
#endif

/* Deliberate faults, by SEAL_EMULATION_FAULT=N, for tests that must notice. */
enum { FAULT_MREMAP_DEST = 1, FAULT_MADVISE, FAULT_MUNMAP_STRADDLE };

enum { ANON = 1, WRITABLE = 2, SHARED = 4, SPECIAL = 8 };

/* Part of a mapping that is sealed. Protection and kind can't change any more,
 * so they are what they were when it was. */
struct sealed {
	uintptr_t start, end;
	int kind;
};

static struct sealed *table;
static size_t count, capacity;
static int emulating, fault;
static volatile int lock[1];

/* The lock is held over the check and the call, so that no thread can seal
 * between them; with signals blocked, so that a handler may call what is
 * emulated. */
static void enter(sigset_t *set)
{
	__block_all_sigs(set);
	LOCK(lock);
}

static void leave(const sigset_t *set)
{
	UNLOCK(lock);
	__restore_sigs((void *)set);
}

void __seal_emulation_fork(int who)
{
	if (!emulating) return;
	if (who < 0) LOCK(lock);
	else UNLOCK(lock);
	/* Threads that were waiting for it don't exist in the child. */
	if (who > 0) lock[0] = 0;
}

/* Mappings, as /proc/self/maps has them. */

struct maps {
	int fd;
	size_t pos, len;
	char buf[1024];
};

static int maps_open(struct maps *m)
{
	m->pos = m->len = 0;
	m->fd = __sys_open("/proc/self/maps", O_RDONLY|O_CLOEXEC);
	return m->fd < 0 ? -1 : 0;
}

static void maps_close(struct maps *m)
{
	__syscall(SYS_close, m->fd);
}

static int maps_char(struct maps *m)
{
	if (m->pos == m->len) {
		long l = __syscall(SYS_read, m->fd, m->buf, sizeof m->buf);
		if (l <= 0) return -1;
		m->pos = 0;
		m->len = l;
	}
	return (unsigned char)m->buf[m->pos++];
}

static int maps_hex(struct maps *m, uintptr_t *x)
{
	int c;
	for (*x=0; (c=maps_char(m))>=0; *x=*x*16+c) {
		if (c-'0' < 10U) c -= '0';
		else if (c-'a' < 6U) c -= 'a'-10;
		else break;
	}
	return c;
}

/* Lines are "start-end rwxp offset dev inode   name". A mapping without a
 * file has inode 0 and a name only if somebody gave it one; of those in
 * brackets, all but the heap, stacks and named memory are the kernel's own,
 * which can't be split. */
static int maps_next(struct maps *m, struct sealed *v)
{
	char perm[5], name[9];
	uintptr_t inode;
	int c, i, n = 0;
	if (maps_hex(m, &v->start) != '-') return 0;
	if (maps_hex(m, &v->end) != ' ') return 0;
	for (i=0; i<5; i++) perm[i] = maps_char(m);
	for (i=0; i<2; i++) while ((c=maps_char(m))!=' ' && c>=0);
	for (inode=0; (c=maps_char(m))>='0' && c<='9'; ) inode |= c-'0';
	for (; c==' '; c=maps_char(m));
	for (; c!='\n' && c>=0; c=maps_char(m))
		if (n < sizeof name) name[n++] = c;
	v->kind = 0;
	if (perm[1] == 'w') v->kind |= WRITABLE;
	if (perm[3] == 's') v->kind |= SHARED;
	if (perm[3] != 's' && n == 9 && !memcmp(name, "/dev/zero", 9)) {
		v->kind |= ANON;
	} else if (!inode && perm[3] != 's') {
		if (!n || (name[0]=='[' && (name[1]=='h' || name[1]=='s'
		    || name[1]=='a')))
			v->kind |= ANON;
		else if (name[0]=='[')
			v->kind |= SPECIAL;
	}
	return 1;
}

/* Is addr mapped? */
static int mapped(uintptr_t addr)
{
	struct maps m;
	struct sealed v;
	int found = 0;
	if (maps_open(&m)) return 0;
	while (!found && maps_next(&m, &v)) found = v.start<=addr && addr<v.end;
	maps_close(&m);
	return found;
}

/* The table */

/* The first sealed part that ends after addr, or null. */
static struct sealed *sealed_from(uintptr_t addr)
{
	for (size_t i=0; i<count; i++)
		if (table[i].end > addr) return table+i;
	return 0;
}

/* The first one that has a page of [start, end), or null. */
static struct sealed *sealed_in(uintptr_t start, uintptr_t end)
{
	struct sealed *s = sealed_from(start);
	return s && start<end && s->start<end ? s : 0;
}

static int reserve(size_t n)
{
	if (n <= capacity) return 0;
	size_t new = capacity ? capacity : PAGE_SIZE/sizeof *table;
	while (new < n) new *= 2;
	long p = __seal_mmap(new*sizeof *table);
	if ((unsigned long)p > -4096UL) return -ENOMEM;
	for (size_t i=0; i<count; i++) ((struct sealed *)p)[i] = table[i];
	if (table) __syscall(SYS_munmap, table, capacity*sizeof *table);
	table = (void *)p;
	capacity = new;
	return 0;
}

/* Room has been reserved. What of v is sealed already is so with the same
 * kind; it is swallowed where the kinds join and cut off where they don't. */
static void record(struct sealed v)
{
	size_t lo, hi, i;
	for (lo=0; lo<count && table[lo].end < v.start; lo++);
	for (hi=lo; hi<count && table[hi].start <= v.end; hi++);
	while (lo<hi && table[lo].kind != v.kind && table[lo].start <= v.start) {
		if (table[lo].end > v.start) v.start = table[lo].end;
		lo++;
	}
	while (lo<hi && table[hi-1].kind != v.kind) {
		hi--;
		if (table[hi].start < v.end) v.end = table[hi].start;
	}
	if (v.start >= v.end) return;
	if (lo<hi) {
		if (table[lo].start < v.start) v.start = table[lo].start;
		if (table[hi-1].end > v.end) v.end = table[hi-1].end;
		for (i=hi; i<count; i++) table[lo+1+i-hi] = table[i];
		count -= hi-lo-1;
	} else {
		for (i=count; i>lo; i--) table[i] = table[i-1];
		count++;
	}
	table[lo] = v;
}

/* The calls. Each gets its arguments checked as the kernel would before it
 * looks at mappings; a call that is wrong in itself is left for the kernel
 * to refuse. */

#define MASK (PAGE_SIZE-1)

static long do_mseal(uintptr_t start, size_t len, unsigned long flags)
{
	struct maps m;
	struct sealed v;
	size_t n = 0;
	long r;
	if (flags || (start & MASK)) return -EINVAL;
	size_t rounded = (len+MASK) & ~(size_t)MASK;
	uintptr_t at, end = start+rounded;
	if ((len && !rounded) || end < start) return -EINVAL;
	if (start == end) return 0;
	if (maps_open(&m)) return -ENOMEM;
	for (at=start; at<end && maps_next(&m, &v); ) {
		if (v.end <= at) continue;
		if (v.start > at) break;
		if ((v.kind & SPECIAL) && (v.start < start || v.end > end)) {
			maps_close(&m);
			return -EINVAL;
		}
		at = v.end;
		n++;
	}
	maps_close(&m);
	if (at < end) return -ENOMEM;
	if ((r = reserve(count+n+1))) return r;
	if (maps_open(&m)) return -ENOMEM;
	for (at=start; at<end && maps_next(&m, &v); at=v.end) {
		if (v.end <= at) {
			v.end = at;
			continue;
		}
		if (v.start < start) v.start = start;
		if (v.end > end) v.end = end;
		record(v);
	}
	maps_close(&m);
	return 0;
}

static int munmap_refused(uintptr_t start, size_t len)
{
	uintptr_t end = start + ((len+MASK) & ~(size_t)MASK);
	struct sealed *s = sealed_in(start, end);
	if (fault == FAULT_MUNMAP_STRADDLE && s && s->start > start) return 0;
	return !(start & MASK) && end > start && s;
}

/* A mapping that would fail fails for its own reason: it is made elsewhere
 * first. */
static long mmap_refused(long n, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	if (!(d & MAP_FIXED) || !munmap_refused(a, b)) return 0;
	long p = __syscall(n, 0, b, c, d & ~(MAP_FIXED|MAP_POPULATE|MAP_LOCKED), e, f);
	if ((unsigned long)p > -4096UL) return p;
	__syscall(SYS_munmap, p, b);
	return -EPERM;
}

/* PROT_READ, WRITE, EXEC, SEM and two that architectures define. PROT_GROWSDOWN
 * and GROWSUP are wrong for a mapping that doesn't. */
#define PROT_KNOWN 0x3f

/* The kernel goes from mapping to mapping: what comes before the first one
 * that is sealed gets its protection, unless it has a hole. */
static long do_mprotect(long n, uintptr_t start, size_t len, int prot, syscall_arg_t key)
{
	uintptr_t end = start + ((len+MASK) & ~(size_t)MASK);
	struct sealed *s = sealed_in(start, end);
	if (!s || (start & MASK)) return __syscall(n, start, len, prot, key);
	/* What is wrong in itself is refused first. (A length of 0 would make
	 * the kernel say so, but QEMU has ENOMEM for that.) */
	if (prot & ~PROT_KNOWN) return -EINVAL;
	if (s->start <= start) return -EPERM;
	long r = __syscall(n, start, s->start-start, prot, key);
	return r ? r : -EPERM;
}

static int mremap_valid(uintptr_t old, size_t old_len, size_t new_len,
	unsigned long flags, uintptr_t new)
{
	if (flags & ~(MREMAP_MAYMOVE|MREMAP_FIXED|MREMAP_DONTUNMAP)) return 0;
	if ((flags & (MREMAP_FIXED|MREMAP_DONTUNMAP)) && !(flags & MREMAP_MAYMOVE))
		return 0;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len) return 0;
	if ((old & MASK) || !new_len || new_len > SIZE_MAX/2) return 0;
	if (flags & MREMAP_FIXED) {
		if ((new & MASK) || new+new_len < new) return 0;
		if (old < new+new_len && new < old+old_len) return 0;
	}
	return 1;
}

/* 0 to let the kernel do it. A seal on the first page is met first, then one
 * where the destination will be, then the rest of the source: what a shrink
 * cuts off can't be unmapped; a move or growth of more than one mapping, which
 * is what the kernel would see here, ends at the border (EFAULT; since 6.17 a
 * move in the same size goes on until it meets the seal). */
static long mremap_refused(uintptr_t old, size_t old_len, size_t new_len,
	unsigned long flags, uintptr_t new)
{
	int fixed = flags & MREMAP_FIXED;
	old_len = (old_len+MASK) & ~(size_t)MASK;
	new_len = (new_len+MASK) & ~(size_t)MASK;
	if (!mremap_valid(old, old_len, new_len, flags, new)) return 0;
	if (sealed_in(old, old+PAGE_SIZE)) return -EPERM;
	if (fixed && fault != FAULT_MREMAP_DEST && sealed_in(new, new+new_len))
		return mapped(old) ? -EPERM : 0;
	if (old_len > new_len && sealed_in(old+new_len, old+old_len))
		return mapped(old) ? -EPERM : 0;
	size_t kept = old_len < new_len ? old_len : new_len;
	if (!sealed_in(old, old+kept) || !mapped(old)) return 0;
	if (fixed) return old_len < new_len ? -EFAULT : -EPERM;
	return old_len < new_len || (flags & MREMAP_DONTUNMAP) ? -EFAULT : 0;
}

static int discards(int advice)
{
	switch (advice) {
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_WIPEONFORK:
	case MADV_DONTNEED_LOCKED:
	case 102: /* MADV_GUARD_INSTALL */
		return 1;
	}
	return 0;
}

static long do_madvise(long n, uintptr_t start, size_t len, int advice)
{
	uintptr_t end = start + ((len+MASK) & ~(size_t)MASK);
	struct sealed *s = sealed_in(start, end);
	long r = 0;
	for (; s && s<table+count && s->start<end; s++) {
		if ((s->kind & (ANON|WRITABLE)) != ANON) continue;
		if (!discards(advice) || (start & MASK) || fault == FAULT_MADVISE) break;
		if (s->start > start) r = __syscall(n, start, s->start-start, advice);
		/* A hole is no reason to stop before the seal. */
		return r && r != -ENOMEM ? r : -EPERM;
	}
	return __syscall(n, start, len, advice);
}

#ifdef SYS_process_madvise

/* What one call may advise in all, as for read and write. */
#define MOST_BYTES (INT_MAX & ~(size_t)MASK)

/* The kernel goes through the list until one range fails and answers with the
 * bytes that came before it, if any. It is asked first whether it takes
 * such advice at all (of other processes never; of its own since 6.13) and whether
 * the list can be read: what it refuses then, it refuses for the real call. */
static long do_process_madvise(int pidfd, const struct iovec *v, size_t n, int advice,
	unsigned flags)
{
	struct iovec none = { 0, 0 };
	size_t i, len, sum = 0;
	long r;
	if (!discards(advice) || flags || n > IOV_MAX
	    || __syscall(SYS_process_madvise, pidfd, &none, 1, advice, 0)
	    || __syscall(SYS_process_madvise, pidfd, v, n, -1, 0) != -EINVAL)
		return __syscall(SYS_process_madvise, pidfd, v, n, advice, flags);
	for (i=0; i<n && v[i].iov_len <= SSIZE_MAX; i++);
	if (i < n) return -EINVAL;
	for (i=0; i<n && sum<MOST_BYTES; i++, sum+=len) {
		len = v[i].iov_len;
		if (len > MOST_BYTES-sum) len = MOST_BYTES-sum;
		r = do_madvise(SYS_madvise, (uintptr_t)v[i].iov_base, len, advice);
		if (r) return sum ? sum : r;
	}
	return sum;
}

#endif

static long raw_shmat(int id, uintptr_t addr, int flags)
{
#ifdef SYS_shmat
	return __syscall(SYS_shmat, id, addr, flags);
#else
	unsigned long at = 0;
	long r = __syscall(SYS_ipc, IPCOP_shmat, id, flags, &at, addr);
	return r ? r : at;
#endif
}

static long raw_shmdt(uintptr_t addr)
{
#ifdef SYS_shmdt
	return __syscall(SYS_shmdt, addr);
#else
	return __syscall(SYS_ipc, IPCOP_shmdt, 0, 0, 0, addr);
#endif
}

/* How much a segment maps is told by attaching it where it does no harm. */
static long shmat_refused(int id, uintptr_t addr, int flags)
{
	struct maps m;
	struct sealed v;
	if (!(flags & SHM_REMAP) || !addr) return 0;
	long p = raw_shmat(id, 0, flags & ~SHM_REMAP);
	if ((unsigned long)p > -4096UL) return p;
	size_t len = PAGE_SIZE;
	if (!maps_open(&m)) {
		while (maps_next(&m, &v)) if (v.start == p) len = v.end-v.start;
		maps_close(&m);
	}
	raw_shmdt(p);
	if (flags & SHM_RND) addr &= -SHMLBA;
	return munmap_refused(addr, len) ? -EPERM : 0;
}

/* A sealed segment stays, and Linux says 0 all the same. */
static int shmdt_ignored(uintptr_t addr)
{
	return !(addr & MASK) && sealed_in(addr, addr+PAGE_SIZE);
}

/* A private mapping, or more than one, is wrong in itself. */
static long remap_file_pages_refused(uintptr_t start, size_t len, unsigned long prot)
{
	start &= ~(uintptr_t)MASK;
	len &= ~(size_t)MASK;
	struct sealed *s = sealed_in(start, start+len);
	if (prot || !s) return 0;
	return s->start <= start && (s->kind & SHARED) ? -EPERM : -EINVAL;
}

/* brk doesn't fail; it answers where the end still is. */
static long do_brk(uintptr_t end)
{
	uintptr_t cur = __syscall(SYS_brk, 0);
	if (end && end < cur && sealed_in(end+MASK & ~(uintptr_t)MASK, cur+MASK
	    & ~(uintptr_t)MASK))
		return cur;
	return __syscall(SYS_brk, end);
}

static int is_emulated(long n)
{
	switch (n) {
#ifdef SYS_mmap2
	case SYS_mmap2:
#endif
#ifdef SYS_mmap
	case SYS_mmap:
#endif
#ifdef SYS_ipc
	case SYS_ipc:
#endif
#ifdef SYS_shmat
	case SYS_shmat:
	case SYS_shmdt:
#endif
#ifdef SYS_remap_file_pages
	case SYS_remap_file_pages:
#endif
#ifdef SYS_process_madvise
	case SYS_process_madvise:
#endif
	case SYS_mseal: case SYS_munmap: case SYS_mremap: case SYS_mprotect:
	case SYS_pkey_mprotect: case SYS_madvise: case SYS_brk:
		return 1;
	}
	return 0;
}

static long emulate(long n, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	long r;
	switch (n) {
	case SYS_mseal:
		return do_mseal(a, b, c);
#ifdef SYS_mmap2
	case SYS_mmap2:
#endif
#ifdef SYS_mmap
	case SYS_mmap:
#endif
		if ((r = mmap_refused(n, a, b, c, d, e, f))) return r;
		break;
	case SYS_munmap:
		if (munmap_refused(a, b)) return -EPERM;
		break;
	case SYS_mremap:
		if ((r = mremap_refused(a, b, c, d, e))) return r;
		break;
	case SYS_mprotect:
	case SYS_pkey_mprotect:
		return do_mprotect(n, a, b, c, d);
	case SYS_madvise:
		return do_madvise(n, a, b, c);
#ifdef SYS_process_madvise
	case SYS_process_madvise:
		return do_process_madvise(a, (void *)b, c, d, e);
#endif
#ifdef SYS_shmat
	case SYS_shmat:
		if ((r = shmat_refused(a, b, c))) return r;
		break;
	case SYS_shmdt:
		if (shmdt_ignored(a)) return 0;
		break;
#endif
#ifdef SYS_ipc
	case SYS_ipc:
		if (a == IPCOP_shmat && (r = shmat_refused(b, e, c))) return r;
		if (a == IPCOP_shmdt && shmdt_ignored(e)) return 0;
		break;
#endif
#ifdef SYS_remap_file_pages
	case SYS_remap_file_pages:
		if ((r = remap_file_pages_refused(a, b, c))) return r;
		break;
#endif
	case SYS_brk:
		return do_brk(a);
	}
	return __syscall(n, a, b, c, d, e, f);
}

/* A copy of the process that syscall() makes must not be made while another
 * thread holds the lock. */
static int copies(long n, unsigned long flags)
{
#ifdef SYS_fork
	if (n == SYS_fork) return 1;
#endif
	return n == SYS_clone && !(flags & CLONE_VM);
}

long __seal_syscall(long n, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	sigset_t set;
	long r;
	if (!emulating || (!is_emulated(n) && !copies(n, a)))
		return __syscall(n, a, b, c, d, e, f);
	enter(&set);
	r = emulate(n, a, b, c, d, e, f);
	leave(&set);
	return r;
}

int __seal_emulate(void)
{
	struct maps m;
	if (__syscall(SYS_mseal, 0, 0, 0) != -ENOSYS) return 0;
	if (maps_open(&m)) return -1;
	maps_close(&m);
	for (char **e=__environ; e && *e; e++) {
		static const char name[] = "SEAL_EMULATION_FAULT=";
		size_t i;
		for (i=0; name[i] && (*e)[i]==name[i]; i++);
		if (!name[i]) fault = (*e)[i]-'0';
	}
	emulating = 1;
	return 1;
}

#endif

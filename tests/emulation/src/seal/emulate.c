/* mseal for kernels without it, so that sealing can be tested there: old
 * kernels, 32-bit ones, QEMU user-mode. It remembers the sealed pages
 * (emulate_table.c) and refuses the system calls of libc, and those of
 * syscall(), that a kernel would refuse. It is no protection: the table is
 * writable, and a system call instruction of the program's own goes past it.
 *
 * The refusals, their errno, and the errors that come before them are those of
 * Linux 6.18; tests/conformance compares the two, call by call. If a call can
 * fail for other reasons that only the kernel knows, the kernel is first asked
 * by a harmless form of the same call. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
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
#include "emulate_arch.h"
#include "emulate_table.h"

/* 1 where SYS_mmap takes the address of a block of its six arguments, and a
 * SYS_mmap2 takes them in registers. */
#ifndef SYS_MMAP_BLOCK
#define SYS_MMAP_BLOCK 0
#endif
/* The one of SYS_clone's first two arguments that has the flags. */
#ifndef SYS_CLONE_FLAGS
#define SYS_CLONE_FLAGS(a,b) (a)
#endif

#ifdef SYS_ipc
#include "../ipc/ipc.h"
#endif

/* musl 1.2.5 lacks the first, every musl the second. */
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

#define FAILED(r) ((unsigned long)(r) > -4096UL)

static int begun;	/* mseal has been called */
static int has_seals;	/* leave all calls to the kernel from then on */
static int keys;	/* 1 if any page has got a protection key */
static volatile int lock[1];

/* Not __block_all_sigs: on some architectures it needs a thread pointer, which
 * is not there yet when a static program maps its TLS. */
static void block_signals(sigset_t *set)
{
	unsigned char all[_NSIG/8];
	memset(all, 255, sizeof all);
	__syscall(SYS_rt_sigprocmask, SIG_BLOCK, all, set, _NSIG/8);
}

static void restore_signals(const sigset_t *set)
{
	__syscall(SYS_rt_sigprocmask, SIG_SETMASK, set, 0, _NSIG/8);
}

/* The lock is held over the check and the call, so that no thread can seal in
 * between. Signals are blocked, so that a handler may make emulated calls. */
static void enter(sigset_t *set)
{
	if (!FAULT(SIGNALS_NOT_BLOCKED)) block_signals(set);
	if (!FAULT(NO_LOCK)) LOCK(lock);
}

static void leave(const sigset_t *set)
{
	if (!FAULT(NO_LOCK)) UNLOCK(lock);
	if (!FAULT(SIGNALS_NOT_BLOCKED)) restore_signals(set);
}

/* Threads that were waiting for the lock don't exist in the child. */
void __seal_fork(int who)
{
	if (who > 0) {
		lock[0] = 0;
		__sealed_inherited();
		if (FAULT(FORK)) __sealed_forget();
	} else if (FAULT(FORK_TAKES_NO_LOCK)) {
		return;
	} else if (who < 0) {
		LOCK(lock);
	} else {
		UNLOCK(lock);
	}
}

/* Asking the kernel */

static long scratch_page(int prot)
{
	long p = __new_pages(PAGE_SIZE);
	if (!FAILED(p)) __syscall(SYS_mprotect, p, PAGE_SIZE, prot);
	return p;
}

/* 1 if 8 bytes can be read at p. The kernel reads the set of signals before it
 * refuses the invalid first argument. */
static int readable(const void *p)
{
	return p && __syscall(SYS_rt_sigprocmask, -1, p, 0, _NSIG/8) != -EFAULT;
}

/* 1 if [start, end) lies in the part of the address space that the kernel maps
 * for processes; an address beyond it is an invalid argument. A page that is
 * mapped lies there. (QEMU's mincore denies one without access, so the maps are
 * read too.) If nothing is mapped at the last page, munmap tells and has no
 * other effect. MAP_FIXED_NOREPLACE won't do: older kernels and QEMU take it as
 * a hint. If the maps can't be read, munmap could do harm, and the page is
 * taken to be in range. */
static int in_range(uintptr_t start, uintptr_t end)
{
	unsigned char resident;
	struct mapping v;
	uintptr_t last = end-PAGE_SIZE;
	if (end <= start) return 0;
	/* Not PAGE_SIZE: QEMU's host may have smaller pages, and mincore
	 * answers with a byte for each. */
	if (!__syscall(SYS_mincore, last, 1, &resident)) return 1;
	int known = __mapping_from(last, &v);
	if (known < 0 || (known && v.start <= last)) return 1;
	return __syscall(SYS_munmap, last, PAGE_SIZE) != -EINVAL;
}

/* The first page of [start, end), all of it writable, that a protection key
 * keeps this thread from writing to; end if there is none. A futex operation
 * tells: it ORs 0 into the page's first word, which changes nothing. */
static uintptr_t forbidden_by_key(uintptr_t start, uintptr_t end)
{
	static const unsigned or_0 = 2U<<28;
	static int nobody[1];
	if (!keys) return end;
	for (; start<end; start+=PAGE_SIZE)
		if (__syscall(SYS_futex, nobody, FUTEX_WAKE_OP|FUTEX_PRIVATE,
		    0, 0, start, or_0) == -EFAULT) break;
	return start;
}

/* SYS_ipc if there is one: older kernels have no other. */
static long raw_shmat(int id, uintptr_t addr, int flags)
{
#ifdef SYS_ipc
	unsigned long at = 0;
	long r = __syscall(SYS_ipc, IPCOP_shmat, id, flags, &at, addr);
	return r ? r : at;
#else
	return __syscall(SYS_shmat, id, addr, flags);
#endif
}

static long raw_shmdt(uintptr_t addr)
{
#ifdef SYS_ipc
	return __syscall(SYS_ipc, IPCOP_shmdt, 0, 0, 0, addr);
#else
	return __syscall(SYS_shmdt, addr);
#endif
}

/* The calls. The arguments of each are checked as the kernel checks them before
 * it looks at mappings. A call with invalid arguments is left for the kernel to
 * refuse. */

static int munmap_refused(uintptr_t start, size_t len)
{
	uintptr_t end = start+PAGE_UP(len);
	struct sealed *s = __sealed_in(start, end);
	if (!s || (FAULT(MUNMAP_FIRST_PAGE_ONLY) && s->start > start)) return 0;
	if (FAULT(ERRORS_LAST)) return 1;
	return !(start & PAGE_MASK) && in_range(start, end);
}

/* A mapping that would fail anyway fails with its own error. So it is tried at
 * its address in a way that replaces nothing, and then elsewhere. Where
 * MAP_FIXED_NOREPLACE is a hint, the first try is made elsewhere too. */
static long mmap_refused(long n, syscall_arg_t a, syscall_arg_t b,
	syscall_arg_t c, syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	const int placed = MAP_FIXED|MAP_FIXED_NOREPLACE,
		costly = MAP_POPULATE|MAP_LOCKED;
	const int flags = (d & ~(placed|costly))|MAP_NORESERVE;
	if (!(d & MAP_FIXED) || !munmap_refused(a, b) || FAULT(MMAP_FIXED))
		return 0;
	long p = __syscall(n, a, b, c, flags|MAP_FIXED_NOREPLACE, e, f);
	if (p == -EEXIST && !(d & MAP_FIXED_NOREPLACE))
		p = __syscall(n, 0, b, c, flags, e, f);
	if (FAILED(p)) return p;
	__syscall(SYS_munmap, p, b);
	return d & MAP_FIXED_NOREPLACE ? -EEXIST : -EPERM;
}

/* 0 if a page of s could get this protection at all, or the kernel's error. A
 * scratch page tells of bits and keys. A duplicate of the page tells of a file
 * that was not opened for writing; only shared memory can be duplicated. */
static long protection_refused(long n, const struct sealed *s, uintptr_t page,
	int prot, syscall_arg_t key)
{
	long p = scratch_page(PROT_NONE), r;
	if (FAILED(p)) return p;
	r = __syscall(n, p, PAGE_SIZE, prot, key);
	__syscall(SYS_munmap, p, PAGE_SIZE);
	if (r || !(s->kind & KIND_SHARED) || (s->kind & KIND_WRITABLE)
	    || !(prot & PROT_WRITE))
		return r;
	p = __syscall(SYS_mremap, page, 0, PAGE_SIZE, MREMAP_MAYMOVE, 0);
	if (FAILED(p)) return 0;
	r = __syscall(SYS_mprotect, p, PAGE_SIZE, prot);
	__syscall(SYS_munmap, p, PAGE_SIZE);
	return r;
}

/* The kernel goes from mapping to mapping. The part before the first sealed one
 * gets the protection; a hole in that part ends the call with its own error. */
static long do_mprotect(long n, uintptr_t start, size_t len, int prot,
	syscall_arg_t key)
{
	struct sealed *s = __sealed_in(start, start+PAGE_UP(len));
	long r = 0;
	if (s && s->start > start && FAULT(MPROTECT_FIRST_PAGE_ONLY)) s = 0;
	if (n == SYS_pkey_mprotect && FAULT(PKEY_MPROTECT)) s = 0;
	if (n == SYS_pkey_mprotect && (int)key > 0) keys = 1;
	if (!s || (start & PAGE_MASK))
		return __syscall(n, start, len, prot, key);
	if (FAULT(ERRORS_LAST)) return -EPERM;
	if (s->start > start)
		r = __syscall(n, start, s->start-start, prot, key);
	if (!r) r = protection_refused(n, s,
		s->start > start ? s->start : start, prot, key);
	return r ? r : -EPERM;
}

static int mremap_valid(uintptr_t old, size_t old_len, size_t new_len,
	unsigned long flags, uintptr_t new)
{
	if (flags & ~(MREMAP_MAYMOVE|MREMAP_FIXED|MREMAP_DONTUNMAP)) return 0;
	if ((old & PAGE_MASK) || !new_len) return 0;
	/* If new_len is at most old it is in range, because old is. */
	if (new_len > old && !in_range(0, new_len)) return 0;
	if (!(flags & (MREMAP_FIXED|MREMAP_DONTUNMAP))) return 1;
	if (!(flags & MREMAP_MAYMOVE) || (new & PAGE_MASK)) return 0;
	if ((flags & MREMAP_DONTUNMAP) && old_len != new_len) return 0;
	if (old < new+new_len && new < old+old_len) return 0;
	return !(flags & MREMAP_FIXED) || in_range(new, new+new_len);
}

/* A move without a change of size goes from mapping to mapping, each to its
 * place in the destination, until one meets a seal. (Since Linux 6.17; before,
 * there could be only one mapping.) */
static long move_in_order(uintptr_t old, size_t len, unsigned long flags,
	uintptr_t new)
{
	struct mapping v;
	uintptr_t at, end = old+len;
	int known = 1;
	for (at=old; at<end && (known=__mapping_from(at, &v))>0 && v.start<end;
	    at=v.end) {
		if (v.start < at) v.start = at;
		if (v.end > end) v.end = end;
		if (v.start > old && at == old) return -EFAULT;
		struct sealed *s = __sealed_in(v.start, v.end);
		if (s && s->start <= v.start) return -EPERM;
		if (s) v.end = s->start;
		uintptr_t to = new+(v.start-old);
		size_t n = v.end-v.start;
		if (__sealed_in(to, to+n)) return -EPERM;
		long r = __syscall(SYS_mremap, v.start, n, n, flags, to);
		if (FAILED(r)) return r;
	}
	if (known < 0) return -EPERM;
	return at == old ? -EFAULT : new;
}

/* The checks are in the kernel's order: the mapping at the first page, whether
 * the part that is kept lies in that mapping, the destination, the part that is
 * cut off. A sealed part is a mapping of its own. */
static long do_mremap(uintptr_t old, size_t old_len, size_t new_len,
	unsigned long flags, uintptr_t new)
{
	struct mapping v;
	size_t from = PAGE_UP(old_len), to = PAGE_UP(new_len),
		kept = from < to ? from : to;
	uintptr_t end = old+(from ? from : PAGE_SIZE);
	/* A length that wraps is refused after the first page is checked. */
	if (end < old) end = -PAGE_SIZE;
	int fixed = flags & MREMAP_FIXED;
	struct sealed *s = FAULT(MREMAP_SOURCE) ? 0 : __sealed_in(old, end);
	int onto = fixed && !FAULT(MREMAP_DESTINATION)
		&& __sealed_in(new, new+to);
	if (FAULT(ERRORS_LAST) && (s || onto)) return -EPERM;
	if ((!s && !onto) || !mremap_valid(old, from, to, flags, new))
		goto kernel;
	/* A sealed page is mapped: no need to look. */
	if (s && s->start <= old) return -EPERM;
	int known = __mapping_from(old, &v);
	if (known < 0) return -EPERM;
	if (!known || v.start > old) goto kernel;
	if (s && s->start < v.end) v.end = s->start;
	if (fixed && from == to) return move_in_order(old, from, flags, new);
	if (fixed || (flags & MREMAP_DONTUNMAP) || to > from) {
		if (!from && !(v.kind & KIND_SHARED)) return -EINVAL;
		if (kept > v.end-old) return -EFAULT;
	}
	if (onto) return -EPERM;
	if (from > to && __sealed_in(old+to, old+from)
	    && !FAULT(MREMAP_CUT_OFF)) {
		/* The kernel has unmapped the destination by then. */
		if (fixed) __syscall(SYS_munmap, new, to);
		return -EPERM;
	}
kernel:
	return __syscall(SYS_mremap, old, old_len, new_len, flags, new);
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
	case MADV_GUARD_INSTALL:
		return 1;
	}
	return 0;
}

/* A discard is refused if the memory is anonymous and can't be written to, by
 * its protection or its key. Advice that this kernel does not know is invalid
 * even for a length of 0. */
static long do_madvise(uintptr_t start, size_t len, int advice)
{
	uintptr_t end = start+PAGE_UP(len);
	const int but = FAULT(MADVISE_WRITABLE) ? 0 : KIND_WRITABLE;
	long r = 0;
	/* This comes first, because it may move the table. */
	if (advice == MADV_DONTFORK && __sealed_leave_out()) return -ENOMEM;
	struct sealed *s = __sealed_in(start, end), *stop = __sealed_end();
	if (!s || !discards(advice) || (start & PAGE_MASK) || FAULT(MADVISE)
	    || __syscall(SYS_madvise, start, 0, advice))
		stop = s;
	for (; s<stop && s->start<end; s++) {
		uintptr_t to = s->end < end ? s->end : end;
		uintptr_t at = s->start > start ? s->start : start;
		if (!(s->kind & KIND_ANON)) continue;
		if (s->kind & but) at = forbidden_by_key(at, to);
		if (at >= to) continue;
		if (at > start)
			r = __syscall(SYS_madvise, start, at-start, advice);
		/* A hole does not stop the kernel before the seal. */
		return r && r != -ENOMEM ? r : -EPERM;
	}
	return __syscall(SYS_madvise, start, len, advice);
}

#ifdef SYS_process_madvise

/* The limit of bytes for one call, as for read and write. */
#define MOST_BYTES (INT_MAX & ~(size_t)PAGE_MASK)

/* The kernel goes through the list until one range fails, and returns the
 * number of bytes before that, if any. It is asked first whether it takes such
 * advice at all (never for other processes; for its own since 6.13) and whether
 * the list can be read. If not, it gets the real call and refuses that too. */
static long do_process_madvise(int pidfd, const struct iovec *v, size_t n,
	int advice, unsigned flags)
{
	struct iovec none = { 0, 0 };
	size_t i, len, sum = 0;
	long r;
	if (!discards(advice) || flags || n > IOV_MAX || FAULT(PROCESS_MADVISE)
	    || __syscall(SYS_process_madvise, pidfd, &none, 1, advice, 0)
	    || __syscall(SYS_process_madvise, pidfd, v, n, -1, 0) != -EINVAL)
		return __syscall(SYS_process_madvise, pidfd, v, n, advice,
			flags);
	for (i=0; i<n && v[i].iov_len <= SSIZE_MAX; i++);
	if (i < n) return -EINVAL;
	for (i=0; i<n && sum<MOST_BYTES; i++, sum+=len) {
		len = v[i].iov_len;
		if (len > MOST_BYTES-sum) len = MOST_BYTES-sum;
		r = do_madvise((uintptr_t)v[i].iov_base, len, advice);
		if (r) return sum ? sum : r;
	}
	return sum;
}

#endif

/* The segment is attached elsewhere to learn its length. If the maps can't be
 * read, it may be of any length. */
static long shmat_refused(int id, uintptr_t addr, int flags)
{
	struct mapping v;
	if (!(flags & SHM_REMAP) || !addr || FAULT(SHMAT)) return 0;
	long p = raw_shmat(id, 0, flags & ~SHM_REMAP);
	if (FAILED(p)) return p;
	int known = __mapping_from(p, &v);
	size_t len = known > 0 ? v.end-v.start : PAGE_SIZE;
	raw_shmdt(p);
	if (flags & SHM_RND) addr &= -(SHMLBA > PAGE_SIZE ? SHMLBA : PAGE_SIZE);
	if (known < 0 && __sealed_from(addr)) return -EPERM;
	return munmap_refused(addr, len) ? -EPERM : 0;
}

/* 1 if v is part of a segment that was attached at addr. The kernel compares
 * the offset, too. */
static int attached_at(const struct mapping *v, uintptr_t addr)
{
	return (v->kind & KIND_SEGMENT) && v->start >= addr
		&& v->start-addr == v->offset;
}

static void unmap_unsealed(uintptr_t start, uintptr_t end)
{
	while (start < end) {
		struct sealed *s = __sealed_in(start, end);
		uintptr_t to = s ? s->start : end;
		if (to > start) __syscall(SYS_munmap, start, to-start);
		start = s ? s->end : end;
	}
}

static int sealed_segment_from(uintptr_t addr)
{
	struct sealed *s = __sealed_from(addr);
	for (; s && s<__sealed_end(); s++)
		if (s->kind & KIND_SEGMENT) return 1;
	return 0;
}

/* Linux unmaps the mappings of the segment that are not sealed, and returns 0
 * even if some are. If none is sealed, the kernel does all of it. If the maps
 * can't be read, nothing is unmapped. */
static long do_shmdt(uintptr_t addr)
{
	struct mapping v;
	uintptr_t at, id = 0;
	int met = !!__sealed_in(addr, addr+PAGE_SIZE), known = 1;
	if ((addr & PAGE_MASK) || FAULT(SHMDT)) return raw_shmdt(addr);
	if (sealed_segment_from(addr))
		for (at=addr; !met && (known=__mapping_from(at, &v))>0;
		    at=v.end)
			met = attached_at(&v, addr)
				&& __sealed_in(v.start, v.end);
	if (!met && known >= 0) return raw_shmdt(addr);
	for (at=addr; (known=__mapping_from(at, &v))>0; at=v.end) {
		if (!attached_at(&v, addr) || (id && v.inode != id)) continue;
		id = v.inode;
		unmap_unsealed(v.start, v.end);
	}
	return known < 0 ? -EPERM : 0;
}

/* A private mapping, or more than one, is an invalid argument. */
static long remap_file_pages_refused(uintptr_t start, size_t len,
	unsigned long prot, size_t pgoff)
{
	start &= ~(uintptr_t)PAGE_MASK;
	len &= ~(size_t)PAGE_MASK;
	struct sealed *s = __sealed_in(start, start+len);
	if (prot || !s || pgoff+len/PAGE_SIZE < pgoff
	    || FAULT(REMAP_FILE_PAGES))
		return 0;
	if (s->start > start || s->end < start+len || !(s->kind & KIND_SHARED))
		return -EINVAL;
	return -EPERM;
}

/* brk does not fail: it returns the break, unchanged. */
static long do_brk(uintptr_t end)
{
	uintptr_t cur = __syscall(SYS_brk, 0);
	if (end && end < cur && __sealed_in(PAGE_UP(end), PAGE_UP(cur))
	    && !FAULT(BRK))
		return cur;
	return __syscall(SYS_brk, end);
}

/* The beginning */

/* Choose a fault by its name, for tests. "list" prints the names. */
static void choose_fault(const char *name)
{
	static const char names[][32] = {
#define FAULT_NAME(name, text) text,
		SEAL_FAULTS(FAULT_NAME)
#undef FAULT_NAME
	};
	size_t i;
	for (i=0; i<sizeof names/sizeof *names; i++) {
		if (!strcmp(name, names[i])) __seal_fault = i+1;
		if (strcmp(name, "list")) continue;
		__syscall(SYS_write, 1, names[i], strlen(names[i]));
		__syscall(SYS_write, 1, "\n", 1);
	}
	if (__seal_fault) return;
	if (strcmp(name, "list"))
		__seal_print("SEAL_EMULATION_FAULT: no such fault: ", name,
			"\n", (char *)0);
	__syscall(SYS_exit_group, strcmp(name, "list") ? 127 : 0);
}

/* The value of an environment variable, or null; NAME ends with "=". */
static const char *variable(const char *name)
{
	const size_t n = strlen(name);
	for (char **e=__environ; e && *e; e++)
		if (!strncmp(*e, name, n)) return *e+n;
	return 0;
}

/* If the kernel has mseal, or if /proc/self/maps can't be read, all is left to
 * the kernel; so it is for SEAL_EMULATION=off. */
static void choose(void)
{
	const char *word = variable("SEAL_EMULATION="), *fault;
	if (word && strcmp(word, "off") && strcmp(word, "say")) {
		__seal_print("SEAL_EMULATION: off or say, not ", word, "\n",
			(char *)0);
		__syscall(SYS_exit_group, 127);
	}
	has_seals = (word && *word == 'o')
		|| __syscall(SYS_mseal, 0, 0, 0) != -ENOSYS
		|| !__mappings_known();
	if (has_seals) return;
	if (word) __seal_print("mseal is emulated, for tests: no protection\n",
		(char *)0);
	if ((fault = variable("SEAL_EMULATION_FAULT="))) choose_fault(fault);
}

/* Called by mseal. Nothing can be refused before the first, but the table may
 * have to know of earlier calls, so they go the same way. Not enter and leave,
 * as a fault may change them. */
static void begin(void)
{
	sigset_t set;
	block_signals(&set);
	LOCK(lock);
	if (!begun) choose();
	begun = 1;
	UNLOCK(lock);
	restore_signals(&set);
}

/* System calls by their numbers */

static long emulate(long n, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	long r;
	switch (n) {
	case SYS_mseal:
		return __sealed_add(a, b, c);
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
		return do_mremap(a, b, c, d, e);
	case SYS_mprotect:
	case SYS_pkey_mprotect:
		return do_mprotect(n, a, b, c, d);
	case SYS_madvise:
		return do_madvise(a, b, c);
#ifdef SYS_process_madvise
	case SYS_process_madvise:
		return do_process_madvise(a, (void *)b, c, d, e);
#endif
#ifdef SYS_shmat
	case SYS_shmat:
		if ((r = shmat_refused(a, b, c))) return r;
		break;
	case SYS_shmdt:
		return do_shmdt(a);
#endif
#ifdef SYS_ipc
	case SYS_ipc:
		/* The upper half is a version. */
		if ((a & 0xffff) == IPCOP_shmat && (r = shmat_refused(b, e, c)))
			return r;
		if ((a & 0xffff) == IPCOP_shmdt) return do_shmdt(e);
		break;
#endif
#ifdef SYS_remap_file_pages
	case SYS_remap_file_pages:
		if ((r = remap_file_pages_refused(a, b, c, d))) return r;
		break;
#endif
	case SYS_brk:
		return do_brk(a);
	}
	return __syscall(n, a, b, c, d, e, f);
}

/* 1 if the call copies the process, which must not be while another thread
 * holds the lock; 0 if it creates one that shares memory, whose calls may need
 * the lock; -1 if it does neither. */
static int copies(long n, syscall_arg_t a, syscall_arg_t b)
{
#ifdef SYS_fork
	if (n == SYS_fork) return 1;
#endif
#ifdef SYS_clone3
	/* The flags are the first member, 64 bits wide. */
	if (n == SYS_clone3)
		return b >= 8 && readable((void *)a)
			&& !(*(uint64_t *)a & CLONE_VM);
#endif
	return n == SYS_clone ? !(SYS_CLONE_FLAGS(a, b) & CLONE_VM) : -1;
}

static long copy_process(long n, syscall_arg_t a, syscall_arg_t b,
	syscall_arg_t c, syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	sigset_t set;
	block_signals(&set);
	__seal_fork(-1);
	long r = __syscall(n, a, b, c, d, e, f);
	__seal_fork(!r);
	restore_signals(&set);
	return r;
}

long __seal_syscall(long n, syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t f)
{
	sigset_t set;
	long r;
	int copy = copies(n, a, b);
	if (n == SYS_mseal && !begun) begin();
	if (has_seals || !copy || !__seal_concerns(n))
		return __syscall(n, a, b, c, d, e, f);
	if (copy > 0) return copy_process(n, a, b, c, d, e, f);
#if defined SYS_mmap && defined SYS_mmap2
	/* SYS_mmap with a block of arguments has its offset in bytes. */
	if (SYS_MMAP_BLOCK && n == SYS_mmap) {
		const unsigned long *v = (void *)a;
		if (!readable(v) || !readable(v+4)) return __syscall(n, a);
		if (v[5] & PAGE_MASK) return -EINVAL;
		n = SYS_mmap2, f = v[5]/SYSCALL_MMAP2_UNIT;
		a = v[0], b = v[1], c = v[2], d = v[3], e = v[4];
	}
#endif
	enter(&set);
	r = emulate(n, a, b, c, d, e, f);
	leave(&set);
	return r;
}

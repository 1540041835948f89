#ifndef SPACE_H
#define SPACE_H

/* Memory to try things on, and a look at it that needs no /proc and changes
 * nothing: so it works on a kernel, under an emulator and with seals kept by
 * libc alike. */

#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

/* Same number on all architectures but alpha, whose numbers are shifted;
 * libc's header may be older than the call. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif

/* To try the suite on a libc that has no mseal(). */
#ifdef MSEAL_BY_SYSCALL
#include <unistd.h>
#define mseal mseal_by_syscall
static inline int mseal(void *start, size_t len, unsigned long flags)
{
	return syscall(SYS_mseal, start, len, flags);
}
#endif

extern size_t page;             /* the system's page size */
void space_init(void);          /* first of all, and again in each child */

/* This process is ended after so many seconds of processor time, which other programs don't
 * lengthen, or, as one that waits for ever takes none, several times as many of any. */
#define PATIENCE 5
void limit_time(int seconds);

/* Waits for a child that leads a process group and has such a limit, some seconds longer:
 * then the group is killed. 0, 1 if it was, or -1 and errno. A process can hold up what
 * its own limits do, by blocking the signals. */
int wait_for(int pid, int *status, int seconds);

/* A page as seen. Execution is not looked at: nothing here is executable. */
struct seen {
	unsigned char mapped, r, w, sealed;
	unsigned char byte;     /* the first one; 0 if not readable */
};

/* For a mapped page the trial of the seal is an mprotect to the protection
 * that the page has; of writability, a system call that writes the byte that is
 * there already. A writable private page so gets a copy of its own. */
struct seen look(const char *p);
/* Writes the first byte without a fault: 0, or -1 and EFAULT. */
int store(char *p, char byte);
int seen_same(struct seen a, struct seen b);
const char *seen_text(struct seen);

/* N pages of private anonymous memory between two inaccessible ones, of shared
 * memory, so that it does not merge with or grow into anything. A writable page
 * number i starts with 'a'+i. */
char *fresh(size_t n, int prot);
char *fresh_fd(size_t n, int prot, int flags, int fd);
/* A file without a name of N pages, each beginning with 'A'+i. */
int fresh_file(size_t n);

/* May descriptors be opened? Those that are open stay so. */
void leave_descriptors(int yes);

/* Where systems with mseal differ and mseal(2) leaves it open; differences.c
 * has the reasons. Found out by trying, in a child. */
extern struct dialect {
	int mprotect_in_order;  /* [unsealed][sealed]: the first is changed */
	int madvise_in_order;   /* the same for discards */
	int fork_advice_refused;        /* DONTFORK, WIPEONFORK: if writable, too */
	int file_fork_advice_refused;   /* the same of a read-only file mapping */
	int private_discard_refused;    /* of a read-only private file mapping */
} dialect;
void settle_dialect(void);

const char *errno_text(int e);

#endif

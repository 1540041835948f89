#ifndef SEAL_EMULATE_H
#define SEAL_EMULATE_H

/* Between the two halves of the emulation of mseal: emulate.c, which answers for
 * the kernel, and emulate_table.c, which knows what is sealed and what is mapped.
 * Addresses are those of whole pages; all is to be called with the emulation's
 * lock held. */

#include <stddef.h>
#include <stdint.h>
#include "libc.h"
#include "seal_arch.h"

/* Where SYS_mmap takes the address of its six arguments (beside a SYS_mmap2 that
 * takes them as they are). */
#ifndef SYS_MMAP_BLOCK
#define SYS_MMAP_BLOCK 0
#endif
/* The flags of SYS_clone, of its first two arguments. */
#ifndef SYS_CLONE_FLAGS
#define SYS_CLONE_FLAGS(a,b) (a)
#endif

#define PAGE_MASK (PAGE_SIZE-1)
#define PAGE_UP(x) (((uintptr_t)(x)+PAGE_MASK) & ~(uintptr_t)PAGE_MASK)

enum {
	KIND_ANON = 1,		/* no file, private */
	KIND_WRITABLE = 2,
	KIND_SHARED = 4,
	KIND_SPECIAL = 8,	/* the kernel's own, can't be split */
	KIND_SEGMENT = 16,	/* System V shared memory */
};

/* A line of /proc/self/maps. */
struct mapping {
	uintptr_t start, end;
	uintptr_t offset;	/* into the file, bytes */
	uintptr_t inode;	/* of a segment, its id */
	int kind;
	char perm[5];		/* as listed */
};

/* Part of a mapping that is sealed. Protection and kind can't change any more,
 * so they are what they were when it was. */
struct sealed {
	uintptr_t start, end;
	uintptr_t inode;	/* if it is shared */
	int kind;
};

/* The first mapping, or the first sealed part, that ends after addr: 1, or 0
 * if there is none, or of mappings -1 if that can't be known. Of what is sealed,
 * the next one is s+1, up to __sealed_end(). */
hidden int __mapping_from(uintptr_t addr, struct mapping *);
hidden struct sealed *__sealed_from(uintptr_t addr);
hidden struct sealed *__sealed_end(void);

/* The first sealed part that has a page of [start, end), or null. */
hidden struct sealed *__sealed_in(uintptr_t start, uintptr_t end);

/* As mseal(2): 0, -EINVAL or -ENOMEM, and then nothing has been sealed. */
hidden long __sealed_add(uintptr_t start, size_t len, unsigned long flags);

/* A range is about to get MADV_DONTFORK: 0 or -ENOMEM. And, in the child of a fork,
 * forget what it has not got for that. What can't be known stays. */
hidden int __sealed_leave_out(void);
hidden void __sealed_inherited(void);

/* Forget all; for a deliberate fault only. */
hidden void __sealed_forget(void);

/* Is there a /proc/self/maps? */
hidden int __mappings_known(void);

/* Deliberate faults, by SEAL_EMULATION_FAULT=NAME in the environment, for the
 * tests of the tests: one promise each that the emulation then breaks. */
#define SEAL_FAULTS(F) \
	F(MSEAL_ROUNDS_DOWN, "mseal-rounds-down") \
	F(MSEAL_UP_TO_THE_HOLE, "mseal-up-to-the-hole") \
	F(MSEAL_FORGETS_NEIGHBOURS, "mseal-forgets-neighbours") \
	F(TABLE_FULL, "table-full") \
	F(ERRORS_LAST, "errors-last") \
	F(MUNMAP_FIRST_PAGE_ONLY, "munmap-first-page-only") \
	F(MMAP_FIXED, "mmap-fixed") \
	F(MPROTECT_FIRST_PAGE_ONLY, "mprotect-first-page-only") \
	F(MREMAP_SOURCE, "mremap-source") \
	F(MREMAP_DESTINATION, "mremap-destination") \
	F(MREMAP_CUT_OFF, "mremap-cut-off") \
	F(MADVISE, "madvise-discards") \
	F(MADVISE_WRITABLE, "madvise-writable") \
	F(PROCESS_MADVISE, "process-madvise") \
	F(PKEY_MPROTECT, "pkey-mprotect") \
	F(SHMAT, "shmat-remap") \
	F(SHMDT, "shmdt-unmaps") \
	F(REMAP_FILE_PAGES, "remap-file-pages") \
	F(BRK, "brk-lowered") \
	F(FORK, "fork-forgets") \
	F(FORK_TAKES_NO_LOCK, "fork-takes-no-lock") \
	F(NO_LOCK, "no-lock") \
	F(SIGNALS_NOT_BLOCKED, "signals-not-blocked")

#define FAULT_ENUM(name, text) FAULT_ ## name,
enum { FAULT_NONE, SEAL_FAULTS(FAULT_ENUM) };
#undef FAULT_ENUM

extern hidden int __seal_fault;
#define FAULT(name) (__seal_fault == FAULT_ ## name)

#endif

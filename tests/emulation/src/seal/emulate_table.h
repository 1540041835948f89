#ifndef EMULATE_TABLE_H
#define EMULATE_TABLE_H

/* Between the two halves of the emulation of mseal: emulate.c answers in place
 * of the kernel, emulate_table.c knows which pages are sealed and mapped.
 * Addresses are multiples of the page size. The caller holds the emulation's
 * lock. */

#include <stddef.h>
#include <stdint.h>
#include "libc.h"
#include "syscall.h"
#include "emulate.h"

/* In here all calls are the kernel's. */
#undef __syscall
#define __syscall(...) __SYSCALL_DISP(__syscall,__VA_ARGS__)

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

/* A sealed part of a mapping. Its protection and kind were noted when it was
 * sealed and can't change any more. */
struct sealed {
	uintptr_t start, end;
	uintptr_t inode;	/* 0 unless shared */
	int kind;
};

/* The first mapping that ends after addr: 1, or 0 if there is none, or -1 if
 * the maps can't be read. The first sealed part that ends after addr, or null;
 * the next part is s+1, up to __sealed_end(). */
hidden int __mapping_from(uintptr_t addr, struct mapping *);
hidden struct sealed *__sealed_from(uintptr_t addr);
hidden struct sealed *__sealed_end(void);

/* The first sealed part that has a page of [start, end), or null. */
hidden struct sealed *__sealed_in(uintptr_t start, uintptr_t end);

/* As mseal(2). On -EINVAL or -ENOMEM nothing has been sealed. */
hidden long __sealed_add(uintptr_t start, size_t len, unsigned long flags);

/* Call the first before a range gets MADV_DONTFORK: 0 or -ENOMEM. Call the
 * second in the child of a fork: it forgets the parts that the child did not
 * inherit for that. If the maps can't be read, it keeps all. */
hidden int __sealed_leave_out(void);
hidden void __sealed_inherited(void);

/* Forget all; for a deliberate fault only. */
hidden void __sealed_forget(void);

/* 1 if /proc/self/maps can be read. */
hidden int __mappings_known(void);

/* Map anonymous, writable memory: its address, or a negative errno. */
hidden long __new_pages(size_t len);

/* Deliberate faults, for tests of the tests: with SEAL_EMULATION_FAULT=NAME in
 * the environment the emulation breaks one promise. */
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

#ifndef CHECK_H
#define CHECK_H

/* The checker that every test program links. It holds the process's own
 * /proc/self/smaps against what the ELF headers and the policy say must be
 * sealed and must not be, then tries to undo every seal it found.
 *
 * The host harness says by the environment what to expect:
 *
 *   CHECK_LEVEL   off | on | full | foreign    what must be sealed; or none:
 *                 leave smaps alone, where it does not tell (emulators)
 *   CHECK_ATTACK  refused | succeed | none     what attacks must come to;
 *                 by default refused, but none where nothing is sealed
 *   CHECK_PROBE   seals are emulated: smaps does not show them, so each page is
 *                 asked by a call that changes nothing, and tried for access.
 *                 With the value qemu, what is executable is not compared
 *   CHECK_BREAK   not to be grown: there is no room for it
 *   CHECK_EXEC    words to put before a program that is executed, if any
 *   CHECK_DUMP    print every mapping as "map: START-END PROT sl|-- NAME"
 *   CHECK_VERBOSE print one line per attack and not only the wrong ones
 *
 * Nothing here allocates: a heap that grows while smaps is being read would
 * be a mapping the list does not have.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define CHECK_SKIP 77

enum { SEAL_NO, SEAL_YES, SEAL_ANY };

/* Compare all of smaps with the expectations. WHEN goes into the messages. */
void check_maps(const char *when);

/* Attack every sealed mapping, each in a child. */
void check_attacks(const char *when);

/* Both of the above. */
void check_all(const char *when);

/* malloc and brk still work. */
void check_heap(const char *when);

/* An object that still has lazy relocations pending: its RELRO must be
 * writable and not sealed, the rest of it may be either. */
void check_set_pending(const char *name_part, int pending);

/* The loader's records are sealed (SEAL_YES) or not, whatever the objects
 * loaded suggest. */
void check_set_records(int sealed);

/* A range that the program sealed by itself. */
void check_own_seal(const void *p, size_t len);

/* Pages of an object that it keeps mutable: must not be sealed, and their
 * protection is the program's to say. Whole pages. */
void check_own_mutable(const void *p, size_t len);

size_t check_page_size(void);

/* Is the page at P sealed, by smaps? -1 if it is not mapped. */
int check_is_sealed(const void *p);

/* Protection of the page at P; -1 if it is not mapped. */
int check_prot(const void *p);

/* The same as a condition, with as much of it as can be told: see CHECK_PROBE. */
void check_want_prot(const void *p, int prot, const char *what);

/* The mapping that holds P, by smaps: 0, or -1 if there is none. */
int check_mapping(const void *p, uintptr_t *start, uintptr_t *end);

/* Calls F for each mapping that can be read and written. */
void check_each_writable(void (*f)(uintptr_t, uintptr_t, const char *name));

/* Where a debugger begins (struct r_debug); null in a static program. */
const void *check_debug(void);

/* Number of mappings whose name contains PART. */
int check_named(const char *part);

/* Total bytes mapped, and total bytes sealed. */
size_t check_mapped_bytes(void);
size_t check_sealed_bytes(void);

/* The level that the harness named: true if anything must be sealed now. */
int check_sealing(void);
void check_set_level(const char *level);

/* One condition: counts, and prints the message if it does not hold. */
int check_ok(int cond, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* A system call that must fail with ERR, or (ERR 0) succeed. */
int check_err(long ret, int err, const char *what);

/* A line, if CHECK_VERBOSE is set. */
void check_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Report the whole test as not run. */
void check_skip(const char *why);

/* mseal's number, on all architectures the same as that of its neighbours. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

/* From here on the system call NR (x86-64's number) fails with ERR in this
 * process. 0, or nonzero if filters can't be had. */
int check_forbid(unsigned nr, int err);

/* The same for calls whose first argument is P. */
int check_forbid_at(unsigned nr, const void *p, int err);

/* Prints the count; the program's exit status. */
int check_done(void);

#endif

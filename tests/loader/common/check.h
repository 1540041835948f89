#ifndef CHECK_H
#define CHECK_H

/* The checker that every test program links. It compares /proc/self/smaps with
 * the ranges that must and must not be sealed, by the ELF headers and the
 * policy, and then attacks every seal that it found.
 *
 * The host's harness tells it by the environment:
 *
 *   CHECK_LEVEL   off | on | full | foreign    the level to expect; or none:
 *                 ignore smaps, where it is not usable (emulators)
 *   CHECK_ATTACK  refused | succeed | none     the wanted outcome of attacks;
 *                 by default refused, but none where nothing is sealed
 *   CHECK_PROBE   seals are emulated and not in smaps: probe each page by calls
 *                 that change nothing. With the value qemu, the execute
 *                 permission is not compared
 *   CHECK_BREAK   do not grow the break: it has no room
 *   CHECK_EXEC    words to put before a program that is executed, if any
 *   CHECK_DUMP    print every mapping as "map: START-END PROT sl|-- NAME"
 *   CHECK_VERBOSE print each attack, not only the wrong ones
 *
 * Nothing here allocates: growing the heap while smaps is read would add a
 * mapping that the list lacks. */

#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>

#define CHECK_SKIP 77

enum { SEAL_NO, SEAL_YES, SEAL_ANY };

/* Compare all of smaps with the expectations. when is put in the messages. */
void check_maps(const char *when);

/* Attack every sealed mapping, each in a child. */
void check_attacks(const char *when);

/* Both of the above. */
void check_all(const char *when);

/* malloc and brk still work. */
void check_heap(const char *when);

/* An object with lazy relocations pending: its RELRO must be writable and not
 * sealed. The rest of it may be either. */
void check_set_pending(const char *name_part, int pending);

/* The loader's records must be sealed (SEAL_YES) or not, independent of the
 * loaded objects. */
void check_set_records(int sealed);

/* A range that the program itself sealed. */
void check_own_seal(const void *p, size_t len);

/* Whole pages of an object that it keeps mutable. They must not be sealed, and
 * may have any protection. */
void check_own_mutable(const void *p, size_t len);

size_t check_page_size(void);

/* Is the page at p sealed, by smaps? -1 if it is not mapped. */
int check_is_sealed(const void *p);

/* The protection of the page at p, or -1 if it is not mapped. */
int check_prot(const void *p);

/* Check that protection, as far as it can be known: see CHECK_PROBE. */
void check_want_prot(const void *p, int prot, const char *what);

/* The mapping that holds p, by smaps. Returns -1 if there is none. */
int check_mapping(const void *p, uintptr_t *start, uintptr_t *end);

/* Call f for each mapping that can be read and written. */
void check_each_writable(void (*f)(uintptr_t, uintptr_t, const char *name));

/* The struct r_debug that debuggers read; null in a static program. */
const void *check_debug(void);

/* The number of mappings with part in their names. */
int check_named(const char *part);

/* Total bytes mapped, and total bytes sealed. */
size_t check_mapped_bytes(void);
size_t check_sealed_bytes(void);

/* Must anything be sealed at the level that the harness named? */
int check_sealing(void);
void check_set_level(const char *level);

/* Count one check, and print the message if cond is false. */
int check_ok(int cond, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Check a system call's result: it must fail with err, or succeed if err is
 * 0. */
int check_err(long ret, int err, const char *what);

/* Print a line if CHECK_VERBOSE is set. */
void check_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Report the whole test as not run. */
void check_skip(const char *why);

/* mseal's number has the same distance to its neighbours everywhere. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

/* From now on the system call nr (x86-64's number) fails with err in this
 * process. Returns nonzero if that can't be arranged. */
int check_forbid(unsigned nr, int err);

/* The same, for calls with p as their first argument only. */
int check_forbid_at(unsigned nr, const void *p, int err);

/* Print the counts and return the program's exit status. */
int check_done(void);

#endif

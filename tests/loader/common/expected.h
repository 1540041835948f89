#ifndef EXPECTED_H
#define EXPECTED_H

/* The ranges that must and must not be sealed, by the ELF headers and the
 * policy. The cases tell what these can't: */

#include <stddef.h>

enum { SEAL_NO, SEAL_YES, SEAL_ANY };

/* An object with lazy relocations pending: its RELRO must be writable and not
 * sealed. The rest of it may be either. */
void check_set_pending(const char *name_part, int pending);

/* The loader's records must be sealed (SEAL_YES) or not, independent of the
 * loaded objects. */
void check_set_records(int sealed);

/* They have a protection key: sealed, and writable by their protection. */
void check_set_key(void);

/* A range that the program itself sealed. */
void check_own_seal(const void *p, size_t len);

/* Whole pages of an object that it keeps mutable. They must not be sealed, and
 * may have any protection. */
void check_own_mutable(const void *p, size_t len);

/* Compare all of smaps with the expectations. when is put in the messages. */
void check_maps(const char *when);

/* The struct r_debug that debuggers read; null in a static program. */
const void *check_debug(void);

#endif

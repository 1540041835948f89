#ifndef MAPPING_H
#define MAPPING_H

/* The process's mappings, by smaps: where, protection, sealed or not. Nothing
 * here allocates: growing the heap while smaps is read would add a mapping
 * that the list lacks. */

#include <stddef.h>
#include <stdint.h>

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

/* The number of mappings with part in their names. */
int check_named(const char *part);

/* Total bytes mapped, and total bytes sealed. */
size_t check_mapped_bytes(void);
size_t check_sealed_bytes(void);

/* Print every mapping: see CHECK_DUMP. */
void check_dump(void);

#endif

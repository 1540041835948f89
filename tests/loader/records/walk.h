#ifndef WALK_H
#define WALK_H

/* The loader's records, found where a debugger finds them: r_debug and the
 * objects' list, whose elements are the records. */

#include <stddef.h>
#include <stdint.h>

/* All lie on pages so protected, and sealed or not. */
void records_are(const char *when, int prot, int sealed);

/* How many words of writable memory, the program's own and the stack left
 * out, point into the mappings that the records are in. */
int records_pointers(void);

/* Of all bytes of these mappings. */
size_t records_checksum(void);

#endif

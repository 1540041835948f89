#ifndef SETTINGS_H
#define SETTINGS_H

/* The harness tells the checker by the environment:
 *
 *   CHECK_LEVEL   off | on | full | hard | foreign    the level to expect; or
 *                 none: ignore smaps, where it is not usable (emulators)
 *   CHECK_ATTACK  refused | succeed | none     the wanted outcome of attacks;
 *                 by default refused, but none where nothing is sealed
 *   CHECK_PROBE   seals are emulated and not in smaps: probe each page by calls
 *                 that change nothing. With the value qemu, the execute
 *                 permission is not compared
 *   CHECK_BREAK   do not grow the break: it has no room
 *   CHECK_EXEC    words to put before a program that is executed, if any
 *   CHECK_DUMP    print every mapping as "map: START-END PROT sl|-- NAME"
 *   CHECK_VERBOSE print each attack, not only the wrong ones */

#include <stddef.h>

/* Must anything be sealed at the level that the harness named? */
int check_sealing(void);
/* Is it the level hard? There relocated pages are in a file, where a discard
 * brings back the same contents; symbols are resolved at once; the stacks of
 * threads are sealed; and an mprotect is refused with EACCES. */
int check_hard(void);
void check_set_level(const char *level);

size_t check_page_size(void);

#endif

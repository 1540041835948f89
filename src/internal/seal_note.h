#ifndef SEAL_NOTE_H
#define SEAL_NOTE_H

/* The numbers with which an object says what of its writable data may be
 * sealed; docs/mutable.md specifies them. They are repeated in <sys/seal.h>,
 * which programs include; a unit test compares.
 *
 * SEAL_NOTE_TYPE is the mark, for linkers without -z memory-seal: one 32-bit
 * word of SEAL_NOTE_* bits.
 *
 * SEAL_NOTE_MUTABLE comes from <sys/seal.h>: four signed 32-bit words, each the
 * distance of an address from the word itself. In this order: a place in the
 * section of mutable data (the reference keeps the linker from dropping the
 * section), the start of the section, its end, and the start of the next
 * section, which is not mutable and begins on a page of its own. That is less
 * than SEAL_NOTE_PAGE after the end, unless the linker has put something
 * between.
 *
 * SEAL_NOTE_RECORD precedes a table of program headers that sealmark made. It
 * is never in a note segment. */
#define SEAL_NOTE_OWNER "musl-seal"
#define SEAL_NOTE_TYPE 1
#define SEAL_NOTE_DATA 1	/* RW data may be sealed */
#define SEAL_NOTE_OFF 2		/* of a program: seal nothing in its process */
#define SEAL_NOTE_SOFT 4	/* level hard is not for it: it makes code, say */
#define SEAL_NOTE_MUTABLE 3
#define SEAL_NOTE_PAGE 65536	/* bytes, the largest alignment that it uses */
#define SEAL_NOTE_RECORD 4

/* These are also in this libc's elf.h. The compiler complains if they differ
 * there, so include it first. */
#include <elf.h>
#define PT_GNU_MUTABLE	0x6474f555
#define NT_GNU_PROPERTY_TYPE_0	5
#define GNU_PROPERTY_MEMORY_SEAL	3

#endif

#ifndef SEAL_POLICY_H
#define SEAL_POLICY_H

/* The words of LD_SEAL, --seal= and configure --with-seal-default=, and the
 * notes by which an object asks for its writable data to be sealed. Pure:
 * no system call, no state; the unit tests compile it for the host. */

#include <features.h>
#include <stddef.h>

#ifndef hidden
#define hidden __attribute__((__visibility__("hidden")))
#endif

enum seal_level {
	SEAL_OFF,	/* nothing */
	SEAL_ON,	/* what is not writable after relocation; RW data of marked objects */
	SEAL_FULL,	/* RW data of every object too */
};

struct seal_policy {
	unsigned char level;	/* enum seal_level */
	unsigned char strict;	/* what can't be sealed is an error */
	unsigned char marked;	/* seal only if the main program is marked */
	unsigned char report;	/* a line per range on standard error */
	unsigned char emulate;	/* refuse in libc what no kernel refuses (tests) */
};

enum seal_parse {
	SEAL_PARSE_OK,
	SEAL_PARSE_UNKNOWN,	/* a word that is neither level nor flag */
	SEAL_PARSE_EMPTY,	/* nothing before, between or after commas */
	SEAL_PARSE_LEVELS,	/* a second level */
};

/* For the messages about words that are not known. */
#define SEAL_WORDS "levels: off on full; flags: strict marked report"

struct seal_word {
	const char *s;		/* into the parsed string, not terminated */
	size_t n;		/* bytes */
};

/* Read a comma-separated list of at most one level and any flags into *pol.
 * A level that the list does not name stays as it was in *pol; the flags
 * are those of the list alone. An empty string names nothing and is fine.
 * On any result but SEAL_PARSE_OK *pol is unchanged and *bad is the word at
 * fault. */
hidden enum seal_parse __seal_parse(struct seal_policy *pol, const char *words,
	struct seal_word *bad);

/* Our own mark, for linkers without -z memory-seal: an ELF note with this
 * owner and type, whose descriptor is one 32-bit word of SEAL_NOTE_* bits. */
#define SEAL_NOTE_OWNER "musl-seal"
#define SEAL_NOTE_TYPE 1
#define SEAL_NOTE_DATA 1	/* RW data may be sealed */

/* 1 if the notes in the n bytes at p hold a mark: ours, or
 * GNU_PROPERTY_MEMORY_SEAL (type 3 in a NT_GNU_PROPERTY_TYPE_0 note; x86-64
 * psABI Linux extensions for the format, binutils 2.44 for the type).
 * align is the segment's p_align: 8 pads to 8 bytes, all else to 4 (gABI).
 * Byte order and class are the machine's own. A malformed note ends the
 * search and marks nothing. */
hidden int __seal_note(const unsigned char *p, size_t n, size_t align);

#endif

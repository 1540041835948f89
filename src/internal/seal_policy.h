#ifndef SEAL_POLICY_H
#define SEAL_POLICY_H

/* The words of LD_SEAL, --seal= and configure --with-seal-default=, and the ELF
 * notes with which an object says which of its writable data may be sealed. No
 * system calls and no state, so the unit tests compile it for the host. */

#include <features.h>
#include <stddef.h>
#include <stdint.h>
#include "seal_note.h"
#include "seal_range.h"
#include "seal_words.h"

/* What configure was given as --with-seal-default=. */
#ifndef SEAL_DEFAULT
#define SEAL_DEFAULT "on"
#endif

enum seal_level {
	SEAL_OFF,	/* nothing */
	SEAL_ON,	/* all but RW data; RW data if marked */
	SEAL_FULL,	/* RW data of every object too */
	SEAL_HARD,	/* and nothing writes to code by force, nor adds any */
};

enum seal_dlopen {
	SEAL_DLOPEN_AUTO,	/* seal records if nothing refers to dlopen */
	SEAL_DLOPEN_KEPT,	/* only dlseal() seals them */
	SEAL_DLOPEN_NONE,	/* seal them; dlopen loads nothing */
};

struct seal_policy {
	unsigned char level;	/* enum seal_level */
	unsigned char strict;	/* a failure to seal is an error */
	unsigned char warn;	/* a line if nothing can be sealed */
	unsigned char marked;	/* seal only if the main program is marked */
	unsigned char report;	/* a line per range on standard error */
	unsigned char dlopen;	/* enum seal_dlopen */
	unsigned char pkey;	/* guard the records by a protection key */
	unsigned char audit;	/* a line per call that a seal refuses */
	unsigned char noexempt;	/* ignore what files say to leave unsealed */
	unsigned char nocode;	/* refuse new executable memory by a filter */
};

enum seal_parse {
	SEAL_PARSE_OK,
	SEAL_PARSE_UNKNOWN,	/* a word that is neither level nor flag */
	SEAL_PARSE_EMPTY,	/* nothing before, between or after commas */
	SEAL_PARSE_LEVELS,	/* a second level */
	SEAL_PARSE_DLOPEN,	/* dlopen and nodlopen */
};

/* For messages about bad words. */
#define SEAL_NAME(word, member, value) " " #word
#define SEAL_WORDS "levels:" SEAL_LEVELS(SEAL_NAME) \
	"; flags:" SEAL_FLAGS(SEAL_NAME)

struct seal_word {
	const char *s;		/* into the parsed string, not terminated */
	size_t n;		/* bytes */
};

/* Parse a comma-separated list of at most one level and any flags into *pol. If
 * the list has no level, *pol keeps its own; the flags are those of the list
 * alone. An empty string is a list of no words. On any result but SEAL_PARSE_OK
 * *pol is unchanged and *bad is the word at fault. */
hidden enum seal_parse __seal_parse(struct seal_policy *pol, const char *words,
	struct seal_word *bad);

/* The SEAL_NOTE_* bits that the notes in the n bytes at p set. The mark is a
 * bit of our note, or GNU_PROPERTY_MEMORY_SEAL (type 3 in a
 * NT_GNU_PROPERTY_TYPE_0 note; x86-64 psABI Linux extensions for the format,
 * binutils 2.44 for the type). align is the segment's p_align: 8 pads to 8
 * bytes, all else to 4 (gABI). Byte order and class are the machine's own. A
 * malformed note ends the search and sets nothing. */
hidden int __seal_note(const unsigned char *p, size_t n, size_t align);

/* The ranges that an object declares mutable. If they do not all fit that is an
 * error: an exemption is granted whole or not at all. */
#define SEAL_MUTABLE_MAX 64

struct seal_mutable {
	size_t n;
	struct seal_set pages;			/* whole mutable pages */
	struct seal_range r[SEAL_MUTABLE_MAX];	/* in bytes, as found */
};

/* Add the range to m->r unless it is empty or there already. Returns 0, or -1
 * if it wraps, is one too many, or overlaps a range at index from or above
 * without being equal to it. */
hidden int __seal_mutable_add(struct seal_mutable *m, size_t from,
	struct seal_range r);

/* Add the ranges of the SEAL_NOTE_MUTABLE notes in the n bytes at p, which are
 * at the address at when the program runs. Returns 0, or -1 if one of these
 * notes is malformed, if one overlaps another (see __seal_mutable_add for
 * from), or if a malformed note follows one. Other notes are skipped; a
 * malformed one ends the search. */
hidden int __seal_note_mutable(struct seal_mutable *m, size_t from,
	const unsigned char *p, size_t n, size_t align, uintptr_t at);

#endif

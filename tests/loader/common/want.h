/* The list of expected ranges, shared by the checker's own files. */

#ifndef WANT_H
#define WANT_H

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include "internal.h"

#pragma GCC visibility push(hidden)

enum { TEXT, RODATA, RELRO, DATA, GAP, VDSO, OWN, MUTABLE, RECORDS };
extern const char *const kindname[];

struct want {
	uintptr_t s, e;
	int kind, prot, seal;
	char any_prot;  /* any protection is right */
	char must_anon; /* must lie on anonymous pages */
	char hole_ok;   /* may be no mapping at all */
	char obj[96];
};

#define MAXWANT 2048
extern struct want want[MAXWANT];
extern size_t nwant;
void add_want(struct want w);

/* Fill both lists, maps and want. */
void collect(void);

/* Did the case say so? */
int is_own_mutable(uintptr_t a);
int is_pending(const char *name);

/* Parts of the list, each in the file of this name. */
enum { PROGRAM, LDSO, LIBRARY };
void want_object(int what, const char *name, uintptr_t base,
	const ElfW(Phdr) *ph, int n);
int is_marked(uintptr_t base, const ElfW(Phdr) *ph, int n);
void want_records(void);

/* 1 if the page of a, in ld.so's data, is one of the loader's records. */
int is_record(uintptr_t a);

#pragma GCC visibility pop

#endif

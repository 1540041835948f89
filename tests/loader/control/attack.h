#ifndef ATTACK_H
#define ATTACK_H

#include <stddef.h>
#include <stdint.h>
#include "find.h"

enum { HELD = 0, STOPPED = 10, CRASHED = 11, ABSENT = 12, CONTROL = 42 };

struct attack { const char *name; void (*f)(void); };
extern const struct attack by_dlopen[], in_libc[];

/* The attacker's function, and as many of its address as a table may hold. */
void evil(void);
#define TABLE 64
extern void (*evil_table[TABLE])(void);

/* The attacker's store of one word. It ends the process with STOPPED if it
 * faults, with ABSENT if at is null: there is no such pointer here. */
void put(uintptr_t at, uintptr_t value);
#define PUT(at, value) put((uintptr_t)(at), (uintptr_t)(value))

/* Each returns memory of the program's: a copy of a record, with bytes to spare
 * for any version; one in which a function of the object is the attacker's; one
 * by which the object has the attacker's destructors and constructors. */
#define RECORD 456
struct link_map *copy_record(const struct link_map *);
struct link_map *record_with_function(struct link_map *, const char *name);
struct link_map *record_with_ctors(struct link_map *);

/* A copy of an object's symbols in which a function is the attacker's. */
const ElfW(Sym) *symbols_with(struct link_map *, const char *name);

/* Replace a word of a record, or end with ABSENT. */
void put_in_record(struct link_map *, uintptr_t is, uintptr_t becomes);

#endif

#ifndef FIND_H
#define FIND_H

/* How an attacker who has learned of addresses finds a pointer to overwrite: by
 * the symbols of libc.so's file, by the list of objects that is there for
 * debuggers, by the relocations of an object. */

#include <link.h>
#include <stddef.h>
#include <stdint.h>

/* A variable of libc.so: the nth of this name and, if size is not 0, of this
 * size. Null if there is none. */
void *libc_variable(const char *name, size_t size, int nth);

/* The variable of libc.so that is there, or "". */
const char *libc_variable_at(uintptr_t);

/* The loader's record of an object, by a part of its name; "" is the
 * program. */
struct link_map *record_of(const char *name);

/* An entry of an object's dynamic section, or 0. The second adds the load
 * bias. */
size_t dynamic(struct link_map *, long tag);
uintptr_t dynamic_address(struct link_map *, long tag);

/* The slot by which an object calls a function or finds a variable. */
void **got_slot(struct link_map *, const char *symbol);

/* An object's symbol, or null. */
const ElfW(Sym) *symbol_of(struct link_map *, const char *name);

/* The first word of len bytes at p, from the one numbered *at on, that is
 * value. *at is its number. */
void **find_word(void *p, size_t len, uintptr_t value, size_t *at);

/* Read a word that may not be there. Returns 0, or -1. */
int read_word(uintptr_t at, uintptr_t *value);

#endif

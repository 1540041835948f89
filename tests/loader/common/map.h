/* The list of mappings, shared by the checker's own files. */

#ifndef MAP_H
#define MAP_H

#include <stddef.h>
#include <stdint.h>
#include "internal.h"

#pragma GCC visibility push(hidden)

struct map {
	uintptr_t s, e;
	int prot;
	char shared, anon, sealed;
	char flags[96];
	char name[160];
};

#define MAXMAPS 2048
extern struct map maps[MAXMAPS];
extern size_t nmaps;

size_t read_lines(const char *file, struct map *m, size_t max);
size_t read_smaps(struct map *m, size_t max);
struct map *map_at(uintptr_t a);
/* 1 if it is a shared mapping of a memfd that is sealed against writing: level
 * hard. */
int is_frozen(const struct map *);
const char *protstr(int prot, char *b);
int same_prot(int a, int b);

/* Emulated seals, in probe.c. */
void probe(struct map *m, uintptr_t a);
size_t read_probed(struct map *m, size_t max);
/* The range to probe. An attack sets it to its target, to save time. */
extern uintptr_t probe_from, probe_to;

#pragma GCC visibility pop

#endif

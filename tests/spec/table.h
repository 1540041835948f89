#ifndef TABLE_H
#define TABLE_H

/* The tables of this directory: what is sealed, and why not. */

#include <stddef.h>
#include <stdio.h>
#include "observed.h"

#define MAXCOLUMNS 8
#define MAXROWS 48
#define MAXWORDS 24

struct column {
	char name[16];
	char seal[32];          /* LD_SEAL */
	char *arg[16];          /* the command: program names are of OBJ_DIR */
	size_t nargs;
	struct observed seen;
};

struct row {
	int line;
	char object[32], kind[16], prot[4];
	char cell[MAXCOLUMNS][16];
};

struct table {
	char file[64];
	char *text;             /* the commands' words point into it */
	struct column column[MAXCOLUMNS];
	size_t ncolumns;
	struct row row[MAXROWS];
	size_t nrows;
};

/* Both exit if the file has an error: it is one of the test's own. */
void read_words(const char *file);
struct table *read_table(const char *dir, const char *name);

/* Is the mapping as the word says? */
int agrees(const char *word, const struct piece *p);

/* May there be no mapping where the cell has this word? */
int may_be_absent(const char *word);

/* The word that describes the mapping. If the report and smaps contradict each
 * other, "sealed?" or "unsealed?" after smaps. */
const char *word_of(const struct piece *p);

/* All words of the file, once each, for the test of the test. */
const char *nth_word(size_t n);

/* A row in the table's form, with one or all of its cells. */
void print_header(const struct table *t, FILE *f);
void print_row(const struct table *t, const struct row *r, FILE *f);

#endif

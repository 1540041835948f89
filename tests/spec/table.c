#include "table.h"
#include <stdlib.h>
#include <string.h>

/* The first two are values of struct piece's sealed. */
enum { UNSEALED, SEALED, ANY, NONE };
static const char *const states[] = { "unsealed", "sealed", "any", "-" };

/* One line of the file "words". */
static struct word { char word[16]; int state; char said[96]; }
	words[MAXWORDS];
static size_t nwords;

static char *slurp(const char *file)
{
	FILE *f = fopen(file, "r");
	char *s = calloc(1, 65536);
	if (!f || !s) {
		perror(file);
		exit(2);
	}
	s[fread(s, 1, 65535, f)] = 0;
	fclose(f);
	return s;
}

static void bad(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(2);
}

/* The next line without its end, or null. Counts in *n. */
static char *next_line(char **s, int *n)
{
	char *line = *s, *end = line + strcspn(line, "\n");
	if (!*line) return 0;
	*s = end + (*end == '\n');
	*end = 0;
	++*n;
	return line;
}

void read_words(const char *file)
{
	char *s = slurp(file), *at = s, *line, state[16];
	int n = 0, i;
	nwords = 0;
	while ((line = next_line(&at, &n))) {
		struct word *w = words+nwords;
		if (!*line || *line == '#') continue;
		if (nwords == MAXWORDS) bad(file, n, "too many words");
		if (sscanf(line, "%15s %15s %95[^\n]", w->word, state,
		    w->said) != 3)
			bad(file, n, "wanted: WORD SMAPS REPORT");
		for (i=0; i<=NONE && strcmp(state, states[i]); i++);
		if (i > NONE) bad(file, n, "no such state");
		w->state = i;
		nwords++;
	}
	free(s);
}

static int known(const char *word)
{
	for (size_t i=0; i<nwords; i++)
		if (!strcmp(words[i].word, word)) return 1;
	return 0;
}

static int states_of(const char *word)
{
	for (size_t i=0; i<nwords; i++)
		if (!strcmp(words[i].word, word)) return words[i].state;
	return -1;
}

/* "any" is for the kernel's mappings alone. */
static int fits(const struct word *w, const struct piece *p)
{
	if (strcmp(w->said, p->said)) return 0;
	if (w->state == ANY) return !strcmp(p->object, "kernel");
	return w->state == p->sealed;
}

int agrees(const char *word, const struct piece *p)
{
	for (size_t i=0; i<nwords; i++)
		if (!strcmp(words[i].word, word) && fits(words+i, p)) return 1;
	return 0;
}

int may_be_absent(const char *word)
{
	int state = states_of(word);
	return state == NONE || state == ANY;
}

const char *word_of(const struct piece *p)
{
	/* Another word may fit the same line of the report. */
	if (!strcmp(p->object, "kernel") && agrees("kernel", p))
		return "kernel";
	for (size_t i=0; i<nwords; i++)
		if (fits(words+i, p)) return words[i].word;
	return p->sealed ? "sealed?" : "unsealed?";
}

const char *nth_word(size_t n)
{
	for (size_t i=0; i<nwords; i++) {
		if (i && !strcmp(words[i].word, words[i-1].word)) continue;
		if (!n--) return words[i].word;
	}
	return 0;
}

/* "column NAME: LD_SEAL=WORDS COMMAND..." */
static void read_column(struct table *t, char *line, int n)
{
	struct column *c = t->column + t->ncolumns++;
	char *at, *w;
	if (t->ncolumns > MAXCOLUMNS) bad(t->file, n, "too many columns");
	if (sscanf(line, "column %15[^: ]: LD_SEAL=%31s", c->name,
	    c->seal) != 2)
		bad(t->file, n, "wanted: column NAME: LD_SEAL=WORDS COMMAND");
	at = strstr(line, "LD_SEAL=");
	at += strcspn(at, " ");
	for (w = strtok(at, " "); w; w = strtok(0, " ")) {
		if (c->nargs == 15) bad(t->file, n, "too long a command");
		c->arg[c->nargs++] = w;
	}
	if (!c->nargs) bad(t->file, n, "no command");
}

/* "object kind protection COLUMN..." */
static void read_heading(const struct table *t, char *line, int n)
{
	size_t i = 0;
	char *w;
	strtok(line, " ");
	for (w = strtok(0, " "); w; w = strtok(0, " "), i++)
		if (i >= t->ncolumns+2 || (i >= 2
		    && strcmp(w, t->column[i-2].name)))
			bad(t->file, n, "other columns than above");
	if (i != t->ncolumns+2) bad(t->file, n, "too few columns");
}

static void read_row(struct table *t, char *line, int n)
{
	struct row *r = t->row + t->nrows++;
	size_t i = 0;
	char *w;
	if (t->nrows > MAXROWS) bad(t->file, n, "too many rows");
	r->line = n;
	for (w = strtok(line, " "); w; w = strtok(0, " "), i++) {
		if (i == 0) snprintf(r->object, sizeof r->object, "%s", w);
		else if (i == 1) snprintf(r->kind, sizeof r->kind, "%s", w);
		else if (i == 2) snprintf(r->prot, sizeof r->prot, "%s", w);
		else if (i-3 >= t->ncolumns) bad(t->file, n, "too many cells");
		else if (!known(w)) bad(t->file, n, "unknown word");
		else snprintf(r->cell[i-3], sizeof r->cell[0], "%s", w);
	}
	if (i != t->ncolumns+3) bad(t->file, n, "too few cells");
}

struct table *read_table(const char *dir, const char *name)
{
	struct table *t = calloc(1, sizeof *t);
	char *at, *line;
	int n = 0, heading = 0;
	if (!t) abort();
	snprintf(t->file, sizeof t->file, "%s/%s", dir, name);
	at = t->text = slurp(t->file);
	while ((line = next_line(&at, &n))) {
		if (!*line || *line == '#') continue;
		if (!strncmp(line, "column ", 7)) {
			read_column(t, line, n);
		} else if (!strncmp(line, "object ", 7)) {
			read_heading(t, line, n);
			heading = 1;
		} else if (!heading) {
			bad(t->file, n, "a row before the heading");
		} else {
			read_row(t, line, n);
		}
	}
	if (!t->nrows) bad(t->file, n, "no rows");
	return t;
}

/* As wide as the widest word below it, and two spaces. */
static int width(const struct table *t, size_t column)
{
	size_t w = strlen(t->column[column].name);
	for (size_t i=0; i<t->nrows; i++)
		if (strlen(t->row[i].cell[column]) > w)
			w = strlen(t->row[i].cell[column]);
	return w+2;
}

static void print_end(FILE *f, const char *s, int width, int last)
{
	if (last) fprintf(f, "%s\n", s);
	else fprintf(f, "%-*s", width, s);
}

void print_header(const struct table *t, FILE *f)
{
	fprintf(f, "    %-16s%-10s%-12s", "object", "kind", "protection");
	for (size_t i=0; i<t->ncolumns; i++)
		print_end(f, t->column[i].name, width(t, i),
			i == t->ncolumns-1);
}

void print_row(const struct table *t, const struct row *r, FILE *f)
{
	fprintf(f, "    %-16s%-10s%-12s", r->object, r->kind, r->prot);
	for (size_t i=0; i<t->ncolumns; i++)
		print_end(f, r->cell[i], width(t, i), i == t->ncolumns-1);
}

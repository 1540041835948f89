#include "observed.h"
#include <stdlib.h>
#include <string.h>

struct line {
	unsigned long start, end;
	char prot[4], kind[16], file[256], said[96];
};

/* The later line wins, since dlopen and dlseal report anew. But the records may
 * lie in ld.so's data, whichever is reported first. */
static const struct line *line_at(const struct line *l, size_t n,
	unsigned long a)
{
	const struct line *found = 0;
	for (; n--; l++) {
		if (a < l->start || a >= l->end) continue;
		if (found && !strcmp(found->kind, "records")
		    && strcmp(l->kind, "records")) continue;
		found = l;
	}
	return found;
}

/* The next address after a at which any line starts or ends. */
static unsigned long border(const struct line *l, size_t n, unsigned long a,
	unsigned long end)
{
	for (; n--; l++) {
		if (l->start > a && l->start < end) end = l->start;
		if (l->end > a && l->end < end) end = l->end;
	}
	return end;
}

static const char *base_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	return slash ? slash+1 : path;
}

static int is_loader(const char *path)
{
	const char *b = base_of(path);
	return !strncmp(b, "ld-musl-", 8) || !strcmp(b, "libc.so")
		|| !strcmp(b, "ld.so");
}

/* The name that the tables have for an object. */
static const char *object_of(const char *path, const char *program)
{
	if (is_loader(path)) return "ld.so";
	if (!strcmp(base_of(path), base_of(program))) return "program";
	if (!strcmp(path, "[stack]")) return "process";
	if (*path == '[') return "kernel";
	return base_of(path);
}

/* "seal: START-END PROT KIND FILE: sealed" or "...: not sealed: REASON" */
static size_t read_report(struct line *l, size_t max, const char *s, FILE *f,
	int *wrong)
{
	size_t n = 0;
	for (; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		char rest[512], *colon;
		int len = strcspn(s, "\n");
		if (n < max && sscanf(s, "seal: %lx-%lx %3s %15s %511[^\n]",
		    &l->start, &l->end, l->prot, l->kind, rest) == 5
		    && (colon = strstr(rest, ": "))) {
			*colon = 0;
			colon += 2;
			if (!strncmp(colon, "not sealed: ", 12)) colon += 12;
			snprintf(l->file, sizeof l->file, "%.255s", rest);
			snprintf(l->said, sizeof l->said, "%.95s", colon);
			l++, n++;
			continue;
		}
		fprintf(f, "  wanted: a line of the report\n  got: %.*s\n",
			len, s);
		++*wrong;
	}
	return n;
}

/* malloc has the break and mappings without a name, the first of two pages. Only
 * that which a block is in, or of a larger one the block's page, is known to be
 * its own. */
#define HEAP_PAGE 4096UL

static void unreported(struct piece *p, const char *name, unsigned long block)
{
	unsigned long from = block & -HEAP_PAGE;
	if (p->end-p->start == 2*HEAP_PAGE && from-p->start < 2*HEAP_PAGE) {
		name = "[heap]";
	} else if (from == p->start) {
		p->end = from+HEAP_PAGE;
		name = "[heap]";
	} else if (from > p->start && from < p->end) {
		p->end = from;
	}
	snprintf(p->object, sizeof p->object, "%s", name[0] != '[' ? "process"
		: name[1] == 'v' || name[1] == 'u' ? "kernel" : "process");
	if (!strncmp(name, "[vvar", 5)) name = "[vvar]";
	snprintf(p->kind, sizeof p->kind, "%.*s",
		name[0] == '[' ? (int)strcspn(name+1, "]") : 15,
		name[0] == '[' ? name+1 : name[0] == '/' ? "file" : name);
	strcpy(p->said, "-");
}

/* RELRO stays writable while relocations are pending. The report names the
 * protection that it gets then. */
static int right_prot(const struct line *l, const char *prot)
{
	return !strcmp(l->prot, prot) || (!strcmp(l->kind, "relro")
		&& strcmp(l->said, "sealed") && !strcmp(prot, "rw-"));
}

static int reported(struct piece *p, const struct line *l, const char *name,
	const char *program, FILE *f)
{
	int wrong = 0;
	snprintf(p->object, sizeof p->object, "%.31s",
		object_of(l->file, program));
	strcpy(p->kind, l->kind);
	strcpy(p->said, l->said);
	if (!right_prot(l, p->prot)) {
		fprintf(f, "  %lx-%lx %s %s: wanted %s as reported, got %s\n",
			p->start, p->end, p->object, p->kind, l->prot, p->prot);
		wrong++;
	}
	if (!strcmp(l->file, "[stack]")) strcpy(p->kind, "stack");
	if (*name == '/' && strcmp(object_of(name, program), p->object)
	    && strncmp(name, "/memfd:seal ", 12)) {
		fprintf(f, "  %lx-%lx: wanted a file of %s as reported,"
			" got %s\n", p->start, p->end, p->object, name);
		wrong++;
	}
	return wrong;
}

static int same(const struct piece *a, const struct piece *b)
{
	return a->end == b->start && a->sealed == b->sealed
		&& !strcmp(a->object, b->object) && !strcmp(a->kind, b->kind)
		&& !strcmp(a->prot, b->prot) && !strcmp(a->said, b->said);
}

static void add(struct observed *o, const struct piece *p)
{
	if (o->n && same(o->piece+o->n-1, p)) {
		o->piece[o->n-1].end = p->end;
		return;
	}
	if (o->n == MAXPIECES) {
		fprintf(stderr, "more than %d mappings\n", MAXPIECES);
		exit(2);
	}
	o->piece[o->n++] = *p;
}

/* Every reported page must be mapped. */
static int check_mapped(const struct observed *o, const struct line *l,
	FILE *f)
{
	unsigned long a = l->start;
	for (size_t i=0; i<o->n; i++)
		if (o->piece[i].start <= a && o->piece[i].end > a)
			a = o->piece[i].end;
	if (a >= l->end) return 0;
	fprintf(f, "  %lx-%lx %s %s: wanted a mapping as reported, got none"
		" at %lx\n", l->start, l->end, l->file, l->kind, a);
	return 1;
}

int observe(struct observed *o, const char *report, const char *maps,
	const char *program, FILE *f)
{
	static struct line line[256];
	int wrong = 0;
	size_t i, n = read_report(line, sizeof line/sizeof *line, report, f,
		&wrong);
	unsigned long block = 0;
	o->n = 0;
	if (!strncmp(maps, "heap: ", 6)) {
		block = strtoul(maps+6, 0, 16);
		maps += strcspn(maps, "\n");
		maps += *maps == '\n';
	}
	for (const char *s=maps; *s; s += strcspn(s, "\n"), s += *s == '\n') {
		unsigned long start, end;
		struct piece p = { 0 };
		char seal[3], name[256];
		if (sscanf(s, "map: %lx-%lx %3s %2s %255[^\n]", &start, &end,
		    p.prot, seal, name) != 5) {
			fprintf(f, "  wanted: a mapping\n  got: %.*s\n",
				(int)strcspn(s, "\n"), s);
			wrong++;
			continue;
		}
		p.sealed = !strcmp(seal, "sl");
		for (; start<end; start=p.end) {
			const struct line *l = line_at(line, n, start);
			p.start = start;
			p.end = border(line, n, start, end);
			if (l) wrong += reported(&p, l, name, program, f);
			else unreported(&p, name, block);
			add(o, &p);
		}
	}
	for (i=0; i<n; i++) wrong += check_mapped(o, line+i, f);
	return wrong;
}

/* Compares the tables of this directory with processes. A table names the
 * programs to run, one for each column, and has a row for each kind of mapping
 * in them. Every mapping must belong to one row, and be what its cell says: by
 * the loader's report, and by smaps. */

#include "harness.h"
#include "table.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif

static const char *const names[] = {
	"dynamic", "library", "marked", "dlopen", "static", "static-pie",
	"mutable", "lazy", "foreign"
};
#define NTABLES (sizeof names/sizeof *names)

/* ---- running a column ---------------------------------------------- */

/* Does smaps show seals, by "sl"? If not the program probes its pages. */
static int smaps_shows_seals(void)
{
	long page = sysconf(_SC_PAGESIZE);
	char line[256];
	int found = 0;
	FILE *f = fopen("/proc/self/smaps", "r");
	void *p = mmap(0, page, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED) syscall(SYS_mseal, p, page, 0);
	while (f && fgets(line, sizeof line, f))
		found |= !strncmp(line, "VmFlags:", 8) && strstr(line, " sl");
	if (f) fclose(f);
	return found;
}

/* The path of a program in OBJ_DIR/spec; ld.so is the loader. */
static const char *path_of(const char *word)
{
	return !strcmp(word, "ld.so") ? ldso : built(fmt("spec/%s", word));
}

/* Run the command of a column, and note the mappings. */
static int run_column(struct column *c, FILE *f)
{
	static int probe = -1;
	const char *argv[17] = { 0 };
	struct result *r;
	size_t i, program = 0;
	if (probe < 0) probe = !smaps_shows_seals();
	for (i=0; i<c->nargs; i++)
		argv[i] = !strcmp(c->arg[i], "ld.so") || i == program
			|| strstr(c->arg[i], ".so") ? path_of(c->arg[i])
			: c->arg[i];
	if (!strcmp(c->arg[0], "ld.so")) argv[1] = path_of(c->arg[++program]);
	r = run_v(ENV(fmt("LD_SEAL=%s,report", c->seal),
		probe ? "CHECK_PROBE=1" : "NOTHING="), argv);
	want_status(r, 0);
	return observe(&c->seen, r->err, r->out, argv[program], f);
}

static struct table *get(const char *name)
{
	const char *dir = getenv("SPEC");
	read_words(fmt("%s/words", dir ? dir : "spec"));
	return read_table(dir ? dir : "spec", fmt("%s.table", name));
}

/* Returns the number of contradictions that no row could describe. */
static int run_table(struct table *t, FILE *f)
{
	int wrong = 0;
	for (size_t i=0; i<t->ncolumns; i++)
		wrong += run_column(t->column+i, f);
	return wrong;
}

/* ---- comparing ----------------------------------------------------- */

static int describes(const struct row *r, const struct piece *p)
{
	return !strcmp(r->object, p->object) && !strcmp(r->kind, p->kind)
		&& !strcmp(r->prot, p->prot);
}

/* One line: the wanted or actual cell of one column. */
static void say(FILE *f, const char *what, const struct column *c,
	const struct row *r, const char *cell)
{
	fprintf(f, "  %-8s%-16s%-10s%-12s%s: %s\n", what, r->object, r->kind,
		r->prot, c->name, cell);
}

static void say_piece(FILE *f, const struct column *c, const struct piece *p)
{
	struct row r = { 0 };
	strcpy(r.object, p->object);
	strcpy(r.kind, p->kind);
	strcpy(r.prot, p->prot);
	say(f, "got", c, &r, word_of(p));
	fprintf(f, "          %lx-%lx, smaps: %s, report: %s\n", p->start,
		p->end, p->sealed ? "sealed" : "unsealed", p->said);
}

static int compare_piece(const struct table *t, size_t column,
	const struct piece *p, FILE *f)
{
	const struct row *r = 0;
	int rows = 0;
	for (size_t i=0; i<t->nrows; i++) {
		if (!describes(t->row+i, p)) continue;
		r = t->row+i;
		rows++;
	}
	if (rows == 1 && agrees(r->cell[column], p)) return 0;
	if (rows == 1) say(f, "wanted", t->column+column, r, r->cell[column]);
	else fprintf(f, "  wanted  one row for this mapping, not %d\n", rows);
	say_piece(f, t->column+column, p);
	return 1;
}

static int compare_row(const struct table *t, size_t column,
	const struct row *r, FILE *f)
{
	const struct observed *o = &t->column[column].seen;
	if (may_be_absent(r->cell[column])) return 0;
	for (size_t i=0; i<o->n; i++)
		if (describes(r, o->piece+i)) return 0;
	say(f, "wanted", t->column+column, r, r->cell[column]);
	say(f, "got", t->column+column, r, "none");
	return 1;
}

/* The number of differences between the table and its processes. */
static int compare(const struct table *t, FILE *f)
{
	int n = 0;
	for (size_t c=0; c<t->ncolumns; c++) {
		const struct observed *o = &t->column[c].seen;
		for (size_t i=0; i<o->n; i++)
			n += compare_piece(t, c, o->piece+i, f);
		for (size_t i=0; i<t->nrows; i++)
			n += compare_row(t, c, t->row+i, f);
	}
	return n;
}

/* ---- printing the processes as a table ----------------------------- */

static void clear(const struct table *t, struct row *r)
{
	for (size_t c=0; c<t->ncolumns; c++) strcpy(r->cell[c], "none");
}

static int is_clear(const struct table *t, const struct row *r)
{
	for (size_t c=0; c<t->ncolumns; c++)
		if (strcmp(r->cell[c], "none")) return 0;
	return 1;
}

static struct row *row_for(struct table *t, const struct piece *p)
{
	struct row *r;
	for (size_t i=0; i<t->nrows; i++)
		if (describes(t->row+i, p)) return t->row+i;
	if (t->nrows == MAXROWS) return t->row;
	r = t->row + t->nrows++;
	strcpy(r->object, p->object);
	strcpy(r->kind, p->kind);
	strcpy(r->prot, p->prot);
	clear(t, r);
	return r;
}

static void print_got(const struct table *wanted, FILE *f)
{
	struct table t = *wanted;
	size_t c, i;
	for (i=0; i<t.nrows; i++) clear(&t, t.row+i);
	for (c=0; c<t.ncolumns; c++)
		for (i=0; i<t.column[c].seen.n; i++) {
			const struct piece *p = t.column[c].seen.piece+i;
			struct row *r = row_for(&t, p);
			if (!strcmp(r->cell[c], "none"))
				strcpy(r->cell[c], word_of(p));
			else if (!agrees(r->cell[c], p))
				strcpy(r->cell[c], "both");
		}
	print_header(&t, f);
	for (i=0; i<t.nrows; i++)
		if (!is_clear(&t, t.row+i)) print_row(&t, t.row+i, f);
}

static void print_wanted(const struct table *t, FILE *f)
{
	print_header(t, f);
	for (size_t i=0; i<t->nrows; i++) print_row(t, t->row+i, f);
}

static void release(struct table *t)
{
	free(t->text);
	free(t);
}

/* Other architectures have other segments. */
static void need_all(void)
{
	struct utsname u;
	need_mseal();
	if (uname(&u) || strcmp(u.machine, "x86_64"))
		skip_case("the tables are those of x86_64");
}

static void one(const char *name)
{
	need_all();
	struct table *t = get(name);
	int wrong = run_table(t, stderr) + compare(t, stderr);
	if (wrong) {
		fprintf(stderr, "  wanted, by %s:\n", t->file);
		print_wanted(t, stderr);
		fprintf(stderr, "  got:\n");
		print_got(t, stderr);
	}
	release(t);
	if (wrong) fail();
}

#define TABLE(name, file) \
static void name(void **state) { (void)state; one(file); }
TABLE(dynamic, "dynamic")
TABLE(library, "library")
TABLE(marked, "marked")
TABLE(dlopen_, "dlopen")
TABLE(static_, "static")
TABLE(static_pie, "static-pie")
TABLE(mutable, "mutable")
TABLE(lazy, "lazy")

static void foreign(void **state)
{
	(void)state;
	if (!*upstream)
		skip_case("unmodified musl was not built");
	one("foreign");
}

/* ---- the test of the test ------------------------------------------ */

/* Every other word in every cell must be a difference. Cells with "kernel"
 * are left out: on one kernel, stricter words are right as well. So is "kernel"
 * in place of "none", for a mapping that is not there. */
static void wrong_cells_of(struct table *t, FILE *f)
{
	const char *word;
	for (size_t c=0; c<t->ncolumns; c++)
	for (size_t i=0; i<t->nrows; i++)
	for (size_t n=0; (word = nth_word(n)); n++) {
		char *cell = t->row[i].cell[c], right[16];
		if (!strcmp(cell, word) || !strcmp(cell, "kernel")
		    || (!strcmp(cell, "none") && !strcmp(word, "kernel")))
			continue;
		strcpy(right, cell);
		strcpy(cell, word);
		if (!compare(t, f)) {
			fprintf(stderr, "  %s:%d: column %s: wanted a"
				" difference with %s in place of %s, got"
				" none\n", t->file, t->row[i].line,
				t->column[c].name, word, right);
			fail();
		}
		strcpy(cell, right);
	}
}

/* A row less, and a row twice. */
static void wrong_rows_of(struct table *t, FILE *f)
{
	size_t last = t->nrows-1, i;
	for (i=0; i<=last; i++) {
		struct row r = t->row[i];
		int optional = 1;
		for (size_t c=0; c<t->ncolumns; c++)
			optional &= may_be_absent(r.cell[c]);
		if (optional) continue;
		t->row[i] = t->row[last];
		t->nrows--;
		if (!compare(t, f)) {
			fprintf(stderr, "  %s:%d: wanted a difference without"
				" this row, got none\n", t->file, r.line);
			fail();
		}
		t->nrows++;
		t->row[i] = r;
		t->row[t->nrows++] = r;
		if (!compare(t, f)) {
			fprintf(stderr, "  %s:%d: wanted a difference with"
				" this row twice, got none\n", t->file, r.line);
			fail();
		}
		t->nrows--;
	}
}

/* A seal less or more, and a report that is wrong about it. */
static void wrong_seals_of(struct table *t, FILE *f)
{
	for (size_t c=0; c<t->ncolumns; c++)
	for (size_t i=0; i<t->column[c].seen.n; i++) {
		struct piece *p = t->column[c].seen.piece+i, right = *p;
		if (!strcmp(word_of(p), "kernel")) continue;
		p->sealed = !p->sealed;
		int by_smaps = compare(t, f);
		*p = right;
		strcpy(p->said, p->sealed ? "level is off" : "sealed");
		int by_report = compare(t, f);
		*p = right;
		if (by_smaps && by_report) continue;
		fprintf(stderr, "  %s: column %s, %s %s: wanted a difference"
			" with another %s, got none\n", t->file,
			t->column[c].name, p->object, p->kind,
			by_smaps ? "report" : "seal");
		fail();
	}
}

static void each_table(void (*f)(struct table *, FILE *))
{
	need_all();
	FILE *null = fopen("/dev/null", "w");
	for (size_t i=0; i<NTABLES; i++) {
		if (!strcmp(names[i], "foreign") && !*upstream) continue;
		struct table *t = get(names[i]);
		if (run_table(t, null) || compare(t, null)) {
			fprintf(stderr, "  %s: wanted no difference to begin"
				" with, got some\n", t->file);
			fail();
		}
		f(t, null);
		release(t);
	}
	fclose(null);
}

static void wrong_cells(void **state)
{
	(void)state;
	each_table(wrong_cells_of);
}

static void wrong_rows(void **state)
{
	(void)state;
	each_table(wrong_rows_of);
}

static void wrong_seals(void **state)
{
	(void)state;
	each_table(wrong_seals_of);
}

#define MAP "map: 00001000-00003000 rw- sl /lib/libc.so\n"
#define DATA "seal: 1000-3000 rw- data /lib/ld-musl-x.so.1: sealed\n"

/* A report that contradicts the mappings, by lines made for it. */
static void contradictions(void **state)
{
	static const struct { const char *report, *maps; int wrong; } c[] = {
		{ DATA, MAP, 0 },
		{ "", MAP, 0 },
		/* of half the memory, of more, of none */
		{ "seal: 1000-2000 rw- data ld.so: sealed\n", MAP, 0 },
		{ "seal: 1000-4000 rw- data ld.so: sealed\n", MAP, 1 },
		{ "seal: 5000-6000 rw- data ld.so: sealed\n", MAP, 1 },
		/* protection, file, no line of a report, no mapping */
		{ "seal: 1000-3000 r-- data ld.so: sealed\n", MAP, 1 },
		{ "seal: 1000-3000 rw- data other.so: sealed\n", MAP, 1 },
		{ DATA "ld.so: warning\n", MAP, 1 },
		{ DATA, MAP "error\n", 1 },
	};
	FILE *null = fopen("/dev/null", "w");
	struct observed o;
	(void)state;
	for (size_t i=0; i<sizeof c/sizeof *c; i++) {
		int got = observe(&o, c[i].report, c[i].maps, "program", null);
		if (got == c[i].wrong) continue;
		fprintf(stderr, "  report: %s  mappings: %s  wanted %d"
			" contradictions, got %d\n", c[i].report, c[i].maps,
			c[i].wrong, got);
		fail();
	}
	fclose(null);
}

/* Records may lie in the data of ld.so, and be reported before or after it. */
static void records_in_data(void **state)
{
#define RECORDS "seal: 2000-3000 r-- records ld.so: dlopen\n"
#define MAPS "map: 00001000-00002000 rw- sl /lib/libc.so\n" \
	"map: 00002000-00003000 r-- -- anonymous\n"
	static const char *const report[] = { DATA RECORDS, RECORDS DATA };
	struct observed o;
	(void)state;
	for (int i=0; i<2; i++) {
		assert_int_equal(observe(&o, report[i], MAPS, "", stderr), 0);
		assert_int_equal(o.n, 2);
		assert_string_equal(o.piece[0].kind, "data");
		assert_string_equal(o.piece[1].kind, "records");
	}
}

/* A mapping that no row has. */
static void unexpected_mapping(void **state)
{
	(void)state;
	need_all();
	struct table *t = get("dynamic");
	FILE *null = fopen("/dev/null", "w");
	t->column[1].arg[t->column[1].nargs++] = "map";
	assert_int_equal(run_table(t, stderr), 0);
	assert_int_equal(compare(t, null), 1);
	fclose(null);
	release(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dynamic),
		cmocka_unit_test(library),
		cmocka_unit_test(marked),
		cmocka_unit_test(dlopen_),
		cmocka_unit_test(static_),
		cmocka_unit_test(static_pie),
		cmocka_unit_test(mutable),
		cmocka_unit_test(lazy),
		cmocka_unit_test(foreign),
		cmocka_unit_test(wrong_cells),
		cmocka_unit_test(wrong_rows),
		cmocka_unit_test(wrong_seals),
		cmocka_unit_test(unexpected_mapping),
		cmocka_unit_test(contradictions),
		cmocka_unit_test(records_in_data),
	};
	return SUITE("spec", tests);
}

/* generate SEED LAST N [flags]: print library N of 1 to LAST and some more, for
 * dlopen, as C with the words of library.h, or with "flags" the options to link
 * it with. Library 0 is the program.
 *
 * Library LAST defines all names that are not only for weak references, so that
 * all other references have a definition. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* f: functions that are called. Numbers in a row make names that differ in the
 *    lowest bit of the GNU hash.
 * g: functions that are called and have their addresses taken.
 * d: data. t: data of threads.
 * v: functions with versions.
 * n: nowhere defined, only referred to. */
static const struct pool {
	char letter;
	int count;
} pools[] = { {'f', 40}, {'g', 20}, {'d', 24}, {'t', 6}, {'v', 10}, {'n', 8} };
#define NPOOLS (sizeof pools/sizeof *pools)

/* The same hash, in pairs. */
static const char *const colliding[] = { "xAb", "xBA", "qAbz", "qBAz" };

static unsigned state;
static int n, last;

static unsigned draw(unsigned k)
{
	state = state*1103515245u+12345u;
	return (state>>16) % k;
}

/* The words that define a name, and whether the library may refer to it. */
static const struct kind {
	const char *letters, *word;
	int versioned, usable;
} kinds[] = {
	{ "fgv", "FUNCTION", 0, 1 }, { "fgv", "FUNCTION", 0, 1 },
	{ "fgv", "WEAK_FUNCTION", 0, 1 }, { "fgv", "HIDDEN_FUNCTION", 0, 1 },
	{ "fv", "PROTECTED_FUNCTION", 0, 1 }, { "fg", "LOCAL_FUNCTION", 0, 0 },
	{ "fg", "ZERO", 0, 0 },
	{ "d", "DATA", 0, 1 }, { "d", "DATA", 0, 1 },
	{ "d", "WEAK_DATA", 0, 1 }, { "d", "HIDDEN_DATA", 0, 1 },
	{ "d", "LOCAL_DATA", 0, 0 }, { "d", "UNIQUE_DATA", 0, 1 },
	{ "t", "THREAD", 0, 1 }, { "t", "THREAD", 0, 1 },
	{ "t", "HIDDEN_THREAD", 0, 1 },
	{ "v", "OLD_VERSION", 1, 0 }, { "v", "OLD_VERSION", 1, 0 },
	{ "v", "NEW_VERSION", 1, 0 },
};
#define NKINDS (sizeof kinds/sizeof *kinds)

static int versioned(void)
{
	return n%3 == 1 && n != last;
}

static const struct kind *kind_for(char letter)
{
	const struct kind *k;
	do k = kinds + (n == last ? 0 : draw(NKINDS));
	while (!strchr(k->letters, letter) || (k->versioned && !versioned()));
	return k;
}

static struct name {
	char letter, text[16];
	const struct kind *kind;	/* null if it is not defined here */
	int used;
} names[120];
static size_t nnames;

static void add(char letter, const char *text)
{
	names[nnames].letter = letter;
	strcpy(names[nnames++].text, text);
}

static void all_names(void)
{
	char text[16];
	for (size_t i=0; i<NPOOLS; i++) for (int k=0; k<pools[i].count; k++) {
		snprintf(text, sizeof text, "%c%d", pools[i].letter, k);
		add(pools[i].letter, text);
	}
	for (size_t i=0; i<sizeof colliding/sizeof *colliding; i++)
		add('f', colliding[i]);
}

static void define(struct name *m)
{
	static const struct kind all[] = {
		{ "fgv", "FUNCTION", 0, 1 }, { "d", "DATA", 0, 1 },
		{ "t", "THREAD", 0, 1 },
	};
	if (n == last) {
		for (size_t i=0; i<sizeof all/sizeof *all; i++)
			if (strchr(all[i].letters, m->letter)) m->kind = all+i;
	} else {
		m->kind = kind_for(m->letter);
	}
	printf("%s(%s)\n", m->kind->word, m->text);
}

/* Weak, so that nothing is found at link time; but not for the program, which
 * shall have copies of data, and functions at addresses of its own. */
static void declare(const struct name *m)
{
	const char *weak = m->letter == 'n' || (n && strchr("gd", m->letter))
		? "WEAK_" : "";
	printf("EXTERN_%s%s(%s)\n", weak, m->letter == 'd' ? "DATA"
		: m->letter == 't' ? "THREAD" : "FUNCTION", m->text);
}

static void each(const char *letters, const char *word)
{
	for (size_t i=0; i<nnames; i++)
		if (names[i].used && strchr(letters, names[i].letter))
			printf("\t%s(%s)\n", word, names[i].text);
}

static void source(void)
{
	printf("#define N %d\n#include \"library.h\"\n", n);
	/* Some define nothing but the report: a table with one bucket. */
	int often = n == last ? 100 : n%8 == 7 || !n ? 0 : 2+draw(30);
	for (size_t i=0; i<nnames; i++) {
		struct name *m = names+i;
		if (m->letter != 'n' && (int)draw(100) < often) define(m);
		m->used = draw(3) == 0 && (!m->kind || m->kind->usable);
		if (m->used && !m->kind) declare(m);
	}
	/* This one can't be loaded. */
	if (n == last+3) puts("int nobody(void);");
	puts("TABLE = {");
	each("gn", "IN_TABLE");
	each("d", "DATA_IN_TABLE");
	puts("\t{ 0 }\n};\nREPORT\n{\n\tREPORT_TABLE");
	each("fgv", "CALL");
	each("gn", "TAKE");
	each("d", "TAKE_DATA");
	each("t", "READ");
	if (n == last+3) puts("\tnobody();");
	puts("}");
	if (n) return;
	puts("const char *const names[] = {");
	for (size_t i=0; i<nnames; i++) printf("\t\"%s\",\n", names[i].text);
	puts("\t0\n};");
}

/* One library of some seeds has no GNU hash. */
static void flags(int seed)
{
	int sysv = seed%3 == 1 ? -1 : seed%3 == 2 ? 17 : 22;
	const char *hash = n == sysv ? "sysv" : draw(4) ? "gnu" : "both";
	printf("-Wl,--hash-style=%s,-z,%s", hash, draw(2) ? "now" : "lazy");
	if (n && n != last && !draw(4)) printf(",-Bsymbolic");
	if (versioned()) printf(",--version-script=loader/lookup/versions");
	puts("");
}

int main(int argc, char **argv)
{
	if (argc < 4) return 1;
	last = atoi(argv[2]);
	n = atoi(argv[3]);
	state = atoi(argv[1])*1000+n;
	draw(2);
	all_names();
	if (argc > 4) flags(atoi(argv[1]));
	else source();
	return 0;
}

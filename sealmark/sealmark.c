#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "edit.h"
#include "replace.h"
#include "../sealmap/util.h"

static const char usage[] =
"usage: sealmark [OPTION]... FILE...\n"
"Show or change the marks of a finished program or library.\n"
"\n"
"Without options, show whether it is marked (its writable data may be sealed),\n"
"and its mutable ranges. Options may be combined; --unmark comes first.\n"
"\n"
"  -m, --mark           mark it\n"
"  -u, --unmark         take away all of these marks and mutable ranges\n"
"  -r, --mutable=WHAT   keep a range mutable: a section's name, or START-END,\n"
"                       hexadecimal addresses of the file; whole pages are\n"
"                       (may be given several times)\n"
"  -x, --exempt         keep all of it mutable\n"
"  -o, --off            of a program: seal nothing in its process\n"
"  -n, --not-hard       level hard is not for it, since it makes code, say\n"
"  -a, --append         if a file has no room inside and data appended to it, put\n"
"                       the change behind that data; wrong for programs that look\n"
"                       for the data from the end of the file\n"
"  -h, --help           this text\n"
"  -V, --version\n"
"\n"
"A file is replaced as a whole, with mode and owner kept, or left as it is.\n"
"Exit status: 0 done, 1 something could not be done, 2 wrong usage.\n"
"What sealmark has added, --unmark takes away to the last byte.\n";

static const char *name;

static int complain(const char *file, const char *why, int error)
{
	warn("%s: %s%s%s", file, why, error ? ": " : "",
		error ? strerror(error) : "");
	return 1;
}

static void note(const char *what)
{
	warn("%s: note: %s", name, what);
}

/* Print a range and the sections in it. */
static void show_range(const struct image *im, struct range r, const char *kind)
{
	printf("  mutable: %08llx-%08llx (%s)", (unsigned long long)r.start,
		(unsigned long long)r.end, kind);
	for (unsigned i=0; i<image_sections(im); i++) {
		struct section s = image_section(im, i);
		if (s.flags & SHF_ALLOC && s.size && s.addr < r.end
		    && s.addr+s.size > r.start
		    && !(s.flags & SHF_TLS && s.type == SHT_NOBITS))
			printf(" %s", s.name);
	}
	putchar('\n');
}

static int show(const char *file, const struct image *im)
{
	struct state st;
	const char *error = edit_state(im, &st);
	int interp = 0, type = GET(im, 0, Ehdr, e_type);
	if (error) return complain(file, error, 0);
	for (unsigned i=0; i<im->phnum; i++)
		interp |= image_phdr(im, i).type == PT_INTERP;
	printf("%s: %d-bit, %s-endian, %s%s\n", file, im->form.is64 ? 64 : 32,
		im->form.big ? "big" : "little", type == ET_EXEC ? "fixed address" :
		"position-independent", interp ? ", with an interpreter" : "");
	printf("  marked: %s\n", st.marked ? "yes" : "no");
	if (st.off) printf("  off: nothing is sealed in its process\n");
	if (st.soft) printf("  not hard: at level hard its process runs at"
		" full\n");
	for (size_t i=0; i<st.n; i++) show_range(im, st.r[i], "program header");
	for (size_t i=0; i<st.nnotes; i++) show_range(im, st.note[i], "note");
	if (!st.n && !st.nnotes) printf("  mutable: nothing\n");
	return 0;
}

static int change(const char *file, const struct old_file *f, struct image *im,
	const struct edit *e)
{
	unsigned char *before = malloc(f->n);
	if (!before) die("out of memory");
	memcpy(before, f->p, f->n);
	const char *error = edit_apply(im, e, note);
	int ret = 0;
	if (error) {
		ret = complain(file, error, 0);
	} else if (im->n != f->n || memcmp(im->p, before, f->n)) {
		if (old_replace(f, im->p, im->n, im->hole, im->hole_end,
		    &error))
			ret = complain(file, error, errno);
	}
	if (im->p != f->p) free(im->p);
	free(before);
	return ret;
}

static int one(const char *file, const struct edit *e, int changes)
{
	struct old_file f;
	struct image im;
	const char *why;
	int ret;
	name = file;
	if (old_open(&f, file, &why)) {
		ret = complain(file, why ? why : "cannot read it",
			why ? 0 : errno);
	} else if ((why = image_open(&im, f.p, f.n))) {
		ret = complain(file, why, 0);
	} else {
		ret = changes ? change(file, &f, &im, e) : show(file, &im);
	}
	old_close(&f);
	return ret;
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "mark", no_argument, 0, 'm' },
		{ "unmark", no_argument, 0, 'u' },
		{ "mutable", required_argument, 0, 'r' },
		{ "exempt", no_argument, 0, 'x' },
		{ "off", no_argument, 0, 'o' },
		{ "not-hard", no_argument, 0, 'n' },
		{ "append", no_argument, 0, 'a' },
		{ "help", no_argument, 0, 'h' },
		{ "version", no_argument, 0, 'V' },
		{ 0 }
	};
	const char **mutables = 0;
	struct edit e = { 0 };
	int c, ret = 0, changes = 0;
	util_program("sealmark", 1);
	while ((c = getopt_long(argc, argv, "mur:xonahV", options, 0)) != -1) {
		changes |= c != 'a';
		switch (c) {
		case 'm': e.mark = 1; break;
		case 'u': e.unmark = 1; break;
		case 'x': e.exempt = 1; break;
		case 'o': e.off = 1; break;
		case 'n': e.soft = 1; break;
		case 'a': e.append = 1; break;
		case 'r':
			mutables = grow(mutables, e.nmutables,
				sizeof *mutables);
			mutables[e.nmutables++] = optarg;
			break;
		case 'h': fputs(usage, stdout); return 0;
		case 'V': puts("sealmark " TOOLS_VERSION); return 0;
		default: fputs("try sealmark --help\n", stderr); return 2;
		}
	}
	e.mutables = mutables;
	if (optind == argc) {
		fputs(usage, stderr);
		return 2;
	}
	for (; optind < argc; optind++) ret |= one(argv[optind], &e, changes);
	if (fflush(stdout) || ferror(stdout))
		ret = complain("output", "cannot write it", errno);
	free(mutables);
	return ret;
}

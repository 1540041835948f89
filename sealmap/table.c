#define _GNU_SOURCE
#include "sealmap.h"
#include <inttypes.h>
#include <string.h>

const char *paint(const char *code)
{
	static char buf[4][16];
	static unsigned at;
	if (!opt.colour) return "";
	snprintf(buf[++at%4], sizeof *buf, "\33[%sm", code);
	return buf[at%4];
}

/* The colours of the pictures for executable, read-only and writable; red for
 * writable and executable. */
static const char *prot_colour(unsigned prot)
{
	if ((prot & (W|X)) == (W|X)) return "1;31";
	return prot & X ? "33" : prot & W ? "32" : prot & R ? "34" : "2";
}

static void state(FILE *f, const struct space *sp, const struct map *m)
{
	if (m->sealed == YES)
		fprintf(f, "%s%s%s%s", paint("1"), m->by ? m->by : "yes",
			paint("0"), discardable(m) ? " *" : "");
	else if (m->sealed == UNKNOWN) fputs("?", f);
	else
		fprintf(f, "%sno: %s%s",
			paint(missing(sp, m, SEAL_ON) ? "31" : "2"), m->why,
			paint("0"));
	fputc('\n', f);
}

static int name_width(const struct space *sp)
{
	size_t w = 6, l, max = opt.width ? opt.width-64 : 60;
	for (size_t i=0; i<sp->n; i++)
		if ((l = text_columns(object_name(sp, sp->maps+i))) > w) w = l;
	if (opt.width && opt.width < 79) max = 15;
	return w < max ? w : max;
}

void show_table(FILE *f, const struct space *sp)
{
	int w = name_width(sp), starred = 0;
	fprintf(f, "%s%-*s %-25s prot   size kind    sealed by%s\n", paint("1"),
		w, "object", "addresses", paint("0"));
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		put_text(f, object_name(sp, m), -w);
		fprintf(f, " %012"PRIx64"-%012"PRIx64" %s%s%s%s %6s %-7s ",
			m->start, m->end,
			paint(prot_colour(m->prot)), prot_text(m->prot),
			m->shared ? "s" : "-", paint("0"),
			size_text(m->end-m->start), kind_name(m->kind));
		state(f, sp, m);
		starred |= discardable(m);
	}
	if (starred)
		fputs("* written pages of a file: madvise(MADV_DONTNEED) still"
			" brings the file's contents back\n", f);
	fputc('\n', f);
}

void show_shares(FILE *f, const struct space *sp)
{
	struct amount a[SHARES];
	if (sp->blind) {
		fprintf(f, "It can't be told what is sealed: %s.\n", sp->blind);
		return;
	}
	space_shares(sp, a);
	fputs("Immutable until the process ends:\n", f);
	for (int i=0; i<SHARES; i++) {
		if (!a[i].bytes) continue;
		fprintf(f,
			"%s%6.1f %%%s  %-30s %7s of %6s, %zu of %zu mappings\n",
			paint("1"), percent(a+i), paint("0"), share_names[i],
			size_text(a[i].sealed), size_text(a[i].bytes),
			a[i].maps_sealed, a[i].maps);
	}
}

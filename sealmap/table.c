#define _GNU_SOURCE
#include "sealmap.h"
#include <inttypes.h>
#include <string.h>

/* The colours of the pictures for executable, read-only and writable; red for
 * writable and executable. */
static const char *prot_colour(unsigned prot)
{
	if ((prot & (W|X)) == (W|X)) return "1;31";
	return prot & X ? "33" : prot & W ? "32" : prot & R ? "34" : "2";
}

static void state(const struct out *out, const struct space *sp,
	const struct map *m)
{
	FILE *f = out->f;
	if (m->sealed == YES)
		fprintf(f, "%s%s%s%s", paint(out, "1"), m->by ? m->by : "yes",
			paint(out, "0"), discardable(m) ? " *"
			: out_of_reach(m) ? " +" : "");
	else if (m->sealed == UNKNOWN) fputs("?", f);
	else
		fprintf(f, "%sno: %s%s",
			paint(out, missing(sp, m, SEAL_ON) ? "31" : "2"), m->why,
			paint(out, "0"));
	fputc('\n', f);
}

static int name_width(const struct space *sp, int columns)
{
	size_t w = 6, l, max = columns ? columns-64 : 60;
	for (size_t i=0; i<sp->n; i++)
		if ((l = text_columns(object_name(sp, sp->maps+i))) > w) w = l;
	if (columns && columns < 79) max = 15;
	return w < max ? w : max;
}

void show_table(const struct out *out, const struct space *sp)
{
	FILE *f = out->f;
	int w = name_width(sp, out->width), starred = 0, crossed = 0;
	fprintf(f, "%s%-*s %-25s prot   size kind    sealed by%s\n", paint(out, "1"),
		w, "object", "addresses", paint(out, "0"));
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		put_text(out, object_name(sp, m), -w);
		fprintf(f, " %012"PRIx64"-%012"PRIx64" %s%s%s%s %6s %-7s ",
			m->start, m->end,
			paint(out, prot_colour(m->prot)), prot_text(m->prot),
			m->shared ? "s" : "-", paint(out, "0"),
			size_text(m->end-m->start), kind_name(m->kind));
		state(out, sp, m);
		starred |= discardable(m);
		crossed |= out_of_reach(m);
	}
	if (starred)
		fputs("* written pages of a file: madvise(MADV_DONTNEED) still"
			" brings the file's contents back\n", f);
	if (crossed)
		fputs("+ not writable even by force: neither by /proc/PID/mem"
			" nor by ptrace\n", f);
	fputc('\n', f);
}

void show_shares(const struct out *out, const struct space *sp)
{
	FILE *f = out->f;
	struct amount a[SHARES];
	if (sp->blind) {
		fprintf(f, "It can't be told what is sealed: %s.\n", sp->blind);
		return;
	}
	space_shares(sp, a);
	fputs("Immutable until the process ends:\n", f);
	for (int i=0; i<SHARES; i++) {
		if (!a[i].bytes || (i == S_FORCE && !a[i].sealed)) continue;
		fprintf(f,
			"%s%6.1f %%%s  %-30s %7s of %6s, %zu of %zu mappings\n",
			paint(out, "1"), percent(a+i), paint(out, "0"), share_names[i],
			size_text(a[i].sealed), size_text(a[i].bytes),
			a[i].maps_sealed, a[i].maps);
	}
}

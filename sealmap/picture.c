#define _GNU_SOURCE
#include "sealmap.h"
#include <inttypes.h>

/* The address space from low to high addresses, a line for each object and a
 * column for each kind of access. Filled cells are immutable. Lengths are
 * logarithmic: one cell for a page, one more for each doubling. */

#define CELLS 13

struct bar { uint64_t bytes, sealed; };

static int cells(uint64_t bytes, uint64_t page)
{
	int n = 0;
	for (; bytes >= page && n < CELLS; bytes /= 2) n++;
	return n ? n : bytes > 0;
}

static void draw_bar(FILE *f, const struct bar *b, uint64_t page,
	const char *colour)
{
	const char *full = opt.utf8 ? "\xe2\x96\x88" : "#",
		*empty = opt.utf8 ? "\xe2\x96\x91" : ".";
	int n = cells(b->bytes, page), k = 0, i;
	if (b->bytes) k = (double)n*b->sealed/b->bytes + 0.5;
	if (b->sealed && !k) k = 1;
	if (b->sealed < b->bytes && k == n && n > 1) k = n-1;
	fputs(paint(colour), f);
	for (i=0; i<n; i++) fputs(i < k ? full : empty, f);
	fputs(paint("0"), f);
	for (; i<=CELLS; i++) fputc(' ', f);
}

static void draw_region(FILE *f, const struct space *sp, size_t first,
	size_t end)
{
	static const char *const colours[] = { "33", "34", "32" };
	struct bar b[COLUMNS] = {{0}};
	const struct map *m = sp->maps+first;
	int width = opt.width > 80 ? 22+opt.width-80 : 22;
	for (size_t i=first; i<end; i++) {
		struct bar *c = b + column_of(sp->maps+i);
		c->bytes += sp->maps[i].end - sp->maps[i].start;
		if (sp->maps[i].sealed == YES)
			c->sealed += sp->maps[i].end - sp->maps[i].start;
	}
	fprintf(f, "%012"PRIx64"  ", m->start);
	put_text(f, region_name(sp, first, end), width < 40 ? -width : -40);
	fputc(' ', f);
	if (!b[C_EXEC].bytes && !b[C_READONLY].bytes && !b[C_WRITABLE].bytes)
		fprintf(f, "(%s without access)", size_text(b[C_NONE].bytes));
	else
		for (int c=0; c<C_NONE; c++)
			draw_bar(f, b+c, sp->page, colours[c]);
	fputc('\n', f);
}

void show_picture(FILE *f, const struct space *sp)
{
	int width = opt.width > 80 ? 22+opt.width-80 : 22;
	uint64_t last = 0;
	if (width > 40) width = 40;
	fprintf(f, "%s%-*s %-13s %-13s %-13s%s\n", paint("1"), width+14, "",
		"executable", "read-only", "writable", paint("0"));
	for (size_t i=0, end; i<sp->n; i=end) {
		end = region_end(sp, i);
		if (last && sp->maps[i].start-last >= WIDE_GAP)
			fprintf(f, "%s%11s %s %s%s\n", paint("2"), "",
				opt.utf8 ? "\xe2\x8b\xae" : ":",
				size_text(sp->maps[i].start-last), paint("0"));
		draw_region(f, sp, i, end);
		last = sp->maps[end-1].end;
	}
	fprintf(f, "\n%*s%s  each %s more is twice as much\n", width+15, "",
		opt.utf8 ? "\xe2\x96\x88 immutable   \xe2\x96\x91 mutable"
		: "# immutable   . mutable", opt.utf8 ? "\xe2\x96\x88" : "#");
	fputc('\n', f);
}

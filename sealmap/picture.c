#define _GNU_SOURCE
#include "sealmap.h"
#include <inttypes.h>

/* The address space from low to high addresses, a line for each object and a
 * column for each kind of access. Filled cells are immutable. Lengths are
 * logarithmic: one cell for a page, one more for each doubling. */

#define CELLS 13

static int name_width(const struct out *out)
{
	int width = out->width > 80 ? 22+out->width-80 : 22;
	return width < 40 ? width : 40;
}

struct bar { uint64_t bytes, sealed; };

static int cells(uint64_t bytes, uint64_t page)
{
	int n = 0;
	for (; bytes >= page && n < CELLS; bytes /= 2) n++;
	return n ? n : bytes > 0;
}

static void draw_bar(const struct out *out, const struct bar *b, uint64_t page,
	const char *colour)
{
	FILE *f = out->f;
	const char *full = out->utf8 ? "\xe2\x96\x88" : "#",
		*empty = out->utf8 ? "\xe2\x96\x91" : ".";
	int n = cells(b->bytes, page), k = 0, i;
	if (b->bytes) k = (double)n*b->sealed/b->bytes + 0.5;
	if (b->sealed && !k) k = 1;
	if (b->sealed < b->bytes && k == n && n > 1) k = n-1;
	fputs(paint(out, colour), f);
	for (i=0; i<n; i++) fputs(i < k ? full : empty, f);
	fputs(paint(out, "0"), f);
	for (; i<=CELLS; i++) fputc(' ', f);
}

static void draw_region(const struct out *out, const struct space *sp,
	size_t first, size_t end)
{
	static const char *const colours[] = { "33", "34", "32" };
	struct bar b[COLUMNS] = {{0}};
	const struct map *m = sp->maps+first;
	FILE *f = out->f;
	int width = name_width(out);
	for (size_t i=first; i<end; i++) {
		struct bar *c = b + column_of(sp->maps+i);
		c->bytes += sp->maps[i].end - sp->maps[i].start;
		if (sp->maps[i].sealed == YES)
			c->sealed += sp->maps[i].end - sp->maps[i].start;
	}
	fprintf(f, "%012"PRIx64"  ", m->start);
	put_text(out, region_name(sp, first, end), -width);
	fputc(' ', f);
	if (!b[C_EXEC].bytes && !b[C_READONLY].bytes && !b[C_WRITABLE].bytes)
		fprintf(f, "(%s without access)", size_text(b[C_NONE].bytes));
	else
		for (int c=0; c<C_NONE; c++)
			draw_bar(out, b+c, sp->page, colours[c]);
	fputc('\n', f);
}

void show_picture(const struct out *out, const struct space *sp)
{
	FILE *f = out->f;
	int width = name_width(out);
	uint64_t last = 0;
	fprintf(f, "%s%-*s %-13s %-13s %-13s%s\n", paint(out, "1"), width+14, "",
		"executable", "read-only", "writable", paint(out, "0"));
	for (size_t i=0, end; i<sp->n; i=end) {
		end = region_end(sp, i);
		if (last && sp->maps[i].start-last >= WIDE_GAP)
			fprintf(f, "%s%11s %s %s%s\n", paint(out, "2"), "",
				out->utf8 ? "\xe2\x8b\xae" : ":",
				size_text(sp->maps[i].start-last), paint(out, "0"));
		draw_region(out, sp, i, end);
		last = sp->maps[end-1].end;
	}
	fprintf(f, "\n%*s%s  each %s more is twice as much\n", width+15, "",
		out->utf8 ? "\xe2\x96\x88 immutable   \xe2\x96\x91 mutable"
		: "# immutable   . mutable", out->utf8 ? "\xe2\x96\x88" : "#");
	fputc('\n', f);
}

#define _GNU_SOURCE
#include "sealmap.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* The address space from low to high addresses, in lines like text. An object
 * is a box and a mapping is a field in it, coloured by access: full if it is
 * immutable, pale if not. Widths are logarithmic and wide holes are cut, or the
 * holes would fill the picture.
 *
 * Only rectangles, paths and text in common fonts are used, since slide
 * programs read little more of SVG. */

#define WIDTH 1280.0
#define MARGIN 48.0
#define INNER (WIDTH-2*MARGIN)
#define TOP 258.0		/* y of the first line */
#define FOOT 64.0
#define BAR 58.0		/* height of a box */
/* mean width of a label's character in DejaVu Sans Bold */
#define GLYPH 8.7
#define HOLE 46.0		/* width of a wide hole */

enum ink { I_FULL, I_PALE, I_TEXT };
static const char *const inks[COLUMNS+1][3] = {
	[C_EXEC] = { "#c8500a", "#fbe3d2", "#9a3d06" },
	[C_READONLY] = { "#1f66ad", "#dbe8f6", "#184f87" },
	[C_WRITABLE] = { "#0a8564", "#d5f0e6", "#07634b" },
	[C_NONE] = { "#75808c", "#eceff2", "#59626c" },
	/* writable and executable */
	[COLUMNS] = { "#a3155f", "#f8d6e7", "#7d1049" },
};

static const char *ink(const struct map *m, enum ink i)
{
	int c = (m->prot & (W|X)) == (W|X) ? COLUMNS : (int)column_of(m);
	return inks[c][i];
}

static double log2_pages(const struct map *m, uint64_t page)
{
	double n = 0;
	for (uint64_t b=(m->end-m->start)/page; b > 1; b /= 2) n++;
	return n;
}

static double map_width(const struct space *sp, const struct map *m,
	double scale)
{
	return (10 + 6*log2_pages(m, sp->page))*scale;
}

static void label(FILE *f, double x, double y, double size,
	const char *attributes, const char *s, size_t max)
{
	fprintf(f, "<text x=\"%.1f\" y=\"%.1f\" font-size=\"%.1f\" %s>", x, y,
		size, attributes);
	put_xml(f, s, max);
	fputs("</text>\n", f);
}

static void rect(FILE *f, double x, double y, double w, double h,
	const char *fill, const char *more)
{
	fprintf(f,
		"<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\""
		" fill=\"%s\" %s/>\n", x, y, w, h, fill, more);
}

static void padlock(FILE *f, double x, double y)
{
	fprintf(f,
		"<path d=\"M%.1f %.1fv-2.6a3.1 3.1 0 0 1 6.2 0v2.6\""
		" fill=\"none\" stroke=\"#fff\" stroke-width=\"1.5\"/>\n",
		x-3.1, y);
	rect(f, x-4.6, y, 9.2, 7, "#fff", "rx=\"1.4\"");
}

static void draw_map(FILE *f, const struct map *m, double x, double y, double w)
{
	int sealed = m->sealed == YES;
	double middle = x+w/2;
	char attributes[80];
	snprintf(attributes, sizeof attributes,
		"text-anchor=\"middle\" fill=\"%s\"",
		sealed ? "#fff" : ink(m, I_TEXT));
	fprintf(f, "<g><title>%"PRIx64"-%"PRIx64" %s %s %s: ", m->start, m->end,
		prot_text(m->prot),
		size_text(m->end-m->start), kind_name(m->kind));
	put_xml(f, *m->name ? m->name : "anonymous", 0);
	fputs(sealed ? ", sealed by " : ", not sealed: ", f);
	put_xml(f, sealed ? (m->by ? m->by : "?") : m->why, 0);
	fputs("</title>\n", f);
	rect(f, x+.6, y+.6, w-1.2, BAR-1.2, ink(m, sealed ? I_FULL : I_PALE),
		"");
	if (sealed && w >= 13) padlock(f, middle, y+14);
	if (w >= 40) {
		label(f, middle, y+36, 11, attributes, kind_name(m->kind), 0);
		label(f, middle, y+50, 10, attributes,
			size_text(m->end-m->start), 0);
	}
	fputs("</g>\n", f);
}

static void draw_region(FILE *f, const struct space *sp, size_t first,
	size_t end, double x, double y, double w, double scale, double stretch)
{
	const struct map *m = sp->maps+first;
	char address[24];
	double at = x;
	label(f, x, y-7, 12.5, "font-weight=\"600\" fill=\"#1d2733\"",
		region_name(sp, first, end), (w-4)/GLYPH);
	for (size_t i=first; i<end; i++) {
		double part = map_width(sp, sp->maps+i, scale)*stretch;
		draw_map(f, sp->maps+i, at, y, part);
		at += part;
	}
	snprintf(address, sizeof address, "%"PRIx64, m->start);
	if (w >= 6.1*strlen(address))
		label(f, x, y+BAR+14, 9.5,
			"fill=\"#8792a0\" font-family=\"'DejaVu Sans"
			" Mono',Menlo,Consolas,monospace\"", address, 0);
}

static void draw_hole(FILE *f, double x, double y, uint64_t bytes)
{
	char text[32];
	double middle = x+HOLE/2, half = y+BAR/2;
	snprintf(text, sizeof text, "%siB", size_text(bytes));
	fprintf(f,
		"<path d=\"M%.1f %.1fl7 -18M%.1f %.1fl7 -18\""
		" stroke=\"#aab3bd\" stroke-width=\"1.6\" fill=\"none\"/>\n",
		middle-7, half+9, middle, half+9);
	label(f, middle, half+26, 10, "text-anchor=\"middle\" fill=\"#8792a0\"",
		text, 0);
}

/* The layout: boxes, and the line of each. */
struct box {
	size_t first, end;
	uint64_t hole;		/* bytes unmapped before it */
	double before, width, stretch;
	int line;
};
struct tape { struct box *box; size_t n; int lines; };

/* A box is as wide as its fields or its name, up to a limit. The fields are
 * stretched to fill it. */
static void measure(const struct space *sp, struct box *b, double scale)
{
	double w = 0, label = GLYPH*text_columns(region_name(sp, b->first,
		b->end)) + 8, most = 60+60*scale;
	if (label > most) label = most;
	for (size_t i=b->first; i<b->end; i++)
		w += map_width(sp, sp->maps+i, scale);
	b->stretch = w < label ? label/w : w > INNER ? INNER/w : 1;
	b->width = w * b->stretch;
}

/* Stretch the boxes of each line, except the last, to fill the line. */
static void justify(struct tape *t)
{
	for (size_t i=0, end; i<t->n; i=end) {
		double used = 0, holes = 0, factor;
		for (end=i; end<t->n && t->box[end].line == t->box[i].line;
		    end++) {
			used += t->box[end].width;
			holes += t->box[end].before;
		}
		if (t->box[i].line == t->lines-1) return;
		factor = (INNER-holes)/used;
		for (size_t k=i; k<end; k++) {
			t->box[k].width *= factor;
			t->box[k].stretch *= factor;
		}
	}
}

static struct tape lay_out(const struct space *sp, double scale)
{
	struct tape t = { .lines = 1 };
	double x = 0;
	for (size_t i=0; i<sp->n; i=t.box[t.n-1].end) {
		struct box b = { .first = i, .end = region_end(sp, i) };
		if (i) b.hole = sp->maps[i].start-sp->maps[i-1].end;
		b.before = !i ? 0 : b.hole >= WIDE_GAP ? HOLE : b.hole ? 12 : 5;
		measure(sp, &b, scale);
		if (x && x+b.before+b.width > INNER) {
			x = 0;
			t.lines++;
			if (b.before < HOLE) b.before = 0;
		}
		b.line = t.lines-1;
		x += b.before+b.width;
		t.box = grow(t.box, t.n, sizeof b);
		t.box[t.n++] = b;
	}
	justify(&t);
	return t;
}

static void draw_tape(FILE *f, const struct space *sp, const struct tape *t,
	double scale, double pitch)
{
	double x = MARGIN;
	int line = 0;
	for (size_t i=0; i<t->n; i++) {
		const struct box *b = t->box+i;
		double y = TOP+b->line*pitch;
		if (b->line != line) x = MARGIN;
		line = b->line;
		if (b->before == HOLE) draw_hole(f, x, y, b->hole);
		x += b->before;
		draw_region(f, sp, b->first, b->end, x, y, b->width, scale,
			b->stretch);
		x += b->width;
	}
}

static void draw_share(FILE *f, const struct amount *a, int unknown, int i)
{
	static const char *const names[] = { "of everything mapped",
		"of executable memory", "of read-only memory",
		"of the objects' writable data" };
	static const enum column columns[] = { C_NONE, C_EXEC, C_READONLY,
		C_WRITABLE };
	double w = (INNER-3*24)/4, x = MARGIN+i*(w+24),
		share = a->bytes ? (double)a->sealed/a->bytes : 0;
	const char *colour = i ? inks[columns[i]][I_FULL] : "#1d2733";
	char text[64], attributes[64];
	snprintf(attributes, sizeof attributes,
		"font-weight=\"700\" fill=\"%s\"", colour);
	if (unknown || !a->bytes) snprintf(text, sizeof text, "\xe2\x80\x93");
	else
		snprintf(text, sizeof text,
			share == 1 || !share ? "%.0f %%" : "%.1f %%",
			percent(a));
	label(f, x, 164, 36, attributes, text, 0);
	label(f, x, 184, 14, "fill=\"#3d4957\"", names[i], 0);
	snprintf(text, sizeof text, "%s of %s", size_text(a->sealed),
		size_text(a->bytes));
	if (!unknown)
		label(f, x+w, 164, 12, "text-anchor=\"end\" fill=\"#8792a0\"",
			text, 0);
	rect(f, x, 194, w, 7, "#e6eaee", "rx=\"3.5\"");
	if (!unknown && share > 0)
		rect(f, x, 194, w*share < 7 ? 7 : w*share, 7, colour,
			"rx=\"3.5\"");
}

/* The base name of the first word. */
static const char *without_folder(const char *s)
{
	size_t n = strcspn(s, " ");
	while (n && s[n-1] != '/') n--;
	return s[n] && s[n] != ' ' ? s+n : s;
}

static void draw_head(FILE *f, const struct space *sp)
{
	struct amount a[SHARES];
	char line[256];
	space_shares(sp, a);
	label(f, MARGIN, 62, 30, "font-weight=\"700\" fill=\"#1d2733\"",
		without_folder(sp->title), 66);
	if (sp->pid)
		snprintf(line, sizeof line,
			"process %d on %s \xc2\xb7 %zu mappings, %zu"
			" immutable%s%s", (int)sp->pid, sp->kernel,
			a[S_ALL].maps, a[S_ALL].maps_sealed,
			sp->ended ? " \xc2\xb7 " : "",
			sp->ended ? sp->ended : "");
	else
		snprintf(line, sizeof line,
			"the ranges that the loader would seal under level \"%s\"",
			level_name(sp->level));
	label(f, MARGIN, 88, 15, "fill=\"#5b6673\"",
		sp->blind ? sp->blind : line, 0);
	label(f, MARGIN, 122, 13, "fill=\"#5b6673\" letter-spacing=\"1.2\"",
		"IMMUTABLE UNTIL THE PROCESS ENDS", 0);
	for (int i=0; i<S_FORCE; i++) draw_share(f, a+i, !!sp->blind, i);
}

static void draw_legend(FILE *f, double y)
{
	static const char *const names[] = { "executable", "read-only",
		"writable", "no access" };
	double x = MARGIN;
	for (int c=0; c<COLUMNS; c++) {
		rect(f, x, y-12, 17, 16, inks[c][I_FULL], "");
		padlock(f, x+8.5, y-4.5);
		rect(f, x+19, y-12, 17, 16, inks[c][I_PALE], "");
		label(f, x+43, y+1, 13, "fill=\"#3d4957\"", names[c], 0);
		x += 130;
	}
	label(f, x+6, y+1, 13, "fill=\"#3d4957\"",
		"full: immutable, pale: can still be changed", 0);
	label(f, WIDTH-MARGIN, y+1, 12, "text-anchor=\"end\" fill=\"#8792a0\"",
		"low addresses first; widths are logarithmic", 0);
}

/* The largest scale that fits in four lines, which is a slide. If none does,
 * use more lines. */
static double choose_scale(const struct space *sp, struct tape *t)
{
	double scale = 4.5;
	for (;;) {
		*t = lay_out(sp, scale);
		if (t->lines <= 4 || scale < .6) return scale;
		free(t->box);
		scale *= .93;
	}
}

void show_svg(FILE *f, const struct space *sp)
{
	struct tape t;
	double scale = choose_scale(sp, &t), pitch = t.lines < 4 ? 130 : 100,
		height;
	height = TOP + t.lines*pitch + FOOT - 10;
	if (height < 720) height = 720;
	fprintf(f,
		"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%.0f\""
		" height=\"%.0f\" viewBox=\"0 0 %.0f %.0f\""
		" font-family=\"Helvetica,Arial,'Liberation Sans','DejaVu"
		" Sans',sans-serif\">\n", WIDTH, height, WIDTH, height);
	fputs("<title>", f);
	put_xml(f, sp->title, 100);
	fputs("</title>\n", f);
	rect(f, 0, 0, WIDTH, height, "#fff", "");
	draw_head(f, sp);
	draw_tape(f, sp, &t, scale, pitch);
	draw_legend(f, height-30);
	fputs("</svg>\n", f);
	free(t.box);
}

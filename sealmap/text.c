#include "sealmap.h"
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* File names may hold any bytes. Control characters must not reach a terminal,
 * and JSON and XML must be UTF-8. */

/* The length of the character at s, or 0 if it is invalid or not printable. */
static size_t character(const char *str)
{
	const unsigned char *s = (const void *)str;
	size_t n = *s < 0x80 ? 1 : *s < 0xc2 ? 0 : *s < 0xe0 ? 2 : *s < 0xf0 ? 3
		: *s < 0xf5 ? 4 : 0;
	unsigned c;
	if (n <= 1) return *s >= 0x20 && *s != 0x7f ? n : 0;
	c = *s & (0x7f >> n);
	for (size_t i=1; i<n; i++) {
		if ((s[i] & 0xc0) != 0x80) return 0;
		c = c<<6 | (s[i] & 0x3f);
	}
	if (c < 0xa0 || (n == 3 && c < 0x800)
	    || (n == 4 && (c < 0x10000 || c > 0x10ffff))
	    || (c >= 0xd800 && c < 0xe000) || c == 0xfffe || c == 0xffff)
		return 0;
	return n;
}

size_t text_columns(const char *s)
{
	size_t n = 0, l;
	for (; *s; s += l ? l : 1, n++) l = character(s);
	return n;
}

/* Write characters from to to-1 of s by put(). */
static void put_part(FILE *f, const char *s, size_t from, size_t to,
	void (*put)(FILE *, const char *, size_t))
{
	size_t l;
	for (size_t i=0; *s && i<to; i++, s += l ? l : 1) {
		l = character(s);
		if (i >= from) put(f, s, l);
	}
}

/* A name that is too long loses its end if max is small. From this many columns
 * on it loses its middle, because the end is useful too once there is room for
 * more than a common suffix. */
#define CUT_IN_THE_MIDDLE 24

static void put_cut(FILE *f, const char *s, size_t max, const char *dots,
	size_t ndots, void (*put)(FILE *, const char *, size_t))
{
	size_t n = text_columns(s), head;
	if (!max || n <= max) {
		put_part(f, s, 0, n, put);
		return;
	}
	if (max <= ndots+1) {
		put_part(f, s, 0, max, put);
		return;
	}
	head = max < CUT_IN_THE_MIDDLE ? max-ndots : (max-ndots)*2/3;
	put_part(f, s, 0, head, put);
	fputs(dots, f);
	put_part(f, s, n-(max-ndots-head), n, put);
}

static void put_terminal(FILE *f, const char *s, size_t l)
{
	if (!l || (l > 1 && !opt.utf8)) fputc('?', f);
	else fwrite(s, 1, l, f);
}

static void put_xml_character(FILE *f, const char *s, size_t l)
{
	if (!l) fputs("\xef\xbf\xbd", f);
	else if (*s == '&') fputs("&amp;", f);
	else if (*s == '<') fputs("&lt;", f);
	else if (*s == '>') fputs("&gt;", f);
	else if (*s == '"') fputs("&quot;", f);
	else fwrite(s, 1, l, f);
}

static void put_json_character(FILE *f, const char *s, size_t l)
{
	unsigned char c = *s;
	if (c == '"' || c == '\\') fprintf(f, "\\%c", c);
	else if (l) fwrite(s, 1, l, f);
	else if (c < 0x80) fprintf(f, "\\u%04x", c);
	else fputs("\\ufffd", f);
}

void put_text(FILE *f, const char *s, int width)
{
	size_t max = width < 0 ? -width : width, n = text_columns(s);
	put_cut(f, s, max, opt.utf8 ? "\xe2\x80\xa6" : "..", opt.utf8 ? 1 : 2,
		put_terminal);
	if (width < 0) for (; n < max; n++) fputc(' ', f);
}

void put_xml(FILE *f, const char *s, size_t max)
{
	put_cut(f, s, max, "\xe2\x80\xa6", 1, put_xml_character);
}

void put_json(FILE *f, const char *s)
{
	if (!s) {
		fputs("null", f);
		return;
	}
	fputc('"', f);
	put_part(f, s, 0, SIZE_MAX, put_json_character);
	fputc('"', f);
}

/* In KiB or larger units, with at most three digits. */
const char *size_text(uint64_t n)
{
	static char buf[8][24];
	static unsigned at;
	char *s = buf[at++%8];
	double x = n/1024.0;
	const char *unit = "KMGTPE";
	for (; x >= 1000 && unit[1]; unit++) x /= 1024;
	snprintf(s, sizeof *buf, x < 10 && x != (int)x ? "%.1f%c" : "%.0f%c", x,
		*unit);
	return s;
}

const char *prot_text(unsigned prot)
{
	static const char *const t[] = { "---", "--x", "-w-", "-wx", "r--",
		"r-x", "rw-", "rwx" };
	return t[prot & 7];
}

char *format(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;
	va_start(ap, fmt);
	n = vsnprintf(0, 0, fmt, ap);
	va_end(ap);
	s = grow(0, 0, n+1);
	va_start(ap, fmt);
	vsnprintf(s, n+1, fmt, ap);
	va_end(ap);
	return s;
}

/* Doubles the array at powers of two, so the caller need not keep the
 * capacity. */
void *grow(void *p, size_t n, size_t size)
{
	if (n & (n-1)) return p;
	p = realloc(p, (n ? 2*n : 1)*size);
	if (!p) die("out of memory");
	return p;
}

#include "sealmap.h"
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

/* Writes a character of n bytes, or a byte that is none with n 0. */
typedef void put_function(FILE *, const char *, size_t n);

/* Write characters from to to-1 of s by put(). */
static void put_part(FILE *f, const char *s, size_t from, size_t to,
	put_function *put)
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
	size_t ndots, put_function *put)
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

static void put_ascii(FILE *f, const char *s, size_t l)
{
	fputc(l == 1 ? *s : '?', f);
}

static void put_utf8(FILE *f, const char *s, size_t l)
{
	if (!l) fputc('?', f);
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

void put_text(const struct out *out, const char *s, int width)
{
	size_t max = width < 0 ? -width : width, n = text_columns(s);
	if (out->utf8) put_cut(out->f, s, max, "\xe2\x80\xa6", 1, put_utf8);
	else put_cut(out->f, s, max, "..", 2, put_ascii);
	if (width < 0) for (; n < max; n++) fputc(' ', out->f);
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

const char *paint(const struct out *out, const char *code)
{
	static char buf[4][16];
	static unsigned at;
	if (!out->colour) return "";
	snprintf(buf[++at%4], sizeof *buf, "\33[%sm", code);
	return buf[at%4];
}

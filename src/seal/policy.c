#include "seal_policy.h"

/* The loader parses before it has relocated anything but itself, so this calls
 * no string function that a program could interpose. */
static int is(struct seal_word w, const char *s)
{
	size_t i;
	for (i=0; i<w.n && s[i]; i++)
		if (w.s[i] != s[i]) return 0;
	return i==w.n && !s[i];
}

enum seal_parse __seal_parse(struct seal_policy *pol, const char *words,
	struct seal_word *bad)
{
	struct seal_policy new = { .level = pol->level };
	int have_level = 0;
	const char *s = words;
	if (!*s) {
		*pol = new;
		return SEAL_PARSE_OK;
	}
	for (;;) {
		struct seal_word w = { s, 0 };
		int level = -1, dl = 0;
		while (s[w.n] && s[w.n] != ',') w.n++;
		*bad = w;
		if (!w.n) return SEAL_PARSE_EMPTY;
		if (is(w, "off")) level = SEAL_OFF;
		else if (is(w, "on")) level = SEAL_ON;
		else if (is(w, "full")) level = SEAL_FULL;
		else if (is(w, "strict")) new.strict = 1;
		else if (is(w, "marked")) new.marked = 1;
		else if (is(w, "report")) new.report = 1;
		else if (is(w, "dlopen")) dl = SEAL_DLOPEN_KEPT;
		else if (is(w, "nodlopen")) dl = SEAL_DLOPEN_NONE;
		else if (is(w, "emulate")) new.emulate = 1;
		else return SEAL_PARSE_UNKNOWN;
		if (level >= 0) {
			if (have_level) return SEAL_PARSE_LEVELS;
			have_level = 1;
			new.level = level;
		}
		if (dl) {
			if (new.dlopen && new.dlopen != dl)
				return SEAL_PARSE_DLOPEN;
			new.dlopen = dl;
		}
		s += w.n;
		if (!*s) break;
		s++;
	}
	*pol = new;
	return SEAL_PARSE_OK;
}

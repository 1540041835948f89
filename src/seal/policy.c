#include <stddef.h>
#include "seal_policy.h"

#define WORD(word, member, value) \
	{ #word, offsetof(struct seal_policy, member), value },

static const struct {
	char s[9];
	unsigned char member, value;
} words[] = {
	SEAL_LEVELS(WORD)
	SEAL_FLAGS(WORD)
};
#define WORDS (sizeof words/sizeof *words)

/* The loader parses before it has relocated anything but itself, so this calls
 * no string function that a program could interpose. */
static int is(struct seal_word w, const char *s)
{
	size_t i;
	for (i=0; i<w.n && s[i]; i++)
		if (w.s[i] != s[i]) return 0;
	return i==w.n && !s[i];
}

static size_t find(struct seal_word w)
{
	size_t i;
	for (i=0; i<WORDS && !is(w, words[i].s); i++);
	return i;
}

enum seal_parse __seal_parse(struct seal_policy *pol, const char *s,
	struct seal_word *bad)
{
	struct seal_policy new = { .level = pol->level };
	int have_level = 0;
	for (; *s; s++) {
		struct seal_word w = { s, 0 };
		while (s[w.n] && s[w.n] != ',') w.n++;
		*bad = w;
		if (!w.n) return SEAL_PARSE_EMPTY;
		size_t i = find(w);
		if (i == WORDS) return SEAL_PARSE_UNKNOWN;
		unsigned char *member = (unsigned char *)&new+words[i].member;
		if (member == &new.level) {
			if (have_level++) return SEAL_PARSE_LEVELS;
		} else if (*member && *member != words[i].value) {
			return SEAL_PARSE_DLOPEN;
		}
		*member = words[i].value;
		s += w.n;
		if (!*s) break;
		/* a comma is followed by a word */
		if (!s[1]) {
			*bad = (struct seal_word){ s+1, 0 };
			return SEAL_PARSE_EMPTY;
		}
	}
	*pol = new;
	return SEAL_PARSE_OK;
}

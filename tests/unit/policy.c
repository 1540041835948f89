#include "harness.h"
#include "seal_policy.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const result[] = { "ok", "unknown word", "empty word",
	"two levels", "contrary words" };

/* Parse words with from as the default level. flags holds letters of
 * "smrdnpax" in that order. */
static void parse(int from, const char *words, enum seal_parse want, int level,
	const char *flags, const char *bad)
{
	/* A copy of exactly the bytes, so that a read past the end is
	 * caught. */
	char *copy = strdup(words), got_flags[9] = "", *f = got_flags;
	struct seal_policy p = { .level = from, .strict = 1, .report = 1 };
	struct seal_policy before = p;
	struct seal_word w = { 0, 0 };
	enum seal_parse got = __seal_parse(&p, copy, &w);
	if (got != want) {
		fprintf(stderr, "  \"%s\": wanted %s, got %s\n", words,
			result[want], result[got]);
		fail();
	}
	if (got) {
		assert_memory_equal(&p, &before, sizeof p);
		if (!w.s || w.n != strlen(bad) || memcmp(w.s, bad, w.n)) {
			fprintf(stderr, "  \"%s\": wanted the word \"%s\", got "
				"\"%.*s\"\n", words, bad, (int)w.n,
				w.s ? w.s : "");
			fail();
		}
		assert_true(w.s >= copy && w.s+w.n <= copy+strlen(copy));
	} else {
		if (p.strict) *f++ = 's';
		if (p.warn) *f++ = 'w';
		if (p.marked) *f++ = 'm';
		if (p.report) *f++ = 'r';
		if (p.dlopen == SEAL_DLOPEN_KEPT) *f++ = 'd';
		if (p.dlopen == SEAL_DLOPEN_NONE) *f++ = 'n';
		if (p.pkey) *f++ = 'p';
		if (p.audit) *f++ = 'a';
		if (p.noexempt) *f++ = 'x';
		if (p.nocode) *f++ = 'c';
		*f = 0;
		if (p.level != level || strcmp(got_flags, flags)) {
			fprintf(stderr,
				"  \"%s\": wanted level %d, flags \"%s\", got"
				" %d, \"%s\"\n", words, level, flags, p.level,
				got_flags);
			fail();
		}
	}
	free(copy);
}

static void good(const char *words, int level, const char *flags)
{
	parse(SEAL_ON, words, SEAL_PARSE_OK, level, flags, 0);
}

static void levels(void **st)
{
	(void)st;
	good("off", SEAL_OFF, "");
	good("on", SEAL_ON, "");
	good("full", SEAL_FULL, "");
	good("hard", SEAL_HARD, "");
}

static void flags(void **st)
{
	(void)st;
	good("strict", SEAL_ON, "s");
	good("marked", SEAL_ON, "m");
	good("report", SEAL_ON, "r");
	good("strict,marked,report", SEAL_ON, "smr");
	good("report,marked,strict", SEAL_ON, "smr");
	good("strict,strict", SEAL_ON, "s");
	good("dlopen", SEAL_ON, "d");
	good("nodlopen,strict", SEAL_ON, "sn");
	good("dlopen,dlopen", SEAL_ON, "d");
	good("hard,nocode", SEAL_HARD, "c");
	good("pkey", SEAL_ON, "p");
	good("pkey,nodlopen,pkey,strict", SEAL_ON, "snp");
	good("audit", SEAL_ON, "a");
	good("noexempt", SEAL_ON, "x");
	good("noexempt,full,audit,strict", SEAL_FULL, "sax");
}

static void mixed(void **st)
{
	(void)st;
	good("full,strict", SEAL_FULL, "s");
	good("strict,full", SEAL_FULL, "s");
	good("report,off,marked", SEAL_OFF, "mr");
}

/* Without a level, the old one stays. Flags never stay. */
static void inherits(void **st)
{
	(void)st;
	parse(SEAL_FULL, "strict", SEAL_PARSE_OK, SEAL_FULL, "s", 0);
	parse(SEAL_OFF, "marked", SEAL_PARSE_OK, SEAL_OFF, "m", 0);
	parse(SEAL_FULL, "", SEAL_PARSE_OK, SEAL_FULL, "", 0);
	parse(SEAL_FULL, "off", SEAL_PARSE_OK, SEAL_OFF, "", 0);
}

static void bad(const char *words, enum seal_parse why, const char *word)
{
	parse(SEAL_FULL, words, why, 0, 0, word);
}

static void unknown(void **st)
{
	(void)st;
	bad("nonsense", SEAL_PARSE_UNKNOWN, "nonsense");
	bad("on,nonsense,strict", SEAL_PARSE_UNKNOWN, "nonsense");
	bad("strict,nonsense", SEAL_PARSE_UNKNOWN, "nonsense");
	/* A word of older versions. */
	bad("emulate", SEAL_PARSE_UNKNOWN, "emulate");
	bad("nonsense,more", SEAL_PARSE_UNKNOWN, "nonsense");
	/* Similar to a known word. */
	bad("o", SEAL_PARSE_UNKNOWN, "o");
	bad("of", SEAL_PARSE_UNKNOWN, "of");
	bad("offf", SEAL_PARSE_UNKNOWN, "offf");
	bad("ON", SEAL_PARSE_UNKNOWN, "ON");
	bad(" on", SEAL_PARSE_UNKNOWN, " on");
	bad("on ", SEAL_PARSE_UNKNOWN, "on ");
	bad("on strict", SEAL_PARSE_UNKNOWN, "on strict");
	bad("on;strict", SEAL_PARSE_UNKNOWN, "on;strict");
	bad("0", SEAL_PARSE_UNKNOWN, "0");
	bad("1", SEAL_PARSE_UNKNOWN, "1");
	bad("on=1", SEAL_PARSE_UNKNOWN, "on=1");
	bad("str", SEAL_PARSE_UNKNOWN, "str");
	bad("pkeys", SEAL_PARSE_UNKNOWN, "pkeys");
	bad("nopkey", SEAL_PARSE_UNKNOWN, "nopkey");
	bad("\xff", SEAL_PARSE_UNKNOWN, "\xff");
}

static void empty(void **st)
{
	(void)st;
	bad(",", SEAL_PARSE_EMPTY, "");
	bad("on,", SEAL_PARSE_EMPTY, "");
	bad(",on", SEAL_PARSE_EMPTY, "");
	bad("on,,strict", SEAL_PARSE_EMPTY, "");
	bad(",,,", SEAL_PARSE_EMPTY, "");
}

static void two_levels(void **st)
{
	(void)st;
	bad("on,full", SEAL_PARSE_LEVELS, "full");
	bad("off,strict,on", SEAL_PARSE_LEVELS, "on");
	bad("on,on", SEAL_PARSE_LEVELS, "on");
	bad("off,on,nonsense", SEAL_PARSE_LEVELS, "on");
	bad("off,off", SEAL_PARSE_LEVELS, "off");
}

static void contrary(void **st)
{
	(void)st;
	bad("dlopen,nodlopen", SEAL_PARSE_DLOPEN, "nodlopen");
	bad("nodlopen,on,dlopen", SEAL_PARSE_DLOPEN, "dlopen");
}

/* The message about an unknown word lists all known ones. */
static void words_in_message(void **st)
{
	(void)st;
	assert_string_equal(SEAL_WORDS,
		"levels: off on full hard; flags: strict warn marked report "
		"dlopen nodlopen pkey audit noexempt nocode");
}

/* Any string is parsed, or refused without effect. */
static void random_words(void **st)
{
	static const char *const part[] = { "on", "off", "full", "strict",
		"marked", "report", "warn", "strictly", "dlopen", "nodlopen",
		"pkey", "hard", "nocode", ",", ",", ",", "x", " ", "o" };
	char s[128];
	int i, k, n;
	(void)st;
	srand(2);
	for (i=0; i<100000; i++) {
		*s = 0;
		n = rand()%8;
		for (k=0; k<n; k++) strcat(s, part[rand()%18]);
		char *copy = strdup(s);
		struct seal_policy p = { .level = SEAL_FULL }, before = p;
		struct seal_word w = { 0, 0 };
		enum seal_parse r = __seal_parse(&p, copy, &w);
		if (r) {
			assert_memory_equal(&p, &before, sizeof p);
			assert_true(w.s >= copy
				&& w.s+w.n <= copy+strlen(copy));
		} else {
			assert_in_range(p.level, SEAL_OFF, SEAL_HARD);
		}
		free(copy);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels),
		cmocka_unit_test(flags),
		cmocka_unit_test(mixed),
		cmocka_unit_test(inherits),
		cmocka_unit_test(unknown),
		cmocka_unit_test(empty),
		cmocka_unit_test(two_levels),
		cmocka_unit_test(contrary),
		cmocka_unit_test(words_in_message),
		cmocka_unit_test(random_words),
	};
	return SUITE("policy", tests);
}

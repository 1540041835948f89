/* Known flaws of musl, each shown by an input from docs/advisories.md. Without
 * its patch each case fails on the versions that have the flaw. */

#include "suite.h"

static void input(const char *what, const char *arg)
{
	want_clean(RUN(NOENV, "advisories/main", what, arg));
}

#define INPUT(name, what) \
static void name(void **state) { (void)state; input(what, 0); }

INPUT(gb18030_cost, "gb18030-cost")
INPUT(gb18030_map, "gb18030")
INPUT(gb18030_bounds, "bounds-four")
INPUT(cp949_cost, "cp949-cost")
INPUT(cp949_map, "cp949")
INPUT(shift_jis, "shift-jis")
INPUT(regcomp_sum, "regcomp-sum")
INPUT(regcomp_state, "regcomp-state")
INPUT(regcomp_backref, "backref")
INPUT(qsort_large, "sort")

/* No pair of bytes may move the output back or past its end. */
static void iconv_bounds(void **state)
{
	static const char *const from[] = { "euckr", "shiftjis", "eucjp", "gbk",
		"gb2312", "big5" };
	size_t i;
	(void)state;
	for (i=0; i<sizeof from/sizeof *from; i++) input("bounds", from[i]);
}

static void strptime_zone(void **state)
{
	(void)state;
	input("zone", 0);
	input("zone-set", 0);
}

static void privately(const char *what)
{
	struct result *r = RUN(NOENV, "advisories/main", what);
	if (r->status == 77) skip_case("%s", r->out);
	want_clean(r);
}

static void getgr_members(void **state)
{
	(void)state;
	privately("group");
}

static void resolver_without_ipv6(void **state)
{
	(void)state;
	privately("no-ipv6");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gb18030_cost),
		cmocka_unit_test(gb18030_map),
		cmocka_unit_test(gb18030_bounds),
		cmocka_unit_test(cp949_cost),
		cmocka_unit_test(cp949_map),
		cmocka_unit_test(shift_jis),
		cmocka_unit_test(iconv_bounds),
		cmocka_unit_test(regcomp_sum),
		cmocka_unit_test(regcomp_state),
		cmocka_unit_test(regcomp_backref),
		cmocka_unit_test(qsort_large),
		cmocka_unit_test(strptime_zone),
		cmocka_unit_test(getgr_members),
		cmocka_unit_test(resolver_without_ipv6),
	};
	return SUITE("advisories", tests);
}

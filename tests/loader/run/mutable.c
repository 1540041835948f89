/* Ranges that objects keep mutable: SEAL_MUTABLE data with several linkers,
 * PT_GNU_MUTABLE, and malformed notes. */

#include "suite.h"

LEVELS_CASE(data_pie, "mutable/pie")
LEVELS_CASE(data_nonpie, "mutable/nonpie")
LEVELS_CASE(data_static, "mutable/static")
LEVELS_CASE(data_static_pie, "mutable/static-pie")
LEVELS_CASE(data_gc_sections, "mutable/gc")
LEVELS_CASE(data_lto, "mutable/lto")
LEVELS_CASE(data_cxx, "mutable/c++")
LEVELS_CASE(data_included_for_nothing, "mutable/nothing")

static void have_lld(void)
{
	if (access(built("mutable/lld"), X_OK))
		skip_case("no program linked by lld: ld.lld is not installed");
}

static void data_lld(void **state)
{
	(void)state;
	have_lld();
	all_levels("mutable/lld");
}

static void opened_with(const char *words, const char *lib)
{
	want_clean(RUN(ENV(fmt("LD_SEAL=%s", words), fmt("CHECK_LEVEL=%.*s",
		(int)strcspn(words, ","), words), fmt("MUTABLE_OPEN=%s",
		built(lib))), "mutable/pie"));
}

static void opened(void **state)
{
	(void)state;
	need_mseal();
	opened_with("off", "mutable/libopened.so");
	opened_with("on", "mutable/libopened.so");
	opened_with("full,strict", "mutable/libopened.so");
}

static void opened_lld(void **state)
{
	(void)state;
	need_mseal();
	have_lld();
	opened_with("on", "mutable/libmutable-lld.so");
	opened_with("full,strict", "mutable/libmutable-lld.so");
}

static void segment(const char *variant)
{
	all_levels_arg(fmt("mutable/segment-%s", variant), variant);
	all_levels_arg(fmt("mutable/static-segment-%s", variant), variant);
}

#define SEGMENT(name) \
static void segment_##name(void **state) { (void)state; segment(#name); }
SEGMENT(one)
SEGMENT(several)
SEGMENT(end)
SEGMENT(rodata)
SEGMENT(partly)

/* The range is reported as mutable, not as sealed. */
static void reported(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=full,report", "CHECK_LEVEL=full"), "mutable/pie");
	want_status(r, 0);
	want_err(r, " rw- mutable ");
	want_err(r, "not sealed: the object says that it changes it");
	want_err(r, " rw- data ");
}

/* Data named by a malformed note is sealed, with one warning for each object.
 * strict refuses to start. */
static void malformed(void **state)
{
	struct result *r;
	int i;
	(void)state;
	need_mseal();
	for (i=1; i<=13; i++) {
		const char *prog = fmt("mutable/bad-%d/main", i);
		r = RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=on"), prog);
		want_status(r, 0);
		want_one_err_line(r);
		want_err(r,
			"libbad.so: warning: its mutable ranges are malformed");
		r = RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"), prog);
		want_status(r, 127);
		want_one_err_line(r);
		want_err(r, "mutable ranges are malformed");
		want_clean(RUN(ENV("LD_SEAL=off", "CHECK_LEVEL=off"), prog));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_pie),
		cmocka_unit_test(data_nonpie),
		cmocka_unit_test(data_static),
		cmocka_unit_test(data_static_pie),
		cmocka_unit_test(data_gc_sections),
		cmocka_unit_test(data_lto),
		cmocka_unit_test(data_lld),
		cmocka_unit_test(data_cxx),
		cmocka_unit_test(data_included_for_nothing),
		cmocka_unit_test(opened),
		cmocka_unit_test(opened_lld),
		cmocka_unit_test(segment_one),
		cmocka_unit_test(segment_several),
		cmocka_unit_test(segment_end),
		cmocka_unit_test(segment_rodata),
		cmocka_unit_test(segment_partly),
		cmocka_unit_test(reported),
		cmocka_unit_test(malformed),
	};
	return SUITE("mutable", tests);
}

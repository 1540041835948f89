/* Libraries loaded by dlopen. */

#include "suite.h"

LEVELS_CASE(with_dependencies, "dlopen/main")
LEVELS_CASE(mixed_marks, "dlopen/mixed/main")
LEVELS_CASE(threads_and_tls, "threads/main")
LEVELS_CASE(racing_threads, "threads/race")
LEVELS_CASE(textrel, "textrel/dlopen")
SOFT_LEVELS_CASE(lazy, "lazy/main")
LEVELS_CASE(from_a_constructor, "ctor-dlopen/main")

static void lazy_dependency(void **state)
{
	(void)state;
	soft_levels("lazy/main", "libdependent.so");
}

/* strict can't wait for symbols, so RTLD_LAZY is RTLD_NOW. */
static void lazy_strict(void **state)
{
	(void)state;
	need_mseal();
	want_clean(RUN(ENV("LD_SEAL=on,strict", "CHECK_LEVEL=on"),
		"lazy/main", "strict"));
	want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
		"lazy/main", "strict"));
	if (offered("hard")) want_clean(RUN(ENV("LD_SEAL=hard",
		"CHECK_LEVEL=hard"), "lazy/main", "strict"));
}

/* If an older library can't be finished, the dlopen of the new one must not
 * fail. */
static void lazy_unprotected(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	if (strstr(level("on", "lazy/main", 0)->out, "waits: 0"))
		skip_case("no slot that waits lies in RELRO on this"
			" architecture");
	r = RUN(ENV("LD_SEAL=on"), "late/main");
	want_status(r, 0);
	want_one_err_line(r);
	want_err(r, "libpending.so: warning: cannot be protected");
}

static void failing_then_good(void **state)
{
	(void)state;
	all_levels("dlopen-fail/main");
	want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
		"dlopen-fail/main"));
	if (offered("hard")) want_clean(RUN(ENV("LD_SEAL=hard,strict",
		"CHECK_LEVEL=hard"), "dlopen-fail/main"));
}

/* A library with program headers outside of its segments: its writable parts
 * are unknown, so it stays unsealed with a warning, or is not loaded. */
static void without_headers(void **state)
{
	static const char *const lv[] = { "on", "full" };
	struct result *r;
	size_t i;
	(void)state;
	need_mseal();
	for (i=0; i<2; i++) {
		r = RUN(ENV(fmt("LD_SEAL=%s", lv[i]),
			fmt("CHECK_LEVEL=%s", lv[i])), "headless/main");
		want_status(r, 0);
		want_one_err_line(r);
		want_err(r, "cannot seal");
		want_clean(RUN(ENV(fmt("LD_SEAL=%s,strict", lv[i]),
			fmt("CHECK_LEVEL=%s", lv[i])), "headless/main",
			"strict"));
	}
	want_clean(RUN(ENV("LD_SEAL=off", "CHECK_LEVEL=off"), "headless/main"));
}

/* mseal is forbidden after the start and before dlopen. */
static void forbidden_later(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=on"), "seccomp/main");
	if (r->status == 77) skip_case("%s", r->out);
	/* A library that is partly sealed gets one warning. */
	want_status(r, 0);
	want_one_err_line(r);
	want_err(r, "cannot seal");
	r = RUN(ENV("LD_SEAL=full", "CHECK_LEVEL=full"), "seccomp/main");
	want_status(r, 0);
	want_one_err_line(r);
}

static void forbidden_later_strict(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=on,strict", "CHECK_LEVEL=on"), "seccomp/main",
		"strict");
	if (r->status == 77) skip_case("%s", r->out);
	want_clean(r);
	want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
		"seccomp/main", "strict"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(with_dependencies),
		cmocka_unit_test(mixed_marks),
		cmocka_unit_test(failing_then_good),
		cmocka_unit_test(threads_and_tls),
		cmocka_unit_test(racing_threads),
		cmocka_unit_test(from_a_constructor),
		cmocka_unit_test(textrel),
		cmocka_unit_test(lazy),
		cmocka_unit_test(lazy_dependency),
		cmocka_unit_test(lazy_strict),
		cmocka_unit_test(lazy_unprotected),
		cmocka_unit_test(without_headers),
		cmocka_unit_test(forbidden_later),
		cmocka_unit_test(forbidden_later_strict),
	};
	return SUITE("dlopen", tests);
}

/* Static programs of other toolchains, run by the loader as a command. */

#include "suite.h"

static void one(const char *name)
{
	const char *p = built(fmt("foreign/%s", name));
	struct result *r;
	need_mseal();

	/* Run directly, it seals nothing. */
	want_clean(RUN(ENV("CHECK_LEVEL=off", "LD_SEAL=on"), p));

	r = RUN(ENV("CHECK_LEVEL=foreign", "FOREIGN=yes"), ldso, "--seal=on", p,
		"one", "two words");
	want_clean(r);
	want_out(r, fmt("argv0: %s\narg: one\narg: two words\nenv: yes\n", p));
	r = RUN(ENV("CHECK_LEVEL=foreign"), ldso, "--argv0", "me",
		"--seal=on", "--", p);
	want_clean(r);
	want_out(r, "argv0: me\n");
	/* The level includes its RELRO, which can't be sealed for it. */
	r = RUN(NOENV, ldso, "--seal=on,strict", p);
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, ": cannot seal");
	want_no_out(r, "argv0");
	want_clean(RUN(ENV("CHECK_LEVEL=foreign", "LD_SEAL=on"), ldso, p));
	/* It protects its writable data itself: full is the same as on. */
	want_clean(RUN(ENV("CHECK_LEVEL=foreign"), ldso, "--seal=full", p));
	/* Off, and marked without a mark. The loader stays mapped. */
	r = RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=off", p);
	want_clean(r);
	want_clean(RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on,marked", p));
	r = RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on,report", p);
	want_status(r, 0);
	want_err(r, "foreign/");
	want_err(r, " text ");
	want_err(r, ": sealed");
}

static void denied(const char *name)
{
	const char *p = built(fmt("foreign/%s", name));
	struct result *r = RUN(ENV("CHECK_LEVEL=none"), "../deny", "EPERM",
		ldso, "--seal=on", p);
	if (r->status == 98) skip_case("%s", r->err);
	want_clean(r);
	r = RUN(NOENV, "../deny", "EPERM", ldso, "--seal=on,strict", p);
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, ": cannot seal");
	want_no_out(r, "argv0");
}

static void musl_static(void **s) { (void)s; one("musl-static"); }
static void musl_static_pie(void **s) { (void)s; one("musl-static-pie"); }
static void glibc_static(void **s) { (void)s; one("glibc-static"); }
static void glibc_static_pie(void **s) { (void)s; one("glibc-static-pie"); }

static void without_mseal(void **state)
{
	(void)state;
	denied("musl-static");
	denied("musl-static-pie");
	denied("glibc-static");
	denied("glibc-static-pie");
}

/* Our own static programs, as a command: sealed twice, which is harmless. */
static void own_static(void **state)
{
	(void)state;
	need_mseal();
	want_clean(RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on",
		built("program/static")));
	want_clean(RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on",
		built("program/static-pie")));
}

/* The register in which the psABI passes a function for atexit must be 0. */
static void entry_register(void **state)
{
	struct result *r = RUN(ENV("LD_SEAL=off"), ldso, "--seal=off",
		built("entry/static"));
	(void)state;
	want_clean(r);
	want_out(r, "register: 0\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(musl_static),
		cmocka_unit_test(musl_static_pie),
		cmocka_unit_test(glibc_static),
		cmocka_unit_test(glibc_static_pie),
		cmocka_unit_test(without_mseal),
		cmocka_unit_test(own_static),
		cmocka_unit_test(entry_register),
	};
	return SUITE("foreign", tests);
}

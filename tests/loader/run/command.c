/* The loader run as a command: ld-musl-x86_64.so.1 [options] PROGRAM ARGS. */

#include "suite.h"

#define LD(env, ...) RUN(env, ldso, __VA_ARGS__)

static void each_level(void **state)
{
	static const char *const prog[] = { "program/pie", "program/nonpie",
		"program/pie-unmarked", "deps/main", "dlopen/main",
		"threads/main", "textrel/linked", "textrel/pie",
		"introspect/main", "ctor/main",
		"layout/aligned/pie", "layout/aligned-code/pie",
		"layout/norelro/pie", "layout/bigdata/pie",
		"layout/relro-short/pie",
		"layout/relro-long/pie", "layout/relro-late/pie" };
	static const char *const lv[] = { "off", "on", "full", "hard" };
	size_t i, k;
	(void)state;
	need_mseal();
	for (i=0; i<sizeof prog/sizeof *prog; i++) for (k=0; k<4; k++) {
		if (!offered(lv[k])) continue;
		const char *check = fmt("CHECK_LEVEL=%s", lv[k]);
		const char *p = built(prog[i]);
		want_clean_but_refusal(LD(ENV(check), fmt("--seal=%s", lv[k]),
			p));
		if (i) continue;
		want_clean(LD(ENV(check), "--seal", lv[k], p));
		want_clean(LD(ENV(check, fmt("LD_SEAL=%s", lv[k])), p));
		/* The option overrides LD_SEAL, even one that is wrong. */
		want_clean(LD(ENV(check, "LD_SEAL=off"),
			fmt("--seal=%s", lv[k]), p));
		want_clean(LD(ENV(check, "LD_SEAL=full,strict"),
			fmt("--seal=%s", lv[k]), p));
		want_clean(LD(ENV(check, "LD_SEAL=nonsense"),
			fmt("--seal=%s", lv[k]), p));
		want_clean(LD(ENV(check), fmt("--seal=%s,strict", lv[k]), "--",
			p));
	}
}

static void arguments(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = LD(ENV("CHECK_LEVEL=on"), "--seal=on", "--argv0", "somebody",
		built("program/pie"), "--seal=off", "two words");
	want_clean(r);
	want_out(r, "argv0: somebody\n");
	want_out(r, "arg: --seal=off\narg: two words\nsecure:");
	r = LD(ENV("CHECK_LEVEL=on"), "--argv0=other", "--seal=on", "--",
		built("program/pie"));
	want_clean(r);
	want_out(r, "argv0: other\nsecure:");
}

static void together(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	/* Its libraries are found only by the library path. */
	r = LD(NOENV, built("deps/norpath"));
	want_status(r, 127);
	want_err(r, "libone.so");
	r = LD(ENV("CHECK_LEVEL=full"), "--library-path", built("deps"),
		"--seal=full", built("deps/norpath"));
	want_clean(r);
	r = LD(ENV("CHECK_LEVEL=full", "PRELOADED=1"), "--argv0", "x",
		"--preload",
		built("preload/libpreload.so"), "--seal=full,strict",
		fmt("--library-path=%s", built("deps")), built("preload/main"));
	want_clean(r);
	r = LD(ENV("CHECK_LEVEL=on", "PRELOADED=1"), "--seal", "on",
		fmt("--preload=%s", built("preload/libpreload.so")),
		built("preload/main"));
	want_clean(r);
}

/* RTLD_LAZY, dlopen that fails, and marks work the same. */
static void dlopens(void **state)
{
	(void)state;
	need_mseal();
	want_clean(LD(ENV("CHECK_LEVEL=on"), "--seal=on",
		built("dlopen-fail/main")));
	want_clean(LD(ENV("CHECK_LEVEL=full"), "--seal=full",
		built("lazy/main")));
	want_clean(LD(ENV("CHECK_LEVEL=off"), "--seal=full,marked",
		built("program/pie-unmarked")));
	want_clean(LD(ENV("CHECK_LEVEL=on"), "--seal=on,marked",
		built("program/pie")));
}

static void bad_words_one(const char *words, const char *message)
{
	struct result *r = LD(NOENV, fmt("--seal=%s", words),
		built("program/pie"));
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, message);
	want_err(r, "--seal");
	if (*r->out) wanted(r, "nothing on stdout");
}

static void bad_words(void **state)
{
	(void)state;
	bad_words_one("nonsense",
		"unknown word \"nonsense\" (levels: off on full hard; flags:"
		" strict warn marked report dlopen nodlopen pkey audit"
		" noexempt nocode)");
	bad_words_one("on,", "empty word");
	bad_words_one("on,off", "\"off\"");
	struct result *r = LD(ENV("LD_SEAL=nonsense"), built("program/pie"));
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, "LD_SEAL: unknown word \"nonsense\"");
}

/* --list prints the objects that would be loaded, runs nothing and succeeds. */
static void list_one(struct result *r)
{
	want_status(r, 0);
	want_out(r, "libone.so => ");
	want_out(r, "libtwo.so => ");
	want_out(r, "libthree.so => ");
	want_no_out(r, "check:");
}

static void list(void **state)
{
	(void)state;
	list_one(LD(NOENV, "--list", built("deps/main")));
	list_one(LD(NOENV, "--list", "--seal=full", built("deps/main")));
	list_one(LD(ENV("LD_SEAL=full"), "--seal=off", "--list",
		built("deps/main")));
	/* Called as ldd. */
	const char *ldd = built("ldd");
	unlink(ldd);
	assert_int_equal(symlink(ldso, ldd), 0);
	list_one(RUN(NOENV, ldd, built("deps/main")));
	struct result *r =
		LD(NOENV, "--list", built("dlopen-fail/libnodep.so"));
	want_status(r, 127);
	want_err(r, "libgone.so");
	unlink(ldd);
}

static void no_program(void **state)
{
	struct result *r;
	(void)state;
	r = LD(NOENV, "--seal=on", built("there-is-none"));
	want_one_err_line(r);
	want_err(r, "there-is-none");
	assert_true(r->status > 0);
	r = LD(NOENV, "--seal=on", built("dlopen-fail/libnoelf.so"));
	want_one_err_line(r);
	want_err(r, "libnoelf.so");
	assert_true(r->status > 0);
}

/* What is wrong, and upstream's four lines, by which programs know musl. */
static void want_usage(struct result *r, const char *complaint)
{
	want_status(r, 1);
	if (*r->out) wanted(r, "nothing on stdout");
	if (strncmp(r->err, complaint, strlen(complaint)))
		wanted(r, "stderr to begin with \"%s\"", complaint);
	if (strncmp(r->err+strlen(complaint), "musl libc (", 11))
		wanted(r, "upstream's lines after that");
	want_err(r, ")\nVersion 1.");
	want_err(r, "\nDynamic Program Loader\nUsage: ");
	want_err(r, "--seal WORDS ");
	want_err(r, "levels: off on full hard; flags: strict warn");
	want_err(r, "\nmusl-seal ");
}

static void usage(void **state)
{
	(void)state;
	want_usage(LD(NOENV, 0), "");
	want_usage(LD(NOENV, "--nonsense"),
		fmt("%s: unknown option --nonsense\n", ldso));
	want_usage(LD(NOENV, "--nonsense=x", built("program/pie")),
		fmt("%s: unknown option --nonsense=x\n", ldso));
	want_usage(LD(NOENV, "--sealed=on", built("program/pie")),
		fmt("%s: unknown option --sealed=on\n", ldso));
	want_usage(LD(NOENV, "--seal"),
		fmt("%s: --seal needs a value\n", ldso));
	want_usage(LD(NOENV, "--argv0=x", "--preload"),
		fmt("%s: --preload needs a value\n", ldso));
	want_usage(LD(NOENV, "--seal", "on"), "");
	want_usage(LD(NOENV, "--seal=on"), "");
	want_usage(LD(NOENV, "--list"), "");
}

/* The name of the fork, its release, its default and the kernel. */
static void version(void **state)
{
	static const char *const options[] = { "--version", "--help" };
	(void)state;
	for (size_t i=0; i<2; i++) {
		struct result *r = LD(NOENV, options[i]);
		want_clean(r);
		want_out(r, "musl libc (");
		want_out(r, "\nmusl-seal ");
		want_out(r, "; default: ");
		want_out(r, emulated || kernel_has_mseal()
			? "\nthe kernel has mseal\n"
			: "\nthe kernel has no mseal\n");
		if (i) want_out(r, "--seal WORDS ");
	}
	if (emulated) return;
	struct result *r = RUN(NOENV, "../deny", "EPERM", ldso, "--version");
	want_out(r, "\nmseal is not permitted\n");
	/* As upstream, because scripts look there. */
	const char *ldd = built("ldd");
	unlink(ldd);
	assert_int_equal(symlink(ldso, ldd), 0);
	r = RUN(NOENV, ldd, "--version");
	want_status(r, 1);
	want_err(r, "musl libc (");
	if (*r->out) wanted(r, "nothing on stdout");
	unlink(ldd);
}

/* A truncated program, as a command of the loader. */
static void truncated_program(void **state)
{
	struct result *r;
	(void)state;
	r = LD(NOENV, built("dlopen-fail/libcut-data.so"));
	want_one_err_line(r);
	want_err(r, "libcut-data.so");
	assert_true(r->status > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_level),
		cmocka_unit_test(arguments),
		cmocka_unit_test(together),
		cmocka_unit_test(dlopens),
		cmocka_unit_test(bad_words),
		cmocka_unit_test(list),
		cmocka_unit_test(no_program),
		cmocka_unit_test(truncated_program),
		cmocka_unit_test(usage),
		cmocka_unit_test(version),
	};
	return SUITE("command", tests);
}

/* While dlopen has the loader's records open, the loader follows nothing that
 * the program can write to: tools/window.c takes it away meanwhile. Each dlopen
 * must print the same with it as without.
 *
 * The number of openings is that of the calls that are printed. 0 means that
 * the records are not opened, and so nothing can be followed. */

#include "suite.h"

/* Libraries whose late relocations are resolved may be written to. */
static const char *late;

/* Run the program of loader/window under the tracer, with an option that takes
 * an argument if it is not null. */
static struct result *traced_v(const char *words, const char *option,
	const char *value, const char *kind, const char *threads)
{
	const char *argv[10] = { "../window" };
	const char *dir = fmt("WINDOW_DIR=%s", built("window"));
	int n = 1;
	if (emulated) skip_case("the tracer can't look into QEMU");
	if (late) {
		argv[n++] = "-s";
		argv[n++] = late;
	}
	if (option) argv[n++] = option;
	if (option && value) argv[n++] = value;
	argv[n++] = fmt("%s/lib/libc.so", prefix);
	argv[n++] = built("window/main");
	argv[n++] = kind;
	argv[n++] = threads;
	struct result *r = run_v(ENV(words, dir), argv);
	if (r->status == 98) skip_case("%s", r->err);
	return r;
}

static struct result *traced(const char *kind, const char *threads)
{
	return traced_v("LD_SEAL=full", 0, 0, kind, threads);
}

static void want_whole_out(struct result *r, const char *out)
{
	if (strcmp(r->out, out)) wanted(r, "standard output:\n%s", out);
}

/* Without the tracer and with it, with one thread and with several. */
static void each_number_of_threads(const char *kind, int openings,
	const char *out, const char *more)
{
	static const char *const threads[] = { "one", "several", "other" };
	const char *dir = fmt("WINDOW_DIR=%s", built("window"));
	for (int i=0; i<3; i++) {
		const char *all = i && more ? fmt("%s%s", out, more) : out;
		struct result *r = RUN(ENV("LD_SEAL=full", dir), "window/main",
			kind, threads[i]);
		want_clean(r);
		want_whole_out(r, all);
		r = traced(kind, threads[i]);
		want_status(r, 0);
		want_whole_out(r, all);
		want_err(r, fmt("in the call: %d, outside: 0\n", openings));
	}
}

static void new_library(void **state)
{
	(void)state;
	each_number_of_threads("new", 1,
		"libplain.so: opened, constructed: plain\nvalue 1\n", 0);
}

/* By a path that is on the heap. */
static void by_path(void **state)
{
	(void)state;
	each_number_of_threads("path", 1, fmt("%s: opened, constructed: plain\n"
		"value 1\n", built("window/libplain.so")), 0);
}

static void loaded(void **state)
{
	(void)state;
	each_number_of_threads("loaded", 0,
		"libplain.so: opened, constructed: plain\nvalue 1\n", 0);
}

static void made_global(void **state)
{
	(void)state;
	each_number_of_threads("global", 1,
		"libplain.so: opened, constructed: plain\nvalue 1\n", 0);
}

/* One that is loaded, and one that is not. */
static void noload(void **state)
{
	(void)state;
	each_number_of_threads("noload", 0,
		"libplain.so: opened, constructed: plain\n"
		"libtls.so: Library libtls.so is not already loaded,"
		" constructed: plain\n", 0);
}

#define GONE(name) name ": Error loading shared library " name \
	": No such file or directory, constructed:\n"

/* By name and by path. */
static void missing(void **state)
{
	(void)state;
	each_number_of_threads("missing", 0, GONE("libgone.so")
		GONE("/nowhere/libgone.so"), 0);
}

/* The first that was searched for: the loader keeps the search path. */
static void missing_first(void **state)
{
	(void)state;
	each_number_of_threads("search", 1, GONE("libgone.so"), 0);
}

static void damaged(void **state)
{
	(void)state;
	each_number_of_threads("damaged", 1, "libcut.so: Error loading shared "
		"library libcut.so: Exec format error, constructed:\n", 0);
}

static void damaged_dependency(void **state)
{
	(void)state;
	each_number_of_threads("needs-damaged", 1, fmt("libneedscut.so: Error "
		"loading shared library libsecond.so-cut: Exec format error "
		"(needed by %s), constructed:\n",
		built("window/libneedscut.so")), 0);
}

/* The other thread's value is that of the second library. */
static void with_tls(void **state)
{
	(void)state;
	each_number_of_threads("tls", 2,
		"libtls.so: opened, constructed: tls\nvalue 100 and 101\n"
		"libtls2.so: opened, constructed: tls tls\nvalue 200 and 201\n",
		"another thread's 200\n");
}

/* RTLD_LAZY with a symbol that a second dlopen provides. */
static void missing_symbol(void **state)
{
	(void)state;
	late = "/liblazy.so";
	each_number_of_threads("lazy", 2,
		"liblazy.so: opened, constructed:\nvalue 42\n"
		"libprovider.so: opened, constructed: provided\nvalue 6\n", 0);
	late = 0;
}

static void missing_symbol_now(void **state)
{
	(void)state;
	each_number_of_threads("undefined", 1, fmt("liblazy.so: Error "
		"relocating %s: provided: symbol not found, constructed:\n",
		built("window/liblazy.so")), 0);
}

static void with_dependencies(void **state)
{
	(void)state;
	each_number_of_threads("dependencies", 1,
		"libneeds.so: opened, constructed: plain second needs\n"
		"value 11\n", 0);
}

/* The tracer finds the records by symbols. The loader must report the same. */
static void same_records(void **state)
{
	(void)state;
	struct result *r = traced_v("LD_SEAL=full,report", 0, 0, "missing",
		"one");
	const char *p = strstr(r->err, "window: records ");
	want_status(r, 0);
	if (!p) wanted(r, "the tracer's records");
	p += strlen("window: records ");
	want_err(r, fmt("seal: %.*s r-- records ", (int)strcspn(p, "\n"), p));
}

/* The tracer makes the name longer after it was measured. It must not be
 * written beyond its record. */
static void name_that_grows(void **state)
{
	(void)state;
	struct result *r = traced_v("LD_SEAL=full", "-g", 0, "grows", "one");
	want_status(r, 0);
	want_whole_out(r, fmt("%s\nvalue 11\n", built("window/libplain.so")));
}

/* A child of _Fork, called by another thread while the records are open. */
static void fork_meanwhile(void **state)
{
	(void)state;
	struct result *r = traced_v("LD_SEAL=full", "-f", 0, "fork", "two");
	want_status(r, 0);
	want_whole_out(r, "writable: in the parent 1, in the child 0\n"
		"after: 0\n");
}

/* Test of the test: without an exception that is used, an access is outside. */
static void is_seen(const char *exception, const char *access)
{
	struct result *r = traced_v("LD_SEAL=full", "-x", exception, "path",
		"one");
	want_status(r, 97);
	want_err(r, access);
	want_no_err(r, "outside: 0\n");
}

static void accesses_are_seen(void **state)
{
	(void)state;
	is_seen("stack", "(? in [stack])");
	is_seen("library", "is given an address there");
	is_seen("TCB", "window: outside: reads ");
	is_seen("name", "(strlen+");
	is_seen("first_public", "window: outside: writes ");
	is_seen("refusal", "(refusal+0x0 ");
}

/* A library that is written to for late relocations. */
static void late_relocations_are_seen(void **state)
{
	(void)state;
	struct result *r = traced("lazy", "one");
	want_status(r, 97);
	want_err(r, "window: outside: writes ");
	want_err(r, "(do_relocs+");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_library),
		cmocka_unit_test(by_path),
		cmocka_unit_test(loaded),
		cmocka_unit_test(made_global),
		cmocka_unit_test(noload),
		cmocka_unit_test(missing),
		cmocka_unit_test(missing_first),
		cmocka_unit_test(damaged),
		cmocka_unit_test(damaged_dependency),
		cmocka_unit_test(with_tls),
		cmocka_unit_test(missing_symbol),
		cmocka_unit_test(missing_symbol_now),
		cmocka_unit_test(with_dependencies),
		cmocka_unit_test(same_records),
		cmocka_unit_test(name_that_grows),
		cmocka_unit_test(fork_meanwhile),
		cmocka_unit_test(accesses_are_seen),
		cmocka_unit_test(late_relocations_are_seen),
	};
	return SUITE("window", tests);
}

/* The loader's own records: their place, their protection, and when they are
 * sealed. */

#include "suite.h"
#include <time.h>

static void nothing_refers_to_dlopen(void **state)
{
	(void)state;
	all_levels("records/plain");
	want_clean(RUN(ENV("LD_SEAL=on,strict", "CHECK_LEVEL=on"),
		"records/plain"));
}

LEVELS_CASE(dlopen_in_use, "records/open")
LEVELS_CASE(threads, "records/threads")
SOFT_LEVELS_CASE(older, "records/older")

/* The case also passes on upstream, where nothing is protected. */
static void older_upstream(void **state)
{
	(void)state;
	want_clean(RUN(ENV("CHECK_LEVEL=off"), up("records/older"), "eager"));
}
SOFT_LEVELS_CASE(dlseal_called, "records/dlseal")

/* Opening pages must not be noticeable: a sealed program must print the same as
 * an unsealed one, or as one of upstream. Fewer rounds under QEMU, which is a
 * hundred times slower. */
static void says_the_same(const char *theirs, const char *ours, int first,
	int step, const char *arg)
{
	struct result *r;
	char *want, seed[16];
	for (int i=first; i<=(emulated ? 2 : 20); i+=step) {
		snprintf(seed, sizeof seed, "%d", i);
		r = RUN(ENV("LD_SEAL=off"), theirs, seed, arg);
		want_clean(r);
		want = strdup(r->out);
		r = RUN(ENV("LD_SEAL=on"), ours, seed, arg);
		want_clean(r);
		if (strcmp(r->out, want))
			wanted(r, "as %s, unsealed:\n%s", theirs, want);
		free(want);
	}
}

static void random_dlopens(void **state)
{
	(void)state;
	says_the_same("records/random", "records/random", 1, 1, 0);
	says_the_same("records/random-few", "records/random-few", 1, 1, 0);
	says_the_same("records/random-linked", "records/random-linked", 1, 1,
		0);
}

static void random_dlopens_upstream(void **state)
{
	(void)state;
	says_the_same(up("records/random"), "records/random", 1, 2, "eager");
	says_the_same(up("records/random-few"), "records/random-few", 2, 2,
		"eager");
}

/* dlopen used without a relocation, and the flags that decide. */
static void flags(void **state)
{
	(void)state;
	need_mseal();
	want_clean(RUN(ENV("CHECK_LEVEL=on"), "records/hidden", "closed",
		"LD_SEAL=dlopen"));
	want_clean(RUN(ENV("CHECK_LEVEL=on", "LD_SEAL=on,dlopen"),
		"records/hidden", "open"));
	want_clean(RUN(ENV("CHECK_LEVEL=full", "LD_SEAL=full,dlopen"),
		"records/hidden", "open"));
	want_clean(RUN(ENV("CHECK_LEVEL=on", "LD_SEAL=nodlopen"),
		"records/hidden", "closed", "nothing that was loaded"));
}

/* A program that refers to dlopen and is not allowed to use it. */
static void nodlopen(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=nodlopen"), "records/order");
	want_status(r, 0);
	want_out(r, "Error loading shared library libopened.so: the loader is "
		"sealed: LD_SEAL=nodlopen");
	want_out(r, "main\n");
	want_no_out(r, "+last");
	want_out(r, "-second\n-first\n");
}

/* Sealed records still lead to what is loaded. */
static void bare_name(void **state)
{
	struct result *r;
	const char *preload = fmt("LD_PRELOAD=%s",
		built("records/libplugin.so"));
	(void)state;
	r = RUN(ENV(preload), up("records/bare"));
	want_clean(r);
	want_out(r, "found\n");
	static const char *const words[] = { "off", "on", "full",
		"on,nodlopen", "full,strict,nodlopen" };
	for (size_t i=0; i<sizeof words/sizeof *words; i++) {
		r = RUN(ENV(preload, fmt("LD_SEAL=%s", words[i])),
			"records/bare");
		want_clean(r);
		want_out(r, "found\n");
		want_no_out(r, "not found");
	}
	need_mseal();
	r = RUN(ENV(preload, "LD_SEAL=on"), "records/bare", "dlseal");
	want_clean(r);
	want_out(r, "found\n");
	want_no_out(r, "not found");
}

static void contrary_flags(void **state)
{
	struct result *r;
	(void)state;
	r = RUN(ENV("LD_SEAL=dlopen,nodlopen"), "records/plain");
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, "contrary word \"nodlopen\"");
}

static void kernel_without_mseal(void **state)
{
	struct result *r;
	(void)state;
	/* Where seals are emulated, the kernel below has no mseal. */
	const char *prog = built("program/pie");
	r = emulated ? run_unemulated_v(ENV("LD_SEAL=report"), ENV(prog))
		: RUN(ENV("LD_SEAL=report"), "../deny", "ENOSYS", prog);
	if (r->status == 98) skip_case("%s", r->err);
	want_status(r, 0);
	want_err(r, " r-- records ");
}

/* Constructors and destructors must run in the same order as on upstream. */
static void same_order(const char *exit_in, const char *arg)
{
	struct result *r = RUN(ENV(exit_in), up("records/order"), arg);
	want_out(r, "+first");
	char *want = strdup(r->out);
	r = RUN(ENV(exit_in), "records/order", arg);
	want_status(r, 0);
	if (strcmp(r->out, want)) wanted(r, "as on upstream:\n%s", want);
	free(want);
}

static void order(void **state)
{
	(void)state;
	same_order("EXIT_IN=", 0);
	same_order("EXIT_IN=first", 0);
	same_order("EXIT_IN=second", 0);
	same_order("EXIT_IN=opened", 0);
	same_order("EXIT_IN=last", 0);
	same_order("EXIT_IN=", "quick");
}

/* A dlopen that writes no record works where none could be written. */
static void same_without(const char *how)
{
	struct result *r = RUN(NOENV, up("records/limits"), how);
	if (r->status == 77) skip_case("%s is not to be had", how);
	want_clean(r);
	char *want = strdup(r->out);
	r = RUN(ENV("LD_SEAL=full"), "records/limits", how);
	want_clean(r);
	if (strcmp(r->out, want)) wanted(r, "as on upstream:\n%s", want);
	free(want);
}

static void nothing_to_write(void **state)
{
	(void)state;
	same_without("none");
	same_without("data");
	same_without("mprotect");
}

static int calls_arg(const char *prog, const char *arg)
{
	struct result *r = RUN(ENV("LD_SEAL=on"), "../count-mseal", prog, arg);
	const char *p;
	if (r->status == 98) skip_case("no ptrace: %s", r->err);
	if (!(p = strstr(r->err, "system calls: "))) wanted(r, "a number");
	return atoi(p+14);
}

static int calls(const char *prog)
{
	return calls_arg(prog, 0);
}

/* The cost of dlopen must not depend on the number of loaded libraries: the
 * loader opens the same few pages, by at most four calls. Allow less than one
 * more per library, for new regions. */
static void cost_of_dlopen(void **state)
{
	const char *ours = built("records/older"),
		*theirs = up("records/older");
	int n, m;
	(void)state;
	need_mseal();
	n = calls_arg(ours, "90")-calls_arg(ours, "60");
	m = calls_arg(theirs, "90")-calls_arg(theirs, "60");
	if (n > m+5*30) fail_msg("30 libraries: %d calls, upstream %d", n, m);
}

/* The system calls that an exit makes are upstream's, also after a dlopen. */
static int calls_of(const char *prog, const char *what, const char *end)
{
	struct result *r = RUN(ENV("LD_SEAL=on"), "../count-mseal", prog, what,
		end);
	const char *p;
	if (r->status == 98) skip_case("no ptrace: %s", r->err);
	want_status(r, 0);
	if (!(p = strstr(r->err, "system calls: "))) wanted(r, "a number");
	return atoi(p+14);
}

static void cost_of_exit(void **state)
{
	static const char *const what[] = { "nothing", "plugin" };
	(void)state;
	for (int i=0; i<2; i++) {
		const char *p = built("records/ends"), *q = up("records/ends");
		int ours = calls_of(p, what[i], "exit")
			- calls_of(p, what[i], "_exit");
		int theirs = calls_of(q, what[i], "exit")
			- calls_of(q, what[i], "_exit");
		if (ours > theirs) fail_msg("exit with %s: wanted %d calls more"
			" than _exit, got %d", what[i], theirs, ours);
	}
}

/* A dlopen of a new library opens the records and closes them. What else it
 * asks for, to seal, it saves elsewhere. */
static void cost_of_new_library(void **state)
{
	(void)state;
	need_mseal();
	const char *p = built("records/ends"), *q = up("records/ends");
	int ours = calls_of(p, "plugin", "_exit")
		- calls_of(p, "nothing", "_exit");
	int theirs = calls_of(q, "plugin", "_exit")
		- calls_of(q, "nothing", "_exit");
	if (ours > theirs+2) fail_msg("wanted at most %d calls, got %d",
		theirs+2, ours);
}

/* The libraries of a chain are the template, with their own number and the next
 * one's. The last one needs the first. */
static void make_chain(int n)
{
	static char template[1<<20];
	char name[4096], number[8], *self[8], *next[8];
	int fd = open(built("records/chain/template.so"), O_RDONLY);
	ssize_t len = read(fd, template, sizeof template);
	size_t selfs = 0, nexts = 0;
	if (len < 0) fail_msg("template.so: %s", strerror(errno));
	close(fd);
	for (ssize_t j=0; j+13<=len; j++) {
		char *p = template+j;
		if (selfs < 8 && !memcmp(p, "chain-8888.so", 13))
			self[selfs++] = p+6;
		if (nexts < 8 && !memcmp(p, "chain-9999.so", 13))
			next[nexts++] = p+6;
	}
	if (!selfs || !nexts) fail_msg("template.so has no numbers");
	for (int i=1; i<=n; i++) {
		snprintf(number, sizeof number, "%04d", i);
		for (size_t j=0; j<selfs; j++) memcpy(self[j], number, 4);
		snprintf(name, sizeof name, "%s/records/chain/chain-%s.so",
			obj_dir, number);
		snprintf(number, sizeof number, "%04d", i == n ? 1 : i+1);
		for (size_t j=0; j<nexts; j++) memcpy(next[j], number, 4);
		fd = open(name, O_WRONLY|O_CREAT|O_TRUNC, 0755);
		if (fd < 0 || write(fd, template, len) != len)
			fail_msg("%s: %s", name, strerror(errno));
		close(fd);
	}
}

static void remove_chain(int n)
{
	char name[4096];
	for (int i=1; i<=n; i++) {
		snprintf(name, sizeof name, "%s/records/chain/chain-%04d.so",
			obj_dir, i);
		unlink(name);
	}
}

static double seconds(const char *words)
{
	double best = 1e9;
	for (int i=0; i<3; i++) {
		struct timespec a, b;
		clock_gettime(CLOCK_MONOTONIC, &a);
		want_clean(RUN(ENV(words), "records/chain/main"));
		clock_gettime(CLOCK_MONOTONIC, &b);
		double t = b.tv_sec-a.tv_sec+(b.tv_nsec-a.tv_nsec)*1e-9;
		if (t < best) best = t;
	}
	return best;
}

/* Without dlopen no list of all dependencies of each library is needed, which
 * would be quadratic. */
static void chain_of_libraries(void **state)
{
	enum { N = 2000 };
	(void)state;
	need_mseal();
	if (emulated) skip_case("the time would be QEMU's");
	make_chain(N);
	double on = seconds("LD_SEAL=on"), no = seconds("LD_SEAL=on,nodlopen");
	remove_chain(N);
	if (no > 2*on) fail_msg("%d libraries: wanted nodlopen to take at most "
		"twice the time, got %.3f s and %.3f s", N, on, no);
}

static void debugger(void **state)
{
	struct result *r;
	(void)state;
	if (access("/usr/bin/gdb", X_OK)) skip_case("no gdb");
	r = RUN(ENV("LD_SEAL=on"), "/usr/bin/gdb", "-q", "-nx", "-batch",
		"-ex", "break second", "-ex", "run", "-ex",
		"info sharedlibrary", built("records/order"));
	if (strstr(r->err, "ptrace")) skip_case("%s", r->err);
	want_out(r, "Breakpoint 1, ");
	want_out(r, "libfirst.so");
	want_out(r, "libopened.so");
	want_out(r, "libsecond.so");
}

/* The system calls that sealing adds to a start, before and after the arena was
 * added: 6 and 7 without libraries, 10 and 10 with three. */
static void cost(void **state)
{
	int n;
	(void)state;
	need_mseal();
	n = calls(built("records/nothing"))
		- calls(up("records/nothing"));
	if (n > 8) fail_msg("%d calls more than upstream, wanted at most 8", n);
	n = calls(built("records/three-libraries"))
		- calls(up("records/three-libraries"));
	if (n > 12)
		fail_msg("%d calls more than upstream, wanted at most 12", n);
}

/* A dlopen runs the constructors that are due, also with sealed records, and
 * waits for no other library's: the caller is a thread that a constructor waits
 * for. */
static void constructors_that_are_due(void **state)
{
	static const char *const words[] = { "LD_SEAL=off", "LD_SEAL=on",
		"LD_SEAL=nodlopen", "LD_SEAL=full,nodlopen" };
	(void)state;
	for (size_t i=0; i<sizeof words/sizeof *words; i++) {
		struct result *r = RUN(ENV(words[i]), "due/main");
		want_clean(r);
		want_out(r, "in the thread: 1\nof a dependency: 42\n"
			"in main: 1\n");
	}
}

static void constructors_that_are_due_upstream(void **state)
{
	(void)state;
	struct result *r = RUN(NOENV, up("due/main"));
	want_out(r, "in the thread: 1\nof a dependency: 42\nin main: 1\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_refers_to_dlopen),
		cmocka_unit_test(dlopen_in_use),
		cmocka_unit_test(threads),
		cmocka_unit_test(older),
		cmocka_unit_test(older_upstream),
		cmocka_unit_test(random_dlopens),
		cmocka_unit_test(random_dlopens_upstream),
		cmocka_unit_test(dlseal_called),
		cmocka_unit_test(flags),
		cmocka_unit_test(nodlopen),
		cmocka_unit_test(bare_name),
		cmocka_unit_test(contrary_flags),
		cmocka_unit_test(kernel_without_mseal),
		cmocka_unit_test(order),
		cmocka_unit_test(nothing_to_write),
		cmocka_unit_test(constructors_that_are_due),
		cmocka_unit_test(constructors_that_are_due_upstream),
		cmocka_unit_test(debugger),
		cmocka_unit_test(cost),
		cmocka_unit_test(cost_of_dlopen),
		cmocka_unit_test(cost_of_exit),
		cmocka_unit_test(cost_of_new_library),
		cmocka_unit_test(chain_of_libraries),
	};
	return SUITE("records", tests);
}

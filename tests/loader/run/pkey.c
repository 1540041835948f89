/* A protection key for the loader's records: the flag pkey. Most cases need a
 * processor with protection keys, see tests/README.md. */

#include "suite.h"
#include <sys/syscall.h>

/* 1 if the machine has protection keys; or 0, with errno. */
static int has_keys(void)
{
	long key = syscall(SYS_pkey_alloc, 0UL, 0UL);
	if (key < 0) return 0;
	syscall(SYS_pkey_free, key);
	return 1;
}

static void need_keys(void)
{
	if (emulated) skip_case("seals are emulated, and QEMU's user mode has "
		"no protection keys");
	need_mseal();
	if (!has_keys()) skip_case("no protection keys: %s", strerror(errno));
}

static void run_case(const char *lv, const char *flags, const char *what)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s,%s", lv, flags),
		fmt("CHECK_LEVEL=%s", lv)), "pkey/main", what);
	want_clean(r);
	want_out(r, "check: ");
}

static void levels_of(const char *what)
{
	need_keys();
	run_case("on", "pkey", what);
	run_case("full", "pkey", what);
	run_case("on", "strict,pkey", what);
}

static void protection(void **state)
{
	(void)state;
	need_keys();
	run_case("on", "pkey", "protection");
	run_case("full", "pkey", "protection");
}

static void handler(void **state)
{
	(void)state;
	levels_of("handler");
}

static void longjmp_out_of_it(void **state)
{
	(void)state;
	levels_of("longjmp");
}

/* The case itself: without a key they are readable in a handler too. */
static void handler_without_key(void **state)
{
	(void)state;
	if (emulated) skip_case("signals and forks are slow there");
	want_clean(RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=on"), "pkey/main",
		"handler"));
	want_clean(RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=on"), "pkey/main",
		"longjmp"));
}

static void exit_in_handler(void **state)
{
	struct result *r;
	(void)state;
	need_keys();
	r = RUN(ENV("LD_SEAL=on,pkey", "CHECK_LEVEL=on"), "pkey/main", "exit");
	want_clean(r);
	want_out(r, "destructor of first\n");
}

static void dlseal_called(void **state)
{
	(void)state;
	levels_of("dlseal");
}

static void stores(const char *words, unsigned long *n, unsigned long *won)
{
	unsigned long other = -1;
	struct result *r = RUN(ENV(words), "pkey/main", "race", "400");
	const char *p = strstr(r->out, "stores: ");
	want_clean(r);
	if (!p || sscanf(p, "stores: %lu, successful: %lu, other faults: %lu",
	    n, won, &other) != 3)
		wanted(r, "a line with the number of stores");
	if (strstr(words, "pkey") && other) wanted(r, "other faults: 0");
}

static void race(void **state)
{
	unsigned long n, won;
	(void)state;
	need_keys();
	stores("LD_SEAL=on,pkey", &n, &won);
	if (!n || won) fail_msg("wanted stores, none successful; got %lu, %lu",
		n, won);
	/* The case itself: all succeed where nothing is protected. */
	stores("LD_SEAL=off", &n, &won);
	if (n != won) fail_msg("unprotected: wanted all of %lu stores "
		"successful, got %lu", n, won);
}

static void report(void **state)
{
	struct result *r;
	(void)state;
	need_keys();
	r = RUN(ENV("LD_SEAL=on,pkey,report"), "records/order");
	want_status(r, 0);
	want_err(r, " rw- records ");
	want_no_err(r, "dlopen writes to them");
	want_no_err(r, " r-- records ");
	/* No key where nothing refers to dlopen. */
	r = RUN(ENV("LD_SEAL=on,pkey,report"), "records/plain");
	want_err(r, " r-- records ");
	want_no_err(r, " rw- records ");
}

static int calls(const char *words, const char *n)
{
	struct result *r = RUN(ENV(words), "../count-mseal",
		built("records/older"), n);
	const char *p;
	if (r->status == 98) skip_case("no ptrace: %s", r->err);
	if (!(p = strstr(r->err, "system calls: "))) wanted(r, "a number");
	return atoi(p+14);
}

/* No system call more at start, and two less for each dlopen. */
static void cost(void **state)
{
	int with, without;
	(void)state;
	need_keys();
	with = calls("LD_SEAL=on,pkey", "1");
	without = calls("LD_SEAL=on", "1");
	if (with > without) fail_msg("start: wanted at most %d calls, got %d",
		without, with);
	with = calls("LD_SEAL=on,pkey", "60")-calls("LD_SEAL=on,pkey", "30");
	without = calls("LD_SEAL=on", "60")-calls("LD_SEAL=on", "30");
	if (with != without-60) fail_msg("30 dlopens: wanted %d calls, got %d",
		without-60, with);
}

/* Without keys the records are protected as without the flag. */
static struct result *no_key(const char *error, const char *words,
	const char *prog)
{
	struct result *r;
	if (emulated) skip_case("a filter of system calls is nothing to the"
		" emulation");
	need_mseal();
	r = RUN(ENV(fmt("LD_SEAL=%s", words), "CHECK_LEVEL=on"), "../deny",
		fmt("pkey_alloc=%s", error), built(prog));
	if (r->status == 98) skip_case("%s", r->err);
	return r;
}

static void falls_back(void **state)
{
	struct result *r;
	(void)state;
	want_clean(no_key("ENOSYS", "on,pkey", "records/open"));
	want_clean(no_key("ENOSPC", "on,pkey", "records/threads"));
	want_clean(no_key("EPERM", "on,pkey", "records/dlseal"));
	/* A filter that answers with success. */
	r = no_key("0", "on,pkey,report", "records/order");
	want_status(r, 0);
	want_err(r, " r-- records ");
	want_err(r, "not sealed: dlopen writes to them");
}

static void refused(struct result *r, const char *why)
{
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, fmt(": cannot seal: %s (strict)\n", why));
	want_no_out(r, "+first");
}

static void strict_without_key(const char *error, const char *why)
{
	refused(no_key(error, "on,strict,pkey", "records/order"), why);
}

static void strict(void **state)
{
	static const char none[] =
		"there is no protection key for the loader's records";
	(void)state;
	strict_without_key("ENOSYS", none);
	strict_without_key("ENOSPC", none);
	strict_without_key("0", none);
	strict_without_key("EPERM", "a protection key is not permitted");
	if (!has_keys())
		refused(RUN(ENV("LD_SEAL=on,strict,pkey"), "records/order"),
			none);
	/* One is not needed where nothing refers to dlopen. */
	want_clean(no_key("ENOSPC", "on,strict,pkey", "records/plain"));
}

/* Nothing to guard. */
static void no_records_to_guard(void **state)
{
	static const char *const words[] = { "LD_SEAL=off,pkey,strict",
		"LD_SEAL=on,nodlopen,pkey,strict" };
	(void)state;
	for (size_t i=0; i<sizeof words/sizeof *words; i++) {
		struct result *r = RUN(ENV(words[i]), "records/order");
		want_status(r, 0);
		want_out(r, "+first");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(protection),
		cmocka_unit_test(race),
		cmocka_unit_test(handler),
		cmocka_unit_test(longjmp_out_of_it),
		cmocka_unit_test(handler_without_key),
		cmocka_unit_test(exit_in_handler),
		cmocka_unit_test(dlseal_called),
		cmocka_unit_test(report),
		cmocka_unit_test(cost),
		cmocka_unit_test(falls_back),
		cmocka_unit_test(strict),
		cmocka_unit_test(no_records_to_guard),
	};
	return SUITE("pkey", tests);
}

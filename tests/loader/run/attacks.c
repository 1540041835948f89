/* This tests the tests: where nothing is sealed, the same comparison must find
 * nothing sealed and the same attacks must succeed. Run on unmodified musl and
 * on the fork with sealing off. */

#include "suite.h"
#include <signal.h>

static const char *const programs[] = { "program/pie", "program/nonpie",
	"program/static", "deps/main", "deps/nonpie", "preload/main",
	"dlopen/main", "threads/main", "layout/aligned/pie",
	"layout/aligned-code/pie", "layout/norelro/pie",
	"layout/bigdata/pie", "layout/relro-short/pie", "layout/relro-long/pie",
	"layout/relro-late/pie", "pointers/plain/main",
	"introspect/main", "fork/main", "ctor/main",
	"exit/main", "textrel/linked", "textrel/dlopen", "order/main" };
#define NPROGRAMS (sizeof programs/sizeof *programs)

static void on_upstream(void **state)
{
	size_t i;
	(void)state;
	for (i=0; i<NPROGRAMS; i++)
		want_clean(RUN(ENV("CHECK_LEVEL=off", "CHECK_ATTACK=succeed",
			"LD_SEAL=on"), up(programs[i])));
}

static void with_sealing_off(void **state)
{
	size_t i;
	(void)state;
	for (i=0; i<NPROGRAMS; i++)
		want_clean(RUN(ENV("CHECK_LEVEL=off", "CHECK_ATTACK=succeed",
			"LD_SEAL=off"), programs[i]));
}

/* To expect seals where there are none must fail, by comparison and by attack,
 * and so must the opposite. */
static void wrong_expectations(void **state)
{
	struct result *r;
	(void)state;
	r = RUN(ENV("CHECK_LEVEL=on"), up("program/pie"));
	want_status(r, 1);
	want_out(r, "text program: wanted sealed, got not sealed");
	want_out(r, "relro program: wanted sealed, got not sealed");
	want_out(r, "vdso [vdso]: wanted sealed, got not sealed");
	want_out(r, "wanted anonymous pages, got file mapping");
	want_out(r, "nothing to attack");
	r = RUN(ENV("CHECK_LEVEL=full"), up("program/pie"));
	want_out(r, "data program: wanted sealed, got not sealed");
	need_mseal();
	r = RUN(ENV("CHECK_LEVEL=off", "CHECK_ATTACK=succeed", "LD_SEAL=full"),
		"program/pie");
	want_status(r, 1);
	want_out(r, "text program: wanted not sealed, got sealed");
	want_out(r, "munmap on ");
	want_out(r, "wanted success, got refused, Operation not permitted");
	/* A sealed mapping that belongs to no object. */
	r = RUN(ENV("CHECK_LEVEL=on", "LD_SEAL=on"), "program/pie", "surprise");
	want_status(r, 1);
	want_out(r,
		"anonymous: belongs to no object: wanted not sealed, got"
		" sealed");
	/* Unmarked data at the wrong level, both ways. */
	r = RUN(ENV("CHECK_LEVEL=on", "LD_SEAL=full"), "program/pie-unmarked");
	want_status(r, 1);
	want_out(r, "data program: wanted not sealed, got sealed");
	r = RUN(ENV("CHECK_LEVEL=full", "LD_SEAL=on"), "program/pie-unmarked");
	want_status(r, 1);
	want_out(r, "data program: wanted sealed, got not sealed");
}

/* The search of vdso/main finds what upstream keeps in writable data. */
static void vdso_functions_upstream(void **state)
{
	(void)state;
	want_clean(RUN(ENV("CHECK_LEVEL=off"), up("vdso/main"), "found"));
	want_clean(RUN(ENV("CHECK_LEVEL=off"), up("vdso/static"), "found"));
}

/* The fork's loader delays RELRO of lazy libraries for this reason: upstream
 * writes to it after it became read-only. */
static void lazy_crashes_upstream(void **state)
{
	struct result *r;
	(void)state;
	r = RUN(ENV("CHECK_LEVEL=none"), up("lazy/main"));
	want_status(r, -11);
}

/* Upstream loads a truncated library and crashes with SIGBUS, or worse. */
static void truncated_crashes_upstream(void **state)
{
	struct result *r;
	(void)state;
	r = RUN(ENV("CHECK_LEVEL=none"), up("dlopen-fail/main"));
	if (r->status == 0) wanted(r, "any failure");
}

/* Without seals, all these calls succeed. Discarding RELRO restores pointers
 * that are not relocated; on file pages a seal does not prevent it. */
static void no_libc_upstream(void **state)
{
	struct result *r;
	(void)state;
	r = RUN(NOENV, up("nolibc/main"));
	want_clean(r);
	want_out(r, "mprotect of text: 0\n");
	want_out(r, "dontneed of relro: 0\n");
	want_out(r, "munmap of relro: 0\n");
	want_out(r, "mprotect of ld.so: 0\n");
	want_out(r, "munmap of ld.so: 0\n");
}

/* tests/loader/story: complete attacks that end in the attacker's code. */
static const struct {
	const char *prog;
	int fork_status;
	const char *says;
} story[] = {
	{ "story/record", -SIGSEGV, ": not writable" },
	{ "story/record-dlopen", -SIGSEGV, ": not writable" },
	{ "story/rollback", 0, "madvise: refused: Operation not permitted" },
	{ "story/data", 0, "mprotect: refused: Operation not permitted" },
	{ "story/text", 0,
		"munmap and mmap: refused: Operation not permitted" },
};

static void succeeds(struct result *r)
{
	if (r->status == 77) skip_case("%s", r->out);
	want_status(r, 42);
	want_out(r, "the attacker's code runs");
}

static void stories(void **state)
{
	size_t i;
	(void)state;
	need_mseal();
	for (i=0; i<sizeof story/sizeof *story; i++) {
		succeeds(RUN(NOENV, up(story[i].prog)));
		succeeds(RUN(ENV("LD_SEAL=off"), story[i].prog));
		struct result *r = RUN(ENV("LD_SEAL=on"), story[i].prog);
		want_status(r, story[i].fork_status);
		want_out(r, story[i].says);
		want_no_out(r, "attacker's code");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(on_upstream),
		cmocka_unit_test(with_sealing_off),
		cmocka_unit_test(wrong_expectations),
		cmocka_unit_test(vdso_functions_upstream),
		cmocka_unit_test(lazy_crashes_upstream),
		cmocka_unit_test(truncated_crashes_upstream),
		cmocka_unit_test(no_libc_upstream),
		cmocka_unit_test(stories),
	};
	return SUITE("attacks", tests);
}

/* Kernels and sandboxes without mseal. ENOSYS comes from qemu's user-mode
 * emulation, and from a seccomp filter so that the test also runs natively.
 * EPERM comes from a filter. Programs must run unsealed and silently, unless
 * the policy is strict. */

#include "suite.h"

static const char *const programs[] = { "program/pie", "program/nonpie",
	"program/static", "program/static-pie", "deps/main", "dlopen/main",
	"threads/main", "textrel/linked", "textrel/dlopen", "lazy/main",
	"layout/aligned/pie", "pointers/plain/main",
	"introspect/main", "dlopen-fail/main", "many/main" };
#define NPROGRAMS (sizeof programs/sizeof *programs)

/* Where seals are emulated, the kernel below has no mseal: no filter needed. */
#define DENY(env, err, ...) \
	deny(env, (const char *const[]){ "../deny", err, __VA_ARGS__, 0 })
static struct result *deny(const char *const *env, const char *const *argv)
{
	struct result *r = emulated ? run_unemulated_v(env, argv+2)
		: run_v(env, argv);
	if (r->status == 98) skip_case("%s", r->err);
	return r;
}

/* The rest of the loader's work is done: RELRO is read-only, text is r-x. */
static void runs_unsealed(const char *err)
{
	size_t i;
	for (i=0; i<NPROGRAMS; i++) {
		const char *p = built(programs[i]);
		want_clean(DENY(ENV("CHECK_LEVEL=off"), err, p));
		want_clean(DENY(ENV("CHECK_LEVEL=off", "LD_SEAL=on"), err, p));
		want_clean(DENY(ENV("CHECK_LEVEL=off", "LD_SEAL=full"), err,
			p));
	}
	want_clean(DENY(ENV("CHECK_LEVEL=off"), err, ldso, "--seal=full",
		built("program/pie")));
}

static void refuses_if_strict(const char *err, const char *reason)
{
	size_t i;
	for (i=0; i<4; i++) {
		struct result *r = DENY(ENV("LD_SEAL=on,strict"), err,
			built(programs[i]));
		want_status(r, 127);
		want_one_err_line(r);
		want_err(r, ": cannot seal");
		want_err(r, reason);
		want_err(r, "strict)\n");
		want_no_out(r, "argv0");
		/* Nothing to seal, so nothing can fail. */
		want_clean(DENY(ENV("LD_SEAL=off,strict", "CHECK_LEVEL=off"),
			err, built(programs[i])));
	}
	struct result *r = DENY(NOENV, err, ldso, "--seal=full,strict",
		built("program/pie"));
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, ": cannot seal");
	want_err(r, reason);
}

static void says_why(const char *err, const char *reason)
{
	size_t i;
	for (i=0; i<4; i++) {
		struct result *r =
			DENY(ENV("LD_SEAL=on,report", "CHECK_LEVEL=off"),
			err, built(programs[i]));
		want_status(r, 0);
		want_err(r, ": not sealed: ");
		want_err(r, reason);
		want_no_err(r, ": sealed");
	}
}

static void enosys(void **state)
{
	(void)state;
	runs_unsealed("ENOSYS");
}

static void enosys_strict(void **state)
{
	(void)state;
	refuses_if_strict("ENOSYS", "kernel has no mseal");
}

static void enosys_report(void **state)
{
	(void)state;
	says_why("ENOSYS", "kernel has no mseal");
}

static void eperm(void **state)
{
	(void)state;
	runs_unsealed("EPERM");
}

static void eperm_strict(void **state)
{
	(void)state;
	refuses_if_strict("EPERM", "not permitted");
}

static void eperm_report(void **state)
{
	(void)state;
	says_why("EPERM", "not permitted");
}

/* Any other errno: one line names it and says that nothing is sealed. */
static void other_errno(const char *err, const char *reason)
{
	size_t i;
	if (emulated)
		skip_case("the kernel's own answer, which it is not asked for");
	for (i=0; i<NPROGRAMS; i++) {
		struct result *r = DENY(ENV("CHECK_LEVEL=off", "LD_SEAL=on"),
			err, built(programs[i]));
		want_status(r, 0);
		want_one_err_line(r);
		want_err(r, ": warning: cannot seal ");
		want_err(r, fmt("%s; nothing is sealed\n", reason));
	}
	refuses_if_strict(err, reason);
	says_why(err, reason);
}

static void eacces(void **state)
{
	(void)state;
	other_errno("EACCES", "mseal is forbidden");
}

static void unheard_of(void **state)
{
	(void)state;
	other_errno("1234", "mseal failed, errno 1234");
}

/* mseal returns 0 but seals nothing. The loader checks this only under strict
 * or report. */
static void false_success(void **state)
{
	static const char reason[] = "nothing is sealed by it";
	(void)state;
	if (emulated)
		skip_case("the kernel's own answer, which it is not asked for");
	runs_unsealed("0");
	refuses_if_strict("0", reason);
	says_why("0", reason);
}

/* A line if nothing can be sealed, and no other difference. */
static void warns(void **state)
{
	static const char *const answers[][2] = {
		{ "ENOSYS", "the kernel has no mseal" },
		{ "EPERM", "mseal is not permitted" },
		{ "0", "nothing is sealed by it" },
	};
	(void)state;
	for (size_t i=0; i<NPROGRAMS; i++) for (size_t k=0; k<3; k++) {
		if (emulated && k) continue;
		struct result *r = DENY(ENV("LD_SEAL=on,warn",
			"CHECK_LEVEL=off"), answers[k][0], built(programs[i]));
		want_status(r, 0);
		want_one_err_line(r);
		want_err(r, ": warning: cannot seal ");
		want_err(r, fmt("%s; nothing is sealed\n", answers[k][1]));
	}
	struct result *r = DENY(ENV("LD_SEAL=on,warn,strict"), "EPERM",
		built("program/pie"));
	want_status(r, 127);
	want_one_err_line(r);
	if (kernel_has_mseal()) for (size_t i=0; i<4; i++)
		want_clean(RUN(ENV("LD_SEAL=full,warn", "CHECK_LEVEL=full"),
			programs[i]));
}

/* Sealed and attacked as usual, without protection keys. */
static void keys(void **state)
{
	(void)state;
	struct result *r = DENY(ENV("LD_SEAL=full", "CHECK_LEVEL=full"),
		"pkey_alloc=EPERM", built("program/pie"));
	need_mseal();
	want_clean(r);
	want_out(r, "note: no protection keys");
}

/* ---- qemu ---------------------------------------------------------- */

static const char *qemu(void)
{
	const char *q = getenv("QEMU_USER");
	struct result *r;
	if (!q || !*q) q = "/usr/bin/qemu-x86_64";
	if (access(q, X_OK)) skip_case("no %s", q);
	/* The test of the mseal wrapper skips on ENOSYS. */
	r = RUN(ENV("LD_SEAL=off"), q, built("mseal/static"));
	if (r->status != 77) skip_case("this qemu has mseal, or does not work: "
		"status %d", r->status);
	return q;
}

/* qemu's smaps are not those of the emulated process: CHECK_LEVEL=none. */
static void under_qemu(void **state)
{
	const char *q = qemu();
	size_t i;
	(void)state;
	for (i=0; i<NPROGRAMS; i++) {
		/* This one checks or counts mappings only. */
		if (!strcmp(programs[i], "dlopen-fail/main")) continue;
		want_clean(RUN(ENV("CHECK_LEVEL=none"), q, built(programs[i])));
		want_clean(RUN(ENV("CHECK_LEVEL=none", "LD_SEAL=full"), q,
			built(programs[i])));
	}
	want_clean(RUN(ENV("CHECK_LEVEL=none"), q, ldso, "--seal=on",
		built("deps/main")));
}

static void under_qemu_strict(void **state)
{
	const char *q = qemu();
	size_t i;
	(void)state;
	for (i=0; i<4; i++) {
		struct result *r = RUN(ENV("LD_SEAL=on,strict"), q,
			built(programs[i]));
		want_status(r, 127);
		want_one_err_line(r);
		want_err(r, ": cannot seal");
		want_err(r, "kernel has no mseal");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(enosys),
		cmocka_unit_test(enosys_strict),
		cmocka_unit_test(enosys_report),
		cmocka_unit_test(eperm),
		cmocka_unit_test(eperm_strict),
		cmocka_unit_test(eperm_report),
		cmocka_unit_test(eacces),
		cmocka_unit_test(unheard_of),
		cmocka_unit_test(false_success),
		cmocka_unit_test(warns),
		cmocka_unit_test(keys),
		cmocka_unit_test(under_qemu),
		cmocka_unit_test(under_qemu_strict),
	};
	return SUITE("denied", tests);
}

/* docs/sandboxes.md: the answers of a filter that the suite denied does not try,
 * at start and at a later dlopen, and the files of docs/sandboxes. */

#include "suite.h"
#include <signal.h>

static const char *const programs[] = { "program/pie", "program/static",
	"program/static-pie", "dlopen/main" };
#define NPROGRAMS (sizeof programs/sizeof *programs)

static const char *docs(const char *name)
{
	return fmt("%s/../docs/sandboxes%s%s", getenv("TESTS"),
		*name ? "/" : "", name);
}

/* The filter is about the kernel's own call. */
static void need_filters(void)
{
	if (emulated) skip_case("the kernel's own answer, which it is not asked"
		" for");
	need_mseal();
	struct result *r = RUN(NOENV, "../deny", "LOG", "/bin/true");
	if (r->status == 98) skip_case("%s", r->err);
}

/* ---- at start ------------------------------------------------------- */

/* Killed at the first request, before it says anything; off makes none. */
static void killed(const char *answer)
{
	static const char *const levels[] = { "LD_SEAL=on", "LD_SEAL=full",
		"LD_SEAL=on,strict" };
	need_filters();
	for (size_t i=0; i<NPROGRAMS; i++) {
		const char *p = built(programs[i]);
		for (size_t k=0; k<3; k++) {
			struct result *r = RUN(ENV(levels[k]), "../deny",
				answer, p);
			want_status(r, -SIGSYS);
			if (*r->out || *r->err) wanted(r, "no output");
		}
		want_clean(RUN(ENV("LD_SEAL=off", "CHECK_LEVEL=off"), "../deny",
			answer, p));
	}
}

static void start_kill(void **state)
{
	(void)state;
	killed("KILL");
	killed("KILL_THREAD");
}

static void start_trap(void **state)
{
	(void)state;
	killed("TRAP");
}

/* Without a tracer it is ENOSYS. */
static void start_trace(void **state)
{
	(void)state;
	need_filters();
	for (size_t i=0; i<NPROGRAMS; i++) {
		const char *p = built(programs[i]);
		want_clean(RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=off"), "../deny",
			"TRACE", p));
		struct result *r = RUN(ENV("LD_SEAL=on,strict"), "../deny",
			"TRACE", p);
		want_status(r, 127);
		want_err(r, "the kernel has no mseal (strict)\n");
	}
}

static void start_log(void **state)
{
	(void)state;
	need_filters();
	for (size_t i=0; i<NPROGRAMS; i++)
		want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
			"../deny", "LOG", built(programs[i])));
}

/* ---- at a later dlopen --------------------------------------------- */

#define ALLOW "0x7fff0000"
#define LOG "0x7ffc0000"
#define TRACE "0x7ff00000"
#define ERRNO(e) fmt("%d", 0x50000|(e))
#define TRAP "0x30000"
#define KILL "0x80000000"
#define KILL_THREAD "0"

static struct result *later(const char *words, const char *answer,
	const char *left)
{
	need_filters();
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words)), "sandbox/main",
		answer, left);
	if (r->status == 77) skip_case("no seccomp filter");
	return r;
}

/* Loaded without seals, with a warning; under strict it is not loaded. */
static void refused(const char *answer, const char *left, const char *why)
{
	struct result *r = later("on", answer, left);
	want_status(r, 0);
	want_out(r, "x() is 4, not sealed\n");
	want_one_err_line(r);
	want_err(r, ": warning: cannot seal ");
	want_err(r, fmt(": %s; nothing is sealed\n", why));
	r = later("on,strict", answer, left);
	want_status(r, 1);
	want_out(r, fmt("dlopen: Error sealing what was loaded: %s (strict)\n",
		why));
	if (*r->err) wanted(r, "nothing on stderr");
}

static void dlopen_errno(void **state)
{
	(void)state;
	refused(ERRNO(EPERM), 0, "mseal is not permitted");
	refused(ERRNO(ENOSYS), 0, "the kernel has no mseal");
	refused(ERRNO(EACCES), 0, "mseal is forbidden");
	refused(TRACE, 0, "the kernel has no mseal");
}

/* Nothing tells it from success: it is tried at the first seal only. */
static void dlopen_false_success(void **state)
{
	(void)state;
	struct result *r = later("on,strict", ERRNO(0), 0);
	want_clean(r);
	want_out(r, "x() is 4, not sealed\n");
}

static void dlopen_kill(void **state)
{
	(void)state;
	want_status(later("on", KILL, 0), -SIGSYS);
	want_status(later("on,strict", KILL, 0), -SIGSYS);
	want_status(later("on", KILL_THREAD, 0), -SIGSYS);
	want_status(later("on", TRAP, 0), -SIGSYS);
	/* Nobody asks. */
	want_clean(later("off", KILL, 0));
}

/* The program's handler decides what mseal returned. */
static void dlopen_trap(void **state)
{
	(void)state;
	if (!strstr(ldso, "x86_64") && !strstr(ldso, "aarch64"))
		skip_case("the handler does not know the registers");
	struct result *r = later("on", TRAP, "38");
	want_out(r, "SIGSYS handled\n");
	refused(TRAP, "1", "mseal is not permitted");
	refused(TRAP, "38", "the kernel has no mseal");
}

static void dlopen_log(void **state)
{
	(void)state;
	static const char *const answers[] = { ALLOW, LOG };
	for (size_t i=0; i<2; i++) {
		struct result *r = later("on,strict", answers[i], 0);
		want_clean(r);
		want_out(r, "x() is 4, sealed\n");
	}
}

/* ---- profiles ------------------------------------------------------- */

#define LINES "def line: if .args then .names[] as $n | .args[0] | " \
	"[$n,.index,.value,.valueTwo] | map(tostring) | join(\" \") " \
	"else .names[] end; .defaultErrnoRet, (.syscalls[] | " \
	"select(.action==\"SCMP_ACT_ALLOW\") | line)"

/* The filter of the profile, after a change by jq. */
static const char *filter(const char *change)
{
	const char *file = built("sandbox/filter");
	struct result *r = RUN(NOENV, "/usr/bin/jq", "-r",
		fmt("%s | %s", change, LINES), docs("seccomp.json"));
	FILE *f = fopen(file, "w");
	want_status(r, 0);
	assert_non_null(f);
	fputs(r->out, f);
	fclose(f);
	return file;
}

/* As Docker and podman apply the JSON. Without mseal in it programs run as
 * before, but unsealed. */
static void profile(void **state)
{
	(void)state;
	need_filters();
	const char *more[] = { "deps/main", "threads/main" };
	const char *with = filter(".");
	for (size_t i=0; i<NPROGRAMS+2; i++) {
		const char *p = built(i<NPROGRAMS ? programs[i]
			: more[i-NPROGRAMS]);
		want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
			"../profile", with, p));
	}
	const char *without = filter(".syscalls[].names -= [\"mseal\"]");
	for (size_t i=0; i<NPROGRAMS+2; i++) {
		const char *p = built(i<NPROGRAMS ? programs[i]
			: more[i-NPROGRAMS]);
		want_clean(RUN(ENV("LD_SEAL=full", "CHECK_LEVEL=off"),
			"../profile", without, p));
		struct result *r = RUN(ENV("LD_SEAL=full,strict"),
			"../profile", without, p);
		want_status(r, 127);
		want_err(r, "the kernel has no mseal (strict)\n");
	}
	/* The command that adds it to another profile. */
	with = filter(".syscalls[].names -= [\"mseal\"] | .syscalls += [{"
		"\"names\": [\"mseal\"], \"action\": \"SCMP_ACT_ALLOW\"}]");
	want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
		"../profile", with, built("program/pie")));
	/* It forbids what it does not list, such as a new namespace. */
	struct result *r = RUN(NOENV, "../profile", filter("."),
		"/usr/bin/unshare", "-m", "/bin/true");
	if (!r->status) wanted(r, "a failure");
}

static void dockerfile(void **state)
{
	(void)state;
	need_filters();
	const char *root = built("sandbox/root"), *context =
		built("sandbox/context");
	const char *image = fmt("%s/tools/image", getenv("TESTS"));
	want_status(RUN(NOENV, "/bin/sh", "-c", fmt("rm -rf '%s' '%s' && mkdir"
		" '%s' && cp '%s' '%s/lib/libc.so' '%s'", root, context, context,
		built("sandbox/server"), prefix, context)), 0);
	struct result *r = RUN(ENV("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), image,
		docs("Dockerfile"), context, root);
	if (strstr(r->err, "unshare failed"))
		skip_case("no root here: %s", r->err);
	want_clean(r);
	want_out(r, "serving 1\n");
	r = RUN(ENV("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), "../deny", "ENOSYS",
		image, docs("Dockerfile"), context, root);
	want_status(r, 127);
	want_err(r, "cannot seal: the kernel has no mseal (strict)\n");
}

/* A systemd that does not know the call says so of an allow-list, and takes the
 * deny-list. */
static void systemd(void **state)
{
	(void)state;
	const char *analyze = "/usr/bin/systemd-analyze";
	if (access(analyze, X_OK)) skip_case("no %s", analyze);
	struct result *known = RUN(NOENV, analyze, "syscall-filter", "@known");
	int knows = !!strstr(known->out, "mseal");
	static const char *const units[] = { "deny.service", "allow.service" };
	want_status(known, 0);
	for (size_t i=0; i<2; i++) {
		struct result *r = RUN(ENV("SYSTEMD_LOG_TARGET=console"),
			analyze, "verify", "--man=no", docs(units[i]));
		if (strstr(r->err, "perm") && strstr(r->err, "manager"))
			skip_case("%s", r->err);
		want_status(r, 0);
		if (i && !knows) want_err(r, "Failed to parse system call,"
			" ignoring: mseal");
		else want_no_err(r, "system call");
	}
}

static void no_exec_gain(void **state)
{
	(void)state;
	static const char *const levels[] = { "off", "on", "full" };
	need_filters();
	for (size_t k=0; k<3; k++) {
		const char *words = fmt("LD_SEAL=%s,strict", levels[k]);
		const char *check = fmt("CHECK_LEVEL=%s", levels[k]);
		struct result *r = RUN(ENV(words), "../deny", "mdwe",
			built("textrel/linked"));
		if (r->status == 98) skip_case("%s", r->err);
		want_status(r, 127);
		want_err(r, "Error relocating");
		/* What the checker attacks is refused by this too. */
		for (size_t i=0; i<NPROGRAMS; i++)
			want_clean(RUN(ENV(words, check, "CHECK_ATTACK=0"),
				"../deny", "mdwe", built(programs[i])));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(start_kill),
		cmocka_unit_test(start_trap),
		cmocka_unit_test(start_trace),
		cmocka_unit_test(start_log),
		cmocka_unit_test(dlopen_errno),
		cmocka_unit_test(dlopen_false_success),
		cmocka_unit_test(dlopen_kill),
		cmocka_unit_test(dlopen_trap),
		cmocka_unit_test(dlopen_log),
		cmocka_unit_test(profile),
		cmocka_unit_test(dockerfile),
		cmocka_unit_test(systemd),
		cmocka_unit_test(no_exec_gain),
	};
	return SUITE("sandbox", tests);
}

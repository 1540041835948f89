/* LD_SEAL=audit: what it says of programs that change their own pages, and that
 * the command which it prints makes them work. The flag noexempt, sealmark
 * --off, and mseal_query. */

#define _GNU_SOURCE
#include "suite.h"
#include <ctype.h>
#include <limits.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/wait.h>

static const char *const levels[] = { "on", "full", "on,strict",
	"full,strict" };
#define NLEVELS (sizeof levels/sizeof *levels)

/* A copy of a case's file, in a folder of its own. */
static const char *copy(const char *dir, const char *name)
{
	const char *to = built("audit/run");
	mkdir(to, 0755);
	to = fmt("%s/%s", to, dir);
	mkdir(to, 0755);
	to = fmt("%s/%s", to, name);
	if (copy_file(built(fmt("audit/%s", name)), to))
		fail_msg("cannot copy %s", to);
	return to;
}

/* PATH, in which sealmark is found under its name. */
static const char *path(void)
{
	const char *s = sealmark();
	return fmt("PATH=%.*s:/usr/bin:/bin", (int)(strrchr(s, '/')-s), s);
}

static size_t lines(const char *s)
{
	size_t n = 0;
	for (; *s; s++) n += *s == '\n';
	return n;
}

static struct result *with(const char *words, const char *preload,
	const char *prog, const char *arg)
{
	return RUN(ENV(fmt("LD_SEAL=%s", words),
		preload ? fmt("LD_PRELOAD=%s", preload) : "NOTHING="), prog,
		arg);
}

/* What the program expects, and nothing else. Returns the command. */
static const char *line(const char *words, const char *preload,
	const char *prog)
{
	struct result *r = with(words, preload, prog, 0);
	want_status(r, 1);
	want_one_err_line(r);
	if (strcmp(r->out, r->err)) wanted(r, "on standard error: %s", r->out);
	char *command = strstr(r->err, ": sealmark ");
	if (!command) return 0;
	command = strdup(command+2);
	command[strcspn(command, "\n")] = 0;
	return command;
}

static void run_command(const char *command)
{
	want_clean(RUN(ENV(path()), "/bin/sh", "-c", command));
}

/* The line of the program at each level, then the command as it stands. */
static void technique_with(const char *prog, const char *preload)
{
	const char *command = 0;
	need_mseal();
	/* It works unsealed, and says nothing without the flag. */
	want_clean(with("off,audit", preload, prog, 0));
	for (size_t i=0; i<NLEVELS; i++) {
		struct result *r = with(levels[i], preload, prog, 0);
		want_status(r, 1);
		want_no_err(r, "seal:");
		command = line(fmt("%s,audit", levels[i]), preload, prog);
		if (!command) wanted(r, "a line with a command");
	}
	run_command(command);
	for (size_t i=0; i<NLEVELS; i++)
		want_clean(with(fmt("%s,audit", levels[i]), preload, prog, 0));
	/* noexempt takes it back, and says so. */
	struct result *r = with("on,noexempt,audit", preload, prog, 0);
	want_status(r, 1);
	want_one_err_line(r);
	want_err(r, "LD_SEAL=noexempt allows no exemption\n");
	want_status(with("full,strict,noexempt", preload, prog, 0), 1);
}

static void technique(const char *name)
{
	technique_with(copy(name, name), 0);
}

#define TECHNIQUE(name, file) \
static void name(void **state) { (void)state; technique(file); }
TECHNIQUE(jit, "jit")
TECHNIQUE(jit_static, "jit-static")
TECHNIQUE(jit_static_pie, "jit-static-pie")
TECHNIQUE(guard, "guard")
TECHNIQUE(guard_static, "guard-static")
TECHNIQUE(patch, "patch")
TECHNIQUE(patch_fixed, "patch-fixed")
TECHNIQUE(patch_static, "patch-static")
TECHNIQUE(patch_static_pie, "patch-static-pie")
TECHNIQUE(viasyscall, "viasyscall")
TECHNIQUE(viasyscall_static, "viasyscall-static")
TECHNIQUE(plthook, "plthook")
TECHNIQUE(relro, "relro")
TECHNIQUE(relro_static_pie, "relro-static-pie")
TECHNIQUE(constant, "constant")
TECHNIQUE(constant_static, "constant-static")
TECHNIQUE(hugemmap, "hugemmap")
TECHNIQUE(hugemmap_static, "hugemmap-static")
TECHNIQUE(hugemremap, "hugemremap")
TECHNIQUE(restore, "restore")
TECHNIQUE(restore_static, "restore-static")
TECHNIQUE(unmap, "unmap")
TECHNIQUE(unmap_static, "unmap-static")
TECHNIQUE(discard, "discard")
TECHNIQUE(discard_static_pie, "discard-static-pie")

/* Level hard has another answer for what can never be written to. */
static void at_hard(void **state)
{
	static const char *const names[] = { "relro", "constant" };
	(void)state;
	need_mseal();
	if (!offered("hard")) skip_case("no level hard here");
	for (size_t i=0; i<2; i++) {
		const char *prog = copy(names[i], names[i]);
		struct result *r = with("hard,audit", 0, prog, 0);
		want_status(r, 1);
		want_one_err_line(r);
		want_err(r, fmt(" rw-: %s of ", i ? "rodata" : "relro"));
		want_out(r, r->err);
		char *command = strstr(r->err, ": sealmark ");
		if (!command) wanted(r, "a line with a command");
		run_command(fmt("%s", command+2));
		want_clean(with("hard,audit", 0, prog, 0));
	}
}

static void traced(void **state)
{
	(void)state;
	const char *agent = copy("traced", "libagent.so");
	technique_with(copy("traced", "traced"), agent);
}

/* The line names the library, and the library is changed. */
static void plugin(void **state)
{
	(void)state;
	copy("plugin", "libopened.so");
	technique("plugin");
}

/* No command helps, and the line says so. */
static void hooklibc(void **state)
{
	(void)state;
	need_mseal();
	const char *prog = copy("hooklibc", "hooklibc");
	for (size_t i=0; i<NLEVELS; i++)
		if (line(fmt("%s,audit", levels[i]), 0, prog))
			fail_msg("%s: wanted no command", levels[i]);
	want_clean(with("off", 0, prog, 0));
}

/* The command is for a shell, so it runs as it stands for any name. */
static void odd_name(void **state)
{
	static const char *const odd[] = { "two words", "it's", "$HOME;a&b" };
	(void)state;
	need_mseal();
	for (size_t i=0; i<sizeof odd/sizeof *odd; i++) {
		const char *prog = fmt("%s/%s", built("audit/run"), odd[i]);
		copy("odd", "patch");
		if (copy_file(built("audit/patch"), prog))
			fail_msg("cannot copy %s", prog);
		struct result *r = with("on,audit", 0, prog, 0);
		want_one_err_line(r);
		char *command = strstr(r->err, ": sealmark ");
		if (!command) wanted(r, "a command");
		run_command(command+2);
		want_clean(with("on,audit", 0, prog, 0));
	}
}

/* The loader as a command. */
static void command(void **state)
{
	(void)state;
	need_mseal();
	const char *prog = copy("command", "patch");
	struct result *r = RUN(NOENV, ldso, "--seal=on,audit", prog);
	want_status(r, 1);
	want_one_err_line(r);
	want_err(r, fmt(": text of %s: sealmark --mutable ", prog));
	run_command(strstr(r->err, "sealmark"));
	want_clean(RUN(NOENV, ldso, "--seal=full,strict,audit", prog));
}

/* ---- other circumstances --------------------------------------------- */

static struct result *calls(const char *prog, const char *arg)
{
	need_mseal();
	struct result *r = RUN(ENV("LD_SEAL=on,audit", "CHECK_LEVEL=on"),
		prog, arg);
	want_status(r, 0);
	return r;
}

static void want_lines(struct result *r, size_t n)
{
	if (lines(r->err) != n) wanted(r, "%zu lines on standard error", n);
}

static void each_call(const char *prog)
{
	struct result *r = calls(prog, "each");
	want_lines(r, 7);
	want_err(r, "seal: refused: munmap ");
	want_err(r, "seal: refused: mprotect ");
	want_err(r, " --x: data of ");
	want_err(r, "seal: refused: pkey_mprotect ");
	want_err(r, " r--: data of ");
	want_err(r, "seal: refused: mmap ");
	want_err(r, " ---: data of ");
	want_err(r, "seal: refused: mremap ");
	want_err(r, "seal: refused: shmat ");
	want_no_err(r, "more is not shown");
}

static void calls_each(void **state)
{
	(void)state;
	each_call("audit/calls");
	each_call("audit/calls-static");
}

static void calls_others(void **state)
{
	(void)state;
	want_lines(calls("audit/calls", "others"), 0);
	want_lines(calls("audit/calls-static", "others"), 0);
}

static void in_signal_handler(void **state)
{
	(void)state;
	want_lines(calls("audit/calls", "signal"), 1);
	want_lines(calls("audit/calls-static", "signal"), 1);
}

static void without_memory(void **state)
{
	(void)state;
	if (emulated) skip_case("the emulation itself needs memory");
	want_lines(calls("audit/calls", "nomem"), 1);
	want_lines(calls("audit/calls-static", "nomem"), 1);
}

/* Each place once. */
static void threads(void **state)
{
	(void)state;
	want_lines(calls("audit/calls", "threads"), 20);
	want_lines(calls("audit/calls-static", "threads"), 20);
}

static void after_fork(void **state)
{
	(void)state;
	want_lines(calls("audit/calls", "fork"), 2);
	want_lines(calls("audit/calls-static", "fork"), 2);
}

static void bounded(void **state)
{
	(void)state;
	struct result *r = calls("audit/calls", "many");
	want_lines(r, 65);
	if (strcmp(r->err+strlen(r->err)-strlen("more is not shown\n"),
	    "more is not shown\n"))
		wanted(r, "a last line that says that more is not shown");
}

static void in_dlopen(void **state)
{
	(void)state;
	struct result *r = calls("audit/calls", "dlopen");
	want_lines(r, 1);
	want_err(r, "mprotect ");
}

static void whole_library(void **state)
{
	(void)state;
	struct result *r = calls("audit/calls", "library");
	want_lines(r, 1);
	want_err(r, ": text+rodata");
	want_err(r, " of ");
	want_err(r, "libopened.so: sealmark --mutable 0-4000 ");
}

/* Where nothing could be sealed, nothing is said. */
static void unsealed(void **state)
{
	(void)state;
	struct result *r = RUN(ENV("LD_SEAL=on,audit"), "../deny", "EPERM",
		built("audit/patch"));
	if (r->status == 98) skip_case("%s", r->err);
	want_clean(r);
}

/* report names exemptions, and tells that noexempt ignores them. */
static void reported(void **state)
{
	(void)state;
	need_mseal();
	const char *prog = copy("reported", "patch");
	run_command(line("on,audit", 0, prog));
	struct result *r = with("on,report", 0, prog, 0);
	want_status(r, 0);
	want_err(r, fmt(" r-x mutable %s: not sealed: the object says that it"
		" changes it\n", prog));
	r = with("on,report,noexempt", 0, prog, 0);
	want_status(r, 1);
	want_no_err(r, "not sealed");
	want_err(r, fmt(" r-x text %s: sealed\n", prog));
}

/* ---- the file says off ------------------------------------------------ */

static void off_one(const char *from)
{
	const char *prog = fmt("%s/off/prog", built("audit/run"));
	copy("off", "patch");
	if (copy_file(built(from), prog)) fail_msg("cannot copy %s", from);
	level("on", prog, 0);
	run_command(fmt("sealmark --off '%s'", prog));
	struct result *r = RUN(ENV(path()), "/bin/sh", "-c",
		fmt("sealmark '%s'", prog));
	want_out(r, "  off: nothing is sealed in its process\n");
	for (size_t i=0; i<NLEVELS; i++)
		want_clean(RUN(ENV(fmt("LD_SEAL=%s", levels[i]),
			"CHECK_LEVEL=off"), prog));
	r = RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=full,strict,report",
		prog);
	want_status(r, 0);
	want_err(r, ": not sealed: program's file says off\n");
	want_no_err(r, ": sealed");
	/* It asks for no seal, so a filter that kills does no harm. */
	r = RUN(ENV("CHECK_LEVEL=off"), "../deny", "KILL", prog);
	if (r->status == 98) skip_case("%s", r->err);
	want_clean(r);
	r = RUN(ENV("LD_SEAL=report", "CHECK_LEVEL=off"), prog);
	want_status(r, 0);
	want_err(r, ": not sealed: program's file says off\n");
	want_no_err(r, ": sealed");
	want_clean(RUN(ENV("LD_SEAL=full,strict,noexempt", "CHECK_LEVEL=full"),
		prog));
	if (!geteuid() && !chown(prog, 65534, 65534) && !chmod(prog, 04755)) {
		/* LD_SEAL does not count for it, the note does. */
		r = RUN(ENV("LD_SEAL=full,noexempt", "CHECK_LEVEL=off"), prog);
		if (strstr(r->out, "secure: 1")) want_clean(r);
		else fprintf(stderr, "  note: set-user-ID has no effect\n");
	}
	run_command(fmt("sealmark --unmark --mark '%s'", prog));
	level("on", prog, 0);
}

static void off(void **state)
{
	(void)state;
	need_mseal();
	off_one("program/pie");
	off_one("program/nonpie");
	off_one("program/static");
	off_one("program/static-pie");
}

/* A file without our note gets one. */
static void off_unmarked(void **state)
{
	(void)state;
	need_mseal();
	off_one("program/static-unmarked");
	off_one("program/pie-unmarked");
}

/* ---- sealmark refuses what would have no effect ---------------------- */

static void ignored(void **state)
{
	static const char *const options[] = { "--exempt", "--off",
		"--not-hard", "--mutable=.text" };
	(void)state;
	for (size_t i=0; i<sizeof options/sizeof *options; i++) {
		const char *lib = fmt("%s/libc.so", built("audit/run"));
		copy("ignored", "libopened.so");
		if (copy_file(fmt("%s/lib/libc.so", prefix), lib))
			fail_msg("cannot copy %s", lib);
		struct result *r = RUN(ENV(path()), "/bin/sh", "-c",
			fmt("sealmark %s %s", options[i], lib));
		want_status(r, 1);
		want_one_err_line(r);
		want_err(r, "the C library with the loader, which seals all");
	}
	const char *lib = copy("ignored", "libopened.so");
	struct result *r = RUN(ENV(path()), "/bin/sh", "-c",
		fmt("sealmark --off %s", lib));
	want_status(r, 1);
	want_err(r, "it is a library");
	run_command(fmt("sealmark --exempt %s", lib));
}

/* ---- the cost --------------------------------------------------------- */

#ifdef __x86_64__
struct cost { long instructions, calls; };

/* Run until the next stop, instruction by instruction. */
static int count(pid_t pid, struct cost *c)
{
	int status;
	*c = (struct cost){ 0 };
	for (;;) {
		struct user_regs_struct u;
		ptrace(PTRACE_GETREGS, pid, 0, &u);
		long code = ptrace(PTRACE_PEEKTEXT, pid, u.rip, 0);
		c->instructions++;
		c->calls += (code & 0xffff) == 0x050f;
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, 0)
		    || waitpid(pid, &status, 0) != pid)
			return -1;
		if (!WIFSTOPPED(status)) return -1;
		if (WSTOPSIG(status) == SIGSTOP) return 0;
		if (WSTOPSIG(status) != SIGTRAP) return -1;
	}
}

/* The first round resolves and faults, the second is taken. */
static void measure(const char *prog, struct cost cost[7])
{
	int status;
	pid_t pid = fork();
	if (!pid) {
		ptrace(PTRACE_TRACEME, 0, 0, 0);
		execl(prog, prog, (char *)0);
		_exit(99);
	}
	waitpid(pid, &status, 0);
	for (int i=0; i<14; i++) {
		do {
			ptrace(PTRACE_CONT, pid, 0, 0);
			waitpid(pid, &status, 0);
		} while (WIFSTOPPED(status) && WSTOPSIG(status) != SIGSTOP);
		if (!WIFSTOPPED(status) || count(pid, cost+i%7)) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			fail_msg("%s: call %d could not be counted, status %x",
				prog, i, status);
		}
	}
	ptrace(PTRACE_CONT, pid, 0, 0);
	waitpid(pid, &status, 0);
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		fail_msg("%s: wanted status 0, got %x", prog, status);
}

static void cost(void **state)
{
	static const char *const names[] = { "mprotect", "madvise", "mmap",
		"mremap", "shmat", "munmap", "syscall" };
	struct cost ours[7], theirs[7];
	(void)state;
	if (emulated) skip_case("the emulation has more to do");
	measure(up("audit/cost"), theirs);
	measure(built("audit/cost"), ours);
	for (int i=0; i<7; i++) {
		fprintf(stderr, "  note: %s: %ld instructions, unmodified musl "
			"%ld\n", names[i], ours[i].instructions,
			theirs[i].instructions);
		if (ours[i].instructions > theirs[i].instructions+3
		    || ours[i].calls != theirs[i].calls)
			fail_msg("%s: wanted at most 3 instructions more than "
				"%ld and %ld system calls, got %ld and %ld",
				names[i], theirs[i].instructions,
				theirs[i].calls, ours[i].instructions,
				ours[i].calls);
	}
}
#else
static void cost(void **state)
{
	(void)state;
	skip_case("instructions are counted on x86-64 only");
}
#endif

/* A static program that makes none of the calls has nothing of it. */
static void not_linked(void **state)
{
	(void)state;
	struct result *r = RUN(NOENV, "/usr/bin/nm",
		built("audit/hello-static"));
	want_clean(r);
	want_out(r, " T main\n");
	want_no_out(r, "__seal_refused");
	want_no_out(r, "__seal_each");
	want_out(RUN(NOENV, "/usr/bin/nm", built("audit/patch-static")),
		"__seal_refused");
}

/* ---- mseal_query ------------------------------------------------------ */

static void query(void **state)
{
	static const char *const progs[] = { "audit/query",
		"audit/query-static", "audit/query-static-pie" };
	(void)state;
	need_mseal();
	for (size_t i=0; i<3; i++) {
		want_clean(RUN(ENV("LD_SEAL=off", "CHECK_LEVEL=off"),
			progs[i]));
		want_clean(RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=on"), progs[i]));
		want_clean(RUN(ENV("LD_SEAL=full,strict", "CHECK_LEVEL=full"),
			progs[i]));
		want_clean(RUN(ENV("LD_SEAL=on,nodlopen", "CHECK_LEVEL=on"),
			progs[i]));
		struct result *r = RUN(ENV("CHECK_LEVEL=off"), "../deny",
			"EPERM", built(progs[i]));
		if (r->status == 98) skip_case("%s", r->err);
		want_clean(r);
		if (emulated) continue;
		r = RUN(NOENV, "../deny", "EACCES", built(progs[i]), "refused");
		want_status(r, 0);
		want_one_err_line(r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(jit),
		cmocka_unit_test(jit_static),
		cmocka_unit_test(jit_static_pie),
		cmocka_unit_test(guard),
		cmocka_unit_test(guard_static),
		cmocka_unit_test(patch),
		cmocka_unit_test(patch_fixed),
		cmocka_unit_test(patch_static),
		cmocka_unit_test(patch_static_pie),
		cmocka_unit_test(viasyscall),
		cmocka_unit_test(viasyscall_static),
		cmocka_unit_test(plthook),
		cmocka_unit_test(relro),
		cmocka_unit_test(relro_static_pie),
		cmocka_unit_test(constant),
		cmocka_unit_test(constant_static),
		cmocka_unit_test(hugemmap),
		cmocka_unit_test(hugemmap_static),
		cmocka_unit_test(hugemremap),
		cmocka_unit_test(restore),
		cmocka_unit_test(restore_static),
		cmocka_unit_test(unmap),
		cmocka_unit_test(unmap_static),
		cmocka_unit_test(discard),
		cmocka_unit_test(discard_static_pie),
		cmocka_unit_test(at_hard),
		cmocka_unit_test(traced),
		cmocka_unit_test(plugin),
		cmocka_unit_test(hooklibc),
		cmocka_unit_test(odd_name),
		cmocka_unit_test(command),
		cmocka_unit_test(calls_each),
		cmocka_unit_test(calls_others),
		cmocka_unit_test(in_signal_handler),
		cmocka_unit_test(without_memory),
		cmocka_unit_test(threads),
		cmocka_unit_test(after_fork),
		cmocka_unit_test(bounded),
		cmocka_unit_test(in_dlopen),
		cmocka_unit_test(whole_library),
		cmocka_unit_test(unsealed),
		cmocka_unit_test(reported),
		cmocka_unit_test(off),
		cmocka_unit_test(off_unmarked),
		cmocka_unit_test(ignored),
		cmocka_unit_test(cost),
		cmocka_unit_test(not_linked),
		cmocka_unit_test(query),
	};
	return SUITE("audit", tests);
}

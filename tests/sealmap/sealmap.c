/* sealmap on sealed and unsealed programs, on glibc's, on files, and on what it
 * can't look at. SEALMAP is the tool; compiled twice, once for the tool with
 * sanitizers. */

#define _GNU_SOURCE
#include "harness.h"
#include <dirent.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SEALED (fmt("%s/../sealmap/target", obj_dir))
#define UPSTREAM (fmt("%s/../sealmap/upstream-target", obj_dir))
#define FOREIGN_STATIC (fmt("%s/../sealmap/upstream-static", obj_dir))
/* Memory that is not freed at the end is no leak here. */
#define PLAIN WITH("SEALMAP=tested")
#define WITH(word) ENV("ASAN_OPTIONS=detect_leaks=0", word)
#define MAP_UTF8(...) RUN(PLAIN, "/usr/bin/env", "LC_ALL=C.UTF-8", SEALMAP, __VA_ARGS__)
#define MAP(...) RUN(PLAIN, SEALMAP, __VA_ARGS__)

static const char *scratch(const char *name)
{
	return fmt("%s/../sealmap/%s", obj_dir, name);
}

/* ---- processes that are there to be looked at ---------------------- */

struct target { pid_t pid; int in, out; };

static struct target start_with(const char *env, const char *prog, const char *how)
{
	struct target t;
	int in[2], out[2];
	char line[8] = "";
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) abort();
	if (!(t.pid = fork())) {
		char *argv[] = { (char *)prog, (char *)how, 0 }, *envp[] = { (char *)env, 0 };
		dup2(in[0], 0);
		dup2(out[1], 1);
		execve(prog, argv, envp);
		_exit(126);
	}
	close(in[0]);
	close(out[1]);
	t.in = in[1];
	t.out = out[0];
	if (read(t.out, line, 6) != 6) fprintf(stderr, "  %s did not start\n", prog);
	return t;
}

static struct target start(const char *prog)
{
	return start_with("LD_SEAL=full", prog, "wait");
}

/* Is it as it was? Then it answers, and ends with 7. */
static void stop(struct target t)
{
	char answer[8] = "";
	int st = 0;
	if (write(t.in, "x", 1) != 1) fprintf(stderr, "  the target is gone\n");
	if (read(t.out, answer, 6) < 0) answer[0] = 0;
	close(t.in);
	close(t.out);
	waitpid(t.pid, &st, 0);
	assert_string_equal(answer, "got x\n");
	assert_true(WIFEXITED(st));
	assert_int_equal(WEXITSTATUS(st), 7);
}

static const char *pid_of(struct target t)
{
	return fmt("%d", (int)t.pid);
}

static const char *slurp(const char *path)
{
	FILE *f = fopen(path, "r");
	char *buf = calloc(1, 1<<20);
	const char *s;
	if (!f || !buf) {
		fprintf(stderr, "  cannot read %s\n", path);
		fail();
	}
	buf[fread(buf, 1, (1<<20)-1, f)] = 0;
	fclose(f);
	s = fmt("%s", buf);
	free(buf);
	return s;
}

static size_t count(const char *s, const char *part)
{
	size_t n = 0;
	for (; (s = strstr(s, part)); s += strlen(part)) n++;
	return n;
}

/* The answer of a jq program about a JSON file. */
static const char *jq(const char *file, const char *program)
{
	struct result *r = RUN(PLAIN, "/usr/bin/jq", "-r", program, file);
	want_status(r, 0);
	r->out[strcspn(r->out, "\n")] = 0;
	return r->out;
}

static void want_number(const char *what, const char *got, unsigned long want)
{
	if (strtoul(got, 0, 10) == want && *got >= '0' && *got <= '9') return;
	fprintf(stderr, "  %s: wanted %lu, got %s\n", what, want, got);
	fail();
}

static void want_refusal(struct result *r, const char *why)
{
	want_status(r, 3);
	want_one_err_line(r);
	want_err(r, why);
	if (*r->out) wanted(r, "nothing on stdout");
}

/* ---- running a program --------------------------------------------- */

static void run_reports(void **s)
{
	(void)s;
	need_mseal();
	struct result *r = MAP("--check", "--table", "--", SEALED);
	want_status(r, 0);
	if (strncmp(r->out, "out\n", 4)) wanted(r, "the program's own output first");
	want_out(r, "exit status 7");
	want_out(r, " text    loader\n");
	want_out(r, " relro   loader\n");
	want_out(r, " bss     loader\n");
	want_out(r, "no: it grows");
	if (strcmp(r->err, "err\n")) wanted(r, "the program's own line on stderr alone");
}

static void run_output(void **s)
{
	(void)s;
	const char *file = scratch("report");
	struct result *r = MAP("-o", file, "--", SEALED);
	want_status(r, 0);
	if (strcmp(r->out, "out\n")) wanted(r, "stdout to be the program's alone");
	if (!strstr(slurp(file), "Immutable until")) wanted(r, "the report in %s", file);
	/* JSON on standard output is that and nothing else. */
	r = MAP("--json", "--", SEALED);
	want_status(r, 0);
	if (*r->out != '{') wanted(r, "JSON alone on stdout");
	want_err(r, "out\n");
}

static void run_ends(void **s)
{
	(void)s;
	static const char *const how[][2] = {
		{ "signal", "killed by signal 11" }, { "kill", "killed by signal 9" },
		{ "thread", "exit status 5" }, { "outlived", "exit status 0" },
		{ "fork", "exit status 7" },
	};
	for (size_t i=0; i<sizeof how/sizeof *how; i++) {
		struct result *r = MAP("--", SEALED, how[i][0]);
		want_status(r, 0);
		want_out(r, how[i][1]);
		want_out(r, "target ");
		want_out(r, "libc.so ");
	}
}

/* The last image counts. */
static void run_exec(void **s)
{
	(void)s;
	struct result *r = MAP("--check", "--", UPSTREAM, "exec", SEALED);
	need_mseal();
	want_status(r, 0);
	r = MAP("--check", "--", SEALED, "exec", UPSTREAM);
	want_status(r, 1);
	want_err(r, "text of upstream-target");
}

/* ---- --check ------------------------------------------------------- */

static void check_levels(void **s)
{
	(void)s;
	struct result *r;
	need_mseal();
	want_status(MAP("--check", "--level=full", "--", SEALED), 0);
	r = RUN(WITH("LD_SEAL=off"), SEALMAP, "--check", "--", SEALED);
	want_status(r, 1);
	want_err(r, "not sealed: ");
	want_err(r, "relro of target");
	/* Unmarked: under on its data is none of the loader's business. */
	want_status(RUN(PLAIN, SEALMAP, "--check", "--", ldso, "--seal=on", UPSTREAM), 0);
	r = RUN(PLAIN, SEALMAP, "--check", "--level=full", "--", ldso, "--seal=on", UPSTREAM);
	want_status(r, 1);
	want_err(r, "data of upstream-target");
	want_no_err(r, "text of upstream-target");
	want_status(RUN(PLAIN, SEALMAP, "--check", "--level=full", "--", ldso, "--seal=full", UPSTREAM), 0);
}

/* Sealed or not, code that can be written is wrong. */
static void check_writable_code(void **s)
{
	(void)s;
	const char *prog = fmt("%s/odd/linked-rwx", obj_dir);
	need_mseal();
	struct result *r = RUN(ENV("ASAN_OPTIONS=detect_leaks=0", "LD_SEAL=full", "CHECK_LEVEL=none"), SEALMAP, "--check",
		"--", prog);
	want_status(r, 1);
	want_err(r, "writable and executable: ");
	want_err(r, "of linked-rwx");
	want_no_err(r, "not sealed: ");
}

/* As a program is that writes to what was sealed. */
static void check_killed(void **s)
{
	(void)s;
	struct result *r;
	need_mseal();
	r = MAP("--check", "--", SEALED, "signal");
	want_status(r, 1);
	want_err(r, "killed by signal 11");
	want_no_err(r, "not sealed");
	want_status(MAP("--check", "--", SEALED, "thread"), 0);
}

/* At level hard the loader's copies are the object's memory, code is not even
 * written to by force, and the stack's seal is the loader's. */
static void check_hard(void **s)
{
	(void)s;
	static const char *const kinds = "[.mappings[]|select(.out_of_reach)|.kind]|unique|join(\" \")";
	const char *file = scratch("hard.json");
	struct result *r;
	need_mseal();
	r = RUN(WITH("LD_SEAL=hard"), SEALMAP, "--check", "--level=hard", "--table", "--", SEALED);
	want_status(r, 0);
	want_out(r, " text    loader +\n");
	want_out(r, " rodata  loader +\n");
	want_out(r, " relro   loader +\n");
	want_out(r, " records loader +\n");
	want_out(r, " vdso    loader +\n");
	want_out(r, " data    loader\n");
	want_out(r, " stack   loader\n");
	want_out(r, "\n+ not writable even by force");
	want_out(r, "\n 100.0 %  even by force: code, constants ");
	want_no_out(r, "memfd");
	want_status(RUN(WITH("LD_SEAL=hard"), SEALMAP, "--json", "-o", file, "--", SEALED), 0);
	assert_string_equal(jq(file, kinds), "records relro rodata text vdso");
	assert_string_equal(jq(file, ".shares.out_of_reach|.bytes==.sealed_bytes"), "true");
	/* A level less it is sealed, and within reach. */
	r = MAP("--check", "--level=hard", "--table", "--", SEALED);
	want_status(r, 1);
	want_err(r, "writable by force: ");
	want_err(r, " text of target\n");
	want_err(r, " relro of target\n");
	want_err(r, " vdso of [vdso]\n");
	want_err(r, "not sealed: ");
	want_err(r, " stack of [stack]\n");
	want_no_out(r, "by force");
	want_status(MAP("--json", "-o", file, "--", SEALED), 0);
	assert_string_equal(jq(file, kinds), "");
	r = RUN(WITH("LD_SEAL=off"), SEALMAP, "--check", "--level=hard", "--", SEALED);
	want_status(r, 1);
	want_err(r, "not sealed: ");
}

/* Objects are found where text is a copy, too. */
static void check_copied(void **s)
{
	(void)s;
	need_mseal();
	struct result *r = RUN(WITH("LD_SEAL=hard"), SEALMAP, "--check", "--level=hard", "-x", "?stack]", "--table", "--",
		fmt("%s/../deny", obj_dir), "open=EACCES", SEALED);
	if (strstr(r->out, "exit status 98")) skip_case("no seccomp filters");
	want_status(r, 0);
	want_out(r, "target ");
	want_out(r, " text    loader +\n");
	want_no_out(r, "memfd");
}

static void records(void **s)
{
	(void)s;
	static const char *const all = "[.mappings[]|select(.kind==\"records\")|[.prot,.sealed,.sealed_by,.why_not,"
		"(.object|endswith(\"libc.so\"))]|map(tostring)|join(\" \")]|join(\", \")";
	const char *file = scratch("records.json");
	need_mseal();
	want_status(RUN(WITH("LD_SEAL=on"), SEALMAP, "--json", "-o", file, "--", SEALED), 0);
	assert_string_equal(jq(file, all), "r-- true loader null true");
	want_status(RUN(WITH("LD_SEAL=on,dlopen"), SEALMAP, "--json", "-o", file, "--", SEALED), 0);
	assert_string_equal(jq(file, all), "r-- false null dlopen adds to it true");
	/* Upstream's are on the heap, glibc's in ld.so's data. */
	want_status(MAP("--json", "-o", file, "--", UPSTREAM), 0);
	assert_string_equal(jq(file, all), "");
	want_status(MAP("--json", "-o", file, "--", "/bin/true"), 0);
	assert_string_equal(jq(file, all), "");
}

/* Records with a protection key are sealed and writable. */
static void records_with_key(void **s)
{
	(void)s;
	const char *file = scratch("records.json");
	need_mseal();
	long key = syscall(SYS_pkey_alloc, 0UL, 0UL);
	if (key < 0) skip_case("no protection keys: %s", strerror(errno));
	syscall(SYS_pkey_free, key);
	want_status(RUN(WITH("LD_SEAL=on,dlopen,pkey"), SEALMAP, "--json", "-o",
		file, "--", SEALED), 0);
	assert_string_equal(jq(file, "[.mappings[]|select(.kind==\"records\")"
		"|[.prot,.sealed]|map(tostring)|join(\" \")]|join(\", \")"),
		"rw- true");
}

static void check_upstream(void **s)
{
	(void)s;
	struct result *r = MAP("--check", "--", UPSTREAM);
	want_status(r, 1);
	want_err(r, "text of upstream-target");
	want_err(r, "vdso of [vdso]");
}

static void check_allows(void **s)
{
	(void)s;
	struct result *r = RUN(WITH("LD_SEAL=off"), SEALMAP, "-c", "-x", "target", "-x", "*/libc.so", "--", SEALED);
	want_status(r, 1);
	want_err(r, "[vdso]");
	want_no_err(r, "target");
	r = RUN(WITH("LD_SEAL=off"), SEALMAP, "-c", "-x", "target", "-x", "libc.so", "-x", "?vdso]", "--", SEALED);
	want_status(r, 0);
	want_err(r, "--allow passes over");
}

/* A copy of the target that sealmark has changed. */
static const char *exempting(const char *option)
{
	const char *name = scratch("exempting");
	unlink(name);
	want_status(RUN(PLAIN, "/bin/cp", SEALED, name), 0);
	want_status(RUN(PLAIN, getenv("SEALMARK"), option, name), 0);
	return name;
}

/* Nothing of it is sealed, and it says so itself: told, but only with
 * --no-exempt a failure. */
static void exemptions(void **s)
{
	(void)s;
	const char *name;
	struct result *r;
	need_mseal();
	want_no_err(MAP("--check", "--no-exempt", "--", SEALED), "exempt");
	name = exempting("--exempt");
	r = MAP("--check", "--level=full", "--", name);
	want_status(r, 0);
	want_err(r, "K of ");
	want_err(r, "/sealmap/exempting (text rodata relro data bss)\n");
	want_err(r, "1 object exempted memory that level \"full\" would seal\n");
	r = MAP("--no-exempt", "--level=full", "--", name);
	want_status(r, 1);
	want_err(r, "would seal (--no-exempt)\n");
	want_status(MAP("--no-exempt", "--allow=exempting", "--", name), 0);
	/* on leaves the data of an unmarked object alone, exempted or not */
	name = exempting("-ur.data");
	r = MAP("--check", "--", name);
	want_status(r, 0);
	want_no_err(r, "exempted");
	r = MAP("--check", "--level=full", "--", name);
	want_err(r, "/sealmap/exempting (data)\n");
	name = exempting("-r.data");
	r = MAP("--check", "--", name);
	want_status(r, 0);
	want_err(r, "/sealmap/exempting (data)\n");
}

/* The program's file turns sealing off: the reason is said. */
static void says_off(void **s)
{
	(void)s;
	const char *name = exempting("--off");
	struct result *r;
	need_mseal();
	want_out(MAP(name), "says off: if it is the program");
	want_out(MAP(SEALED), "level hard seals the same; what is not");
	want_out(MAP("--files", name), "100.0 % off\n");
	r = MAP("--check", "--table", "--", name);
	want_status(r, 1);
	want_out(r, " text    no: its file says off\n");
	r = RUN(WITH("LD_SEAL=on,noexempt"), SEALMAP, "--check", "--", name);
	want_status(r, 0);
}

/* The program's file forbids level hard: it runs at full, and that is said. */
static void forbids_hard(void **s)
{
	(void)s;
	const char *name = exempting("--not-hard");
	struct result *r;
	need_mseal();
	want_out(MAP(name), "forbids level hard: its process runs at full");
	want_out(MAP(name), "\nlevel hard is not for it\n");
	want_out(MAP("--files", name), "100.0 % not-hard\n");
	want_out(MAP("--files", "--json", name), "\"not_hard\": true,");
	want_out(MAP("--files", "--json", SEALED), "\"not_hard\": false,");
	r = RUN(WITH("LD_SEAL=hard"), SEALMAP, "--check", "--level=hard", "--", name);
	want_status(r, 1);
	want_err(r, "writable by force: ");
	want_status(RUN(WITH("LD_SEAL=hard"), SEALMAP, "--check", "--level=full", "--", name), 0);
	want_status(RUN(WITH("LD_SEAL=hard,noexempt"), SEALMAP, "--check", "--level=hard", "--", name), 0);
}

/* ---- --audit ------------------------------------------------------- */

#define CHANGER (fmt("%s/../sealmap/changer", obj_dir))

static struct result *audit(const char *env, const char *prog, const char *what)
{
	return RUN(WITH(env), SEALMAP, "--audit", "--", prog, what);
}

/* The rest of the line that follows a part of it. */
static const char *line_after(struct result *r, const char *part)
{
	const char *s = strstr(r->err, part);
	if (!s) wanted(r, "stderr with \"%s\"", part);
	s += strlen(part);
	return fmt("%.*s", (int)strcspn(s, "\n"), s);
}

/* The command that a line names, run as it stands, makes the program work. */
static void audit_one(const char *what, const char *call, const char *part)
{
	const char *name = scratch("changed"), *line, *command;
	static const char *const levels[] = { "LD_SEAL=on", "LD_SEAL=full",
		"LD_SEAL=full,strict" };
	want_status(RUN(PLAIN, "/bin/cp", CHANGER, name), 0);
	struct result *r = audit("LD_SEAL=full", name, what);
	want_status(r, 1);
	want_err(r, "1 call was refused because of seals\n");
	line = line_after(r, fmt(": refused: %s ", call));
	assert_non_null(strstr(line, fmt(": %s of ", part)));
	command = strstr(line, "/sealmap/changed: ");
	assert_non_null(command);
	command = strchr(command, ' ')+1;
	if (strncmp(command, "sealmark --mutable ", 19)) {
		fprintf(stderr, "  no command: %s\n", command);
		fail();
	}
	want_status(RUN(ENV("LD_SEAL=off"), name, what), 0);
	want_status(RUN(ENV("LD_SEAL=full"), name, what), 1);
	want_status(RUN(NOENV, "/bin/sh", "-c", fmt("sealmark() { '%s' \"$@\""
		"; }; %s", getenv("SEALMARK"), command)), 0);
	for (size_t i=0; i<sizeof levels/sizeof *levels; i++) {
		want_status(RUN(ENV(levels[i]), name, what), 0);
		r = audit(levels[i], name, what);
		want_status(r, 0);
		want_err(r, "no call was refused because of a seal\n");
	}
}

static void audit_calls(void **s)
{
	(void)s;
	need_mseal();
	audit_one("mprotect data", "mprotect", "data");
	audit_one("mprotect bss", "mprotect", "bss");
	audit_one("mprotect rodata", "mprotect", "rodata");
	audit_one("mprotect text", "mprotect", "text");
	audit_one("munmap data", "munmap", "data");
	audit_one("mremap data", "mremap", "data");
	audit_one("onto data", "mremap", "data");
	audit_one("mmap rodata", "mmap", "rodata");
}

static void audit_others(void **s)
{
	(void)s;
	need_mseal();
	struct result *r = audit("LD_SEAL=on", CHANGER, "mprotect libc");
	want_status(r, 1);
	want_err(r, " rwx: text of ");
	want_err(r, ": it is libc's, and only LD_SEAL=off allows it\n");
	r = audit("LD_SEAL=on", CHANGER, "mprotect own");
	want_err(r, " of anonymous memory: the program sealed it itself\n");
	r = audit("LD_SEAL=off", CHANGER, "mprotect data");
	want_status(r, 0);
	/* Its thread, its child, and its child's program. */
	r = audit("LD_SEAL=on", CHANGER, "+munmap data");
	want_status(r, 1);
	want_err(r, ", thread ");
	r = audit("LD_SEAL=on", CHANGER, "/munmap data");
	want_status(r, 1);
	want_err(r, ": refused: munmap ");
	r = RUN(WITH("LD_SEAL=on"), SEALMAP, "--audit", "--", "/bin/sh", "-c",
		fmt("'%s' 'mprotect rodata' & wait; exit 3", CHANGER));
	want_status(r, 1);
	want_err(r, " rw-: rodata of ");
	/* Refused for another reason. */
	r = audit("LD_SEAL=full", CHANGER, "other data");
	want_status(r, 0);
	want_err(r, "no call was refused because of a seal\n");
	/* Once for each place; all are counted. */
	r = RUN(WITH("LD_SEAL=on"), SEALMAP, "--audit", "--", "/bin/sh", "-c",
		fmt("'%s' '/mprotect data'; '%s' '/mprotect data'", CHANGER,
		CHANGER));
	assert_int_equal(count(r->err, "sealmark --mutable"), 1);
	want_err(r, "2 calls were refused because of seals\n");
	/* The report follows. */
	r = RUN(WITH("LD_SEAL=on"), SEALMAP, "--audit", "--table", "--",
		CHANGER, "mprotect data");
	want_out(r, "exit status 1");
	want_out(r, "Immutable until");
	want_status(MAP("--audit", CHANGER), 2);
	want_status(MAP("--audit", "--attack", "--", CHANGER), 2);
}

/* ---- a process that runs ------------------------------------------- */

/* What the kernel says, counted here by itself, is what is shown. */
static void pid_agrees(void **s)
{
	(void)s;
	const char *file = scratch("pid.json"), *smaps;
	struct target t = start(SEALED);
	struct result *r = MAP("--json", "-o", file, pid_of(t));
	smaps = slurp(fmt("/proc/%d/smaps", (int)t.pid));
	stop(t);
	want_status(r, 0);
	want_number("sealed mappings", jq(file, "[.mappings[]|select(.sealed and (.cut|not))]|length"), count(smaps, " sl"));
	want_number("mappings", jq(file, "[.mappings[]|select(.cut|not)]|length"),
		count(smaps, "VmFlags:") - count(smaps, "[vsyscall]"));
	want_number("marked objects", jq(file, "[.objects[]|select(.marked)]|length"), 1);
	want_number("loaders", jq(file, "[.objects[]|select(.loader)]|length"), 1);
	want_number("shares add up", jq(file, "if ([.mappings[]|.size]|add) == .shares.all.bytes then 1 else 0 end"), 1);
	if (!kernel_has_mseal()) return;
	want_number("all of the text", jq(file, "if .shares.executable.bytes == .shares.executable.sealed_bytes then 1 else 0 end"), 1);
}

static void pid_glibc(void **s)
{
	(void)s;
	int st, in[2], out[2];
	pid_t pid;
	if (pipe2(in, O_CLOEXEC) || pipe2(out, O_CLOEXEC)) abort();
	/* It answers once its libraries are there. */
	if (!(pid = fork())) {
		dup2(in[0], 0);
		dup2(out[1], 1);
		execl("/bin/cat", "cat", (char *)0);
		_exit(1);
	}
	close(in[0]);
	close(out[1]);
	if (write(in[1], "x", 1) != 1 || read(out[0], &st, 1) != 1) abort();
	struct result *r = MAP("--table", "--check", fmt("%d", (int)pid));
	close(in[1]);
	waitpid(pid, &st, 0);
	close(out[0]);
	want_status(r, 1);
	want_out(r, "libc.so.6");
	want_out(r, " text    no: nobody did");
	want_out(r, "   0.0 %  of what is executable");
}

/* ---- many processes ------------------------------------------------ */

/* The path as the kernel has it. Others may run such tests at the same time,
 * and only the path tells their processes from these. */
static const char *real(const char *path)
{
	char *s = realpath(path, 0);
	const char *r = fmt("%s", s ? s : path);
	free(s);
	return r;
}

/* A field of the process in a file of --all --json. */
static const char *field(const char *file, struct target t, const char *what)
{
	return jq(file, fmt("[.processes[]|select(.pid==%d)|%s]|map(tostring)"
		"|join(\" \")", (int)t.pid, what));
}

/* A sealed server, one whose records stay open, and an unsealed one, among all
 * that runs here. */
static void all_json(void **s)
{
	(void)s;
	const char *file = scratch("all.json");
	const char *rest = scratch("all-rest.json");
	need_mseal();
	struct target full = start(SEALED), bare = start(UPSTREAM),
		open = start_with("LD_SEAL=on,dlopen", SEALED, "wait");
	struct result *r = MAP("--all", "--json", "-o", file);
	struct result *up = MAP("--all", "--json", "--sort=code", "-o", rest,
		real(SEALED), real(UPSTREAM));
	const char *order = jq(rest, "[.processes[]|.executable.sealed_bytes>0]"
		"|join(\" \")");
	MAP("--all", "--json", "--sort=-code", "-o", rest, real(SEALED),
		real(UPSTREAM));
	const char *reverse = jq(rest, "[.processes[]"
		"|.executable.sealed_bytes>0]|join(\" \")");
	const char *nmore = jq(file, "[.processes[]|select(.name|endswith("
		"\"target\")|not)]|length");
	const char *got_full = field(file, full, ".name,"
		"(.program|endswith(\"/target\")),.objects.bytes"
		"==.objects.sealed_bytes,.executable.bytes"
		"==.executable.sealed_bytes,.sealed_by,.not_sealed");
	const char *got_open = field(file, open, ".objects.bytes"
		">.objects.sealed_bytes,.executable.bytes"
		"==.executable.sealed_bytes,(.not_sealed[]|.kinds,.why,"
		"(.object|endswith(\"/libc.so\")))");
	const char *got_bare = field(file, bare, ".objects.bytes>0,"
		".objects.sealed_bytes,.executable.sealed_bytes,.sealed_by,"
		"(.not_sealed|length),.not_sealed[0].why");
	stop(full);
	stop(bare);
	stop(open);
	want_status(r, 0);
	want_status(up, 0);
	assert_string_equal(got_full, "target true true true [\"loader\"] []");
	assert_string_equal(got_open,
		"true true [\"records\"] dlopen adds to it true");
	assert_string_equal(got_bare, "true 0 0 [] 2 nobody did");
	assert_string_equal(order, "false true true");
	assert_string_equal(reverse, "true true false");
	/* this program is one of them */
	assert_true(atoi(nmore) > 0);
	assert_string_equal(jq(file, ".unknown_because"), "null");
}

static void all_text(void **s)
{
	(void)s;
	need_mseal();
	struct target full = start(SEALED), bare = start(UPSTREAM),
		open = start_with("LD_SEAL=on,dlopen", SEALED, "wait");
	struct result *all = MAP("--all");
	struct result *two = MAP(pid_of(full), pid_of(bare));
	struct result *check = MAP("--all", "--check", real(SEALED));
	struct result *bad = MAP("--check", pid_of(full), pid_of(bare));
	struct result *none = MAP("--all", "--check", "no-such-name");
	struct result *path = MAP("--all", fmt("%s*", real(UPSTREAM)));
	struct result *name = MAP("--all", "upstream-targe?");
	stop(full);
	stop(bare);
	stop(open);
	want_status(all, 0);
	want_out(all, "% loader    records of libc.so: dlopen adds to it\n");
	want_out(all, "   0.0 %    0.0 % -         all: nobody did\n");
	want_out(two, "Of 2 processes all code is immutable in 1, a part of it"
		" in 0, and none in 1.\n");
	want_out(two, fmt("%7d /", (int)full.pid));
	want_out(two, " 100.0 %  100.0 % loader\n");
	want_status(check, 0);
	if (*check->out) wanted(check, "nothing on stdout");
	want_status(bad, 1);
	want_err(bad, fmt("sealmap: %d upstream-target: not sealed: ",
		(int)bare.pid));
	want_err(bad, "1 of 2 processes are not as level \"on\" would have"
		" them\n");
	want_no_err(bad, fmt("sealmap: %d ", (int)full.pid));
	want_refusal(none, "no process is called so");
	want_out(path, "Of 1 processes ");
	want_out(name, fmt("%7d /", (int)bare.pid));
	want_refusal(MAP(pid_of(full), pid_of(bare)), "there is no process");
	want_status(MAP("--all", "--sort=nonsense"), 2);
	want_status(MAP("--all", "--picture"), 2);
	want_status(MAP("--all", "--", SEALED), 2);
}

/* ---- --attack ------------------------------------------------------ */

#define ATTACKABLE \
	if (strcmp(MACHINE, "x86_64") && strcmp(MACHINE, "aarch64")) \
		skip_case("no attacks on this architecture")

static void attack_run(void **s)
{
	(void)s;
	const char *file = scratch("attack.json");
	ATTACKABLE;
	need_mseal();
	struct result *r = MAP("--attack", "--json", "-o", file, "--", SEALED);
	want_status(r, 0);
	want_number("text attacked", jq(file, "[.mappings[]|select(.kind==\"text\")|.attacks|.munmap,.mmap,.mremap,.mprotect]"
		"|if length==8 and all(.==\"EPERM\") then 1 else 0 end"), 1);
	want_number("relro attacked", jq(file, "[.mappings[]|select(.kind==\"relro\")|.attacks[]]"
		"|if length==10 and all(.==\"EPERM\") then 1 else 0 end"), 1);
	want_number("stack", jq(file, "[.mappings[]|select(.kind==\"stack\")|.attacks[]]|if all(.==\"done\") then 1 else 0 end"), 1);
	r = RUN(WITH("LD_SEAL=off"), SEALMAP, "--attack", "--json", "-o", file, "--", SEALED);
	want_status(r, 0);
	want_number("unsealed text", jq(file, "[.mappings[]|select(.kind==\"text\" or .kind==\"relro\")|.attacks[]]"
		"|if length==20 and all(.==\"done\") then 1 else 0 end"), 1);
	r = MAP("--attack", "--", SEALED, "thread");
	want_status(r, 0);
	want_out(r, "\nNot counted are ");
	want_status(MAP("--attack", "--", SEALED, "exec", SEALED), 0);
	r = MAP("--attack", "--", SEALED, "signal");
	want_status(r, 3);
	want_err(r, "did not end by itself");
}

/* Without the numbers that change by themselves. */
static const char *maps_of(struct target t)
{
	return slurp(fmt("/proc/%d/maps", (int)t.pid));
}

static void attack_harmless(const char *prog, const char *part)
{
	struct target t = start(prog);
	const char *before = maps_of(t), *after, *children;
	struct result *r = MAP("--attack", pid_of(t));
	after = maps_of(t);
	children = slurp(fmt("/proc/%d/task/%d/children", (int)t.pid, (int)t.pid));
	stop(t);
	want_status(r, 0);
	want_out(r, part);
	assert_string_equal(before, after);
	assert_string_equal(children, "");
}

static void attack_pid(void **s)
{
	(void)s;
	int st;
	ATTACKABLE;
	attack_harmless(UPSTREAM, "\nOf 0 attempts on what is sealed");
	if (kernel_has_mseal()) attack_harmless(SEALED, "were refused and 0 succeeded");
	/* A call with a time-out that is interrupted goes on for the rest of it. It may have
	 * ended before the tool has begun: then a longer one. */
	struct result *r = 0;
	for (int seconds=1; seconds<=64 && (!r || r->status == 3); seconds*=4) {
		struct target t = start_with("LD_SEAL=full", SEALED, fmt("sleep %d", seconds));
		r = MAP("--attack", pid_of(t));
		waitpid(t.pid, &st, 0);
		close(t.in);
		close(t.out);
		assert_int_equal(st, 7<<8);
	}
	want_status(r, 0);
}

/* After the tool has let go of it, it stops again in its own time. */
static const char *stopped_state(pid_t pid)
{
	struct timespec pause = { 0, 50000000 };
	const char *state = 0;
	for (int i=0; i<600; i++) {
		state = slurp(fmt("/proc/%d/stat", (int)pid));
		if (strstr(state, ") T ")) break;
		nanosleep(&pause, 0);
	}
	return state;
}

/* It can be attacked as often as one likes, stopped or not. */
static void attack_stopped(void **s)
{
	(void)s;
	int st;
	ATTACKABLE;
	struct target t = start(SEALED);
	kill(t.pid, SIGSTOP);
	waitpid(t.pid, &st, WUNTRACED);
	want_status(MAP("--attack", pid_of(t)), 0);
	want_status(MAP("--attack", pid_of(t)), 0);
	const char *state = stopped_state(t.pid);
	kill(t.pid, SIGCONT);
	stop(t);
	if (!strstr(state, ") T ")) {
		fprintf(stderr, "  stopped before, and after: %s", state);
		fail();
	}
}

/* ---- what can't be looked at --------------------------------------- */

static void no_process(void **s)
{
	(void)s;
	int st;
	siginfo_t info;
	pid_t pid = fork();
	if (!pid) _exit(0);
	waitid(P_PID, pid, &info, WEXITED|WNOWAIT);
	want_refusal(MAP(fmt("%d", (int)pid)), "zombie");
	waitpid(pid, &st, 0);
	want_refusal(MAP(fmt("%d", (int)pid)), "there is no process");
	want_refusal(MAP("--check", fmt("%d", (int)pid)), "there is no process");
	want_refusal(MAP("--attack", fmt("%d", (int)pid)), "there is no process");
}

static void kernel_thread(void **s)
{
	(void)s;
	char link[64];
	if (readlink("/proc/2/exe", link, sizeof link) >= 0 || access("/proc/2/stat", F_OK) || geteuid())
		skip_case("process 2 is no kernel thread that can be looked at");
	want_refusal(MAP("2"), "it is the kernel's");
}

static void no_permission(void **s)
{
	(void)s;
	if (geteuid()) {
		want_refusal(MAP("1"), "no permission");
		return;
	}
	struct target t = start(SEALED);
	struct result *r = RUN(PLAIN, "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
		SEALMAP, pid_of(t));
	stop(t);
	if (r->status == 127 || r->status == 126) skip_case("the tool can't be run by another user here");
	want_refusal(r, "no permission");
}

static void no_program(void **s)
{
	(void)s;
	want_refusal(MAP("--", "/nonexistent"), "No such file");
	want_refusal(MAP("--", "/"), "Permission denied");
}

/* Kernels without the call, and sandboxes that forbid it. */
static void no_mseal(void **s)
{
	(void)s;
	const char *deny = fmt("%s/../deny", obj_dir);
	struct target t = start(UPSTREAM);
	struct result *r = RUN(PLAIN, deny, "ENOSYS", SEALMAP, "--table", "--check", pid_of(t));
	struct result *forbidden = RUN(PLAIN, deny, "EPERM", SEALMAP, "--check", pid_of(t));
	struct result *table = RUN(PLAIN, deny, "EPERM", SEALMAP, pid_of(t));
	stop(t);
	want_status(r, 1);
	want_err(r, "this kernel has no mseal(2)");
	want_out(r, "no: nobody did");
	want_refusal(forbidden, "cannot check: mseal(2) is forbidden here");
	want_status(table, 0);
	want_out(table, "It can't be told what is sealed");
	want_no_out(table, "no: nobody did");
}

static void usage(void **s)
{
	(void)s;
	want_status(RUN(PLAIN, SEALMAP, 0), 2);
	want_status(MAP("--nonsense"), 2);
	want_status(MAP("1", SEALED), 2);
	want_status(MAP("--level=off", "1"), 2);
	want_status(MAP("--"), 2);
	want_status(MAP("1", "--", "/bin/true"), 2);
	want_status(MAP("--json", "--table", "1"), 2);
	want_status(MAP("--check", SEALED), 2);
	want_status(MAP("99999999999999999999"), 2);
	want_status(MAP("--page-size=5000", SEALED), 2);
	want_out(MAP("--help"), "usage: sealmap");
	want_out(MAP("-V"), "sealmap 1.");
	want_out(RUN(PLAIN, getenv("SEALMARK"), "--version"), "sealmark 1.");
	want_refusal(MAP("-o", "/nonexistent/x", "1"), "");
}

/* ---- files --------------------------------------------------------- */

/* What is foretold of the program is what happens to it. */
static void file_foretells(void **s)
{
	(void)s;
	const char *file = scratch("file.json"), *run = scratch("run.json"), *told;
	static const char *const levels[] = { "on", "full" };
	const char *const progs[] = { SEALED, UPSTREAM, FOREIGN_STATIC };
	need_mseal();
	for (int p=0; p<3; p++) for (int l=0; l<2; l++) {
		const char *all = fmt("[.mappings[]|select(.object and (.object|endswith(\"%s\")))"
			"|select(.sealed)|.size]|add", strrchr(progs[p], '/'));
		want_status(MAP("--json", "--level", levels[l], "-o", file, progs[p]), 0);
		told = jq(file, all);
		want_status(RUN(PLAIN, SEALMAP, "--json", "-o", run, "--", ldso,
			fmt("--seal=%s", levels[l]), progs[p]), 0);
		want_number("sealed bytes", jq(run, all), strtoul(told, 0, 10));
	}
	struct result *r = MAP(SEALED);
	want_out(r, "data marked");
	want_out(r, "needs libc.so");
	want_out(r, "position-independent program");
	want_out(MAP(UPSTREAM), "data not marked");
	r = MAP(FOREIGN_STATIC);
	want_out(r, "not linked with this libc: not sealed");
	want_out(r, "started by itself nothing of it is sealed");
	want_status(MAP("--check", "--", ldso, "--seal=on", FOREIGN_STATIC), 0);
	want_status(MAP("--check", "--", FOREIGN_STATIC), 1);
	want_out(MAP("/bin/true"), ", which is not musl's");
	want_no_out(MAP(SEALED), ", which is not musl's");
	want_out(MAP(fmt("%s/lib/libc.so", prefix)), "of the loader");
}

static void write_file(const char *name, const void *p, size_t n)
{
	FILE *f = fopen(name, "w");
	if (!f || fwrite(p, 1, n, f) != n || fclose(f)) {
		fprintf(stderr, "  cannot write %s: %s\n", name, strerror(errno));
		fail();
	}
}

static void file_refused(void **s)
{
	(void)s;
	const char *name = scratch("damaged"), *path = SEALED;
	static char buf[1<<20];
	FILE *f = fopen(path, "r");
	size_t n = f ? fread(buf, 1, sizeof buf, f) : 0;
	if (f) fclose(f);
	assert_true(n > 4096);
	want_refusal(MAP("/etc/passwd"), "not an ELF file");
	want_refusal(MAP("/"), "not a file");
	want_refusal(MAP("/nonexistent"), "No such file");
	want_refusal(MAP(fmt("%s/check/result.o", obj_dir)), "an object file");
	write_file(name, ELFMAG, SELFMAG);
	want_refusal(MAP(name), "not a whole ELF file");
	for (size_t cut=0; cut<700; cut+=13) {
		write_file(name, buf, cut);
		want_refusal(MAP(name), name);
	}
	/* Every byte of the headers, as large as can be, one after the other. */
	for (size_t i=16; i<64+56*13; i++) {
		char old = buf[i];
		buf[i] = 0xff;
		write_file(name, buf, n);
		struct result *r = MAP(name);
		if (r->status) want_refusal(r, name);
		buf[i] = old;
	}
}

/* The same object in each class and byte order. */
struct made { unsigned char b[0x300]; int bits, big; };

static void put(struct made *m, size_t at, int n, uint64_t x)
{
	for (int i=0; i<n; i++) m->b[at+(m->big ? n-1-i : i)] = x>>8*i;
}

static void segment(struct made *m, int i, uint32_t type, uint32_t flags, uint32_t at, uint32_t n, uint32_t align)
{
	size_t p = m->bits == 64 ? 64+56*i : 52+32*i, w = m->bits/8;
	put(m, p, 4, type);
	put(m, p+(w == 8 ? 4 : 24), 4, flags);
	p += w;
	put(m, p, w, at&0xfff);
	put(m, p+w, w, at);
	put(m, p+3*w, w, n);
	put(m, p+4*w, w, n);
	put(m, w == 8 ? p+5*w : p+6*w, w, align);
}

/* kind 0: no mark; 1: ours; 2: GNU_PROPERTY_MEMORY_SEAL behind another property; 3: RELRO, no mark; 4: RELRO
 * outside of the writable segment */
static const char *make(int bits, int big, int kind)
{
	struct made m = { .bits = bits, .big = big };
	const char *name = scratch(fmt("made-%d-%d-%d", bits, big, kind));
	size_t w = bits/8, at = 0x200;
	memcpy(m.b, ELFMAG, SELFMAG);
	m.b[EI_CLASS] = bits == 64 ? ELFCLASS64 : ELFCLASS32;
	m.b[EI_DATA] = big ? ELFDATA2MSB : ELFDATA2LSB;
	put(&m, 16, 2, ET_DYN);
	put(&m, 18, 2, EM_MIPS);
	put(&m, bits == 64 ? 32 : 28, w, bits == 64 ? 64 : 52);
	put(&m, bits == 64 ? 54 : 42, 2, bits == 64 ? 56 : 32);
	put(&m, bits == 64 ? 56 : 44, 2, 4);
	segment(&m, 0, PT_LOAD, PF_R|PF_X, 0, 0x300, 4096);
	segment(&m, 1, PT_LOAD, PF_R|PF_W, 0x1000, 0x300, 4096);
	segment(&m, 2, PT_LOAD, PF_R, 0x3000, 0x300, 4096);
	if (kind == 1) {
		segment(&m, 3, PT_NOTE, PF_R, at, 28, 4);
		put(&m, at, 4, 10);
		put(&m, at+4, 4, 4);
		put(&m, at+8, 4, 1);
		memcpy(m.b+at+12, "musl-seal", 10);
		put(&m, at+24, 4, 1);
	} else if (kind >= 3) {
		segment(&m, 3, PT_GNU_RELRO, PF_R, kind == 3 ? 0x1000 : 0x3000, 0x1000, 1);
	} else {
		size_t other = 8+w;
		segment(&m, 3, PT_NOTE, PF_R, at, 16+other+8, w);
		put(&m, at, 4, 4);
		put(&m, at+4, 4, other+8);
		put(&m, at+8, 4, 5);
		memcpy(m.b+at+12, "GNU", 4);
		put(&m, at+16, 4, 0xc0000002);
		put(&m, at+20, 4, 4);
		put(&m, at+24, 4, 3);	/* data that looks like the property's type */
		put(&m, at+16+other, 4, kind == 2 ? 3 : 4);
	}
	write_file(name, m.b, sizeof m.b);
	return name;
}

static void file_foreign(void **s)
{
	(void)s;
	for (int bits=32; bits<=64; bits+=32) for (int big=0; big<2; big++) for (int kind=0; kind<3; kind++) {
		struct result *r = MAP(make(bits, big, kind));
		want_status(r, 0);
		want_out(r, fmt("%d-bit mips, ", bits));
		want_out(r, kind ? "data marked" : "data not marked");
		want_out(r, "000000000000-000000001000 r-x      4K text    -    seal seal\n");
		want_out(r, kind ? "000000001000-000000002000 rw-      4K data    -    seal seal\n"
			: "000000001000-000000002000 rw-      4K data    -    -    seal\n");
		if (big) want_out(r, "big-endian");
	}
	static const char bad[] = "its RELRO is not all in its writable segments";
	struct result *r = MAP(make(64, 0, 3));
	want_out(r, "000000001000-000000002000 r--      4K relro   -    seal seal\n");
	want_no_out(r, bad);
	r = MAP(make(64, 0, 4));
	want_out(r, "000000001000-000000002000 rw-      4K data    -    -    seal\n");
	want_out(r, bad);
}

static void files(void **s)
{
	(void)s;
	const char *dir = scratch("files"), *file = scratch("files.json");
	static const char *const one = "[.files[]|select(.path|"
		"endswith(\"/%s\"))|%s]|map(tostring)|join(\" \")";
	struct result *r;
	want_status(RUN(PLAIN, "/bin/sh", "-c", fmt("rm -rf '%s' && mkdir -p"
		" '%s/lib' && cp '%s' '%s' '%s' '%s/lib/libc.so' '%s' && echo"
		" text > '%s/text' && head -c 200 '%s' > '%s/cut' && cp '%s'"
		" '%s/lib/exempting' && ln -s target '%s/link'", dir, dir,
		SEALED, UPSTREAM, FOREIGN_STATIC, prefix, dir, dir, SEALED, dir,
		exempting("--exempt"), dir, dir)), 0);
	r = MAP("--files", dir);
	want_status(r, 0);
	want_one_err_line(r);
	want_err(r, "/files/cut: its program headers are not all there\n");
	want_out(r, "/files/libc.so ");
	want_out(r, " (the loader)         no   full     100.0 %  100.0 %\n");
	want_out(r, "Of 5 programs and libraries 2 are marked, 1 exempt memory,"
		" 0 have no RELRO, and 0 have code that can be written to.\n");
	want_status(MAP("--files", "--json", "-o", file, dir), 0);
	assert_string_equal(jq(file, fmt(one, "target",
		".kind,.marked,.relro,.on_bytes==.bytes")),
		"position-independent program true full true");
	assert_string_equal(jq(file, fmt(one, "upstream-target",
		".marked,.on_bytes<.full_bytes,.full_bytes==.bytes")),
		"false true true");
	assert_string_equal(jq(file, fmt(one, "exempting",
		".on_bytes,.full_bytes,.exempt_bytes==.bytes")), "0 0 true");
	assert_string_equal(jq(file, ".unreadable"), "1");
	want_status(MAP("--files"), 2);
	want_status(MAP("--files", "--check", dir), 2);
	want_refusal(MAP("--files", "/nonexistent"), "No such file");
	want_refusal(MAP("--files", "/proc/self/fdinfo"), "neither a program");
}

/* ---- what is written ----------------------------------------------- */

static void odd_names(void **s)
{
	(void)s;
	const char *file = scratch("odd.json"), *svg = scratch("odd.svg");
	const char *name = scratch("a\"b\\c<&>\033[31m\xff\xc3\xa9'\t");
	unlink(name);
	if (link(SEALED, name)) skip_case("such a name can't be made: %s", strerror(errno));
	struct result *json = MAP("--json", "-o", file, "--", name);
	struct result *r = MAP_UTF8( "--table", "--picture", "--svg", svg, "--", name);
	unlink(name);
	want_status(json, 0);
	want_status(r, 0);
	want_no_out(r, "\033[31m");
	want_no_out(r, "\xff");
	want_out(r, "a\"b\\c<&>");
	assert_non_null(strstr(jq(file, ".objects[0].path"), "a\"b\\c<&>\033[31m\xef\xbf\xbd\xc3\xa9'\t"));
	want_clean(RUN(PLAIN, "/usr/bin/xmllint", "--noout", "--nonet", svg));
}

static void pictures(void **s)
{
	(void)s;
	const char *svg = scratch("picture.svg"), *file = scratch("picture.json");
	struct result *r = MAP_UTF8( "-p", "--svg", svg, "--", SEALED);
	want_status(r, 0);
	want_out(r, kernel_has_mseal() ? "\xe2\x96\x88" : "\xe2\x96\x91");
	want_no_out(r, "\033[");
	want_clean(RUN(PLAIN, "/usr/bin/xmllint", "--noout", "--nonet", svg));
	/* Each mapping has its rectangle, and the text of its title. */
	want_status(MAP("--json", "-o", file, "--", SEALED), 0);
	want_number("fields drawn", jq(file, ".mappings|length"), count(slurp(svg), "<g><title>"));
	r = MAP_UTF8( "-p", "--ascii", "--", SEALED);
	for (const char *p=r->out; *p; p++) if (*p & 0x80) wanted(r, "ASCII only");
	r = MAP("-p", "--", SEALED);
	for (const char *p=r->out; *p; p++) if (*p & 0x80) wanted(r, "ASCII only, as in the locale");
	want_out(MAP("-t", "--color=always", "--", SEALED), "\033[");
	want_no_out(MAP("-t", "--color=never", "--", SEALED), "\033[");
	want_status(MAP("-p", "--svg", svg, SEALED), 0);
	want_clean(RUN(PLAIN, "/usr/bin/xmllint", "--noout", "--nonet", svg));
}

/* The words with which bash would complete the last word of a line. */
static const char *offered(const char *tool, const char *line)
{
	const char *dir = getenv("TESTS");
	struct result *r = RUN(PLAIN, "/bin/bash", "-c", fmt("%s() { '%s' \"$@\""
		"; }; . '%s/../sealmap/completion.bash'; COMP_WORDS=(%s %s);"
		" COMP_CWORD=$((${#COMP_WORDS[@]}-1)); PATH=/usr/bin:/bin;"
		" _sealmap %s; echo \"${COMPREPLY[*]}\"", tool,
		strcmp(tool, "sealmap") ? getenv("SEALMARK") : SEALMAP, dir,
		tool, line, tool));
	want_clean(r);
	r->out[strcspn(r->out, "\n")] = 0;
	return r->out;
}

static void completion(void **s)
{
	(void)s;
	if (access("/bin/bash", X_OK)) skip_case("no bash");
	static const char *const tools[] = { "sealmap", "sealmark" };
	for (int i=0; i<2; i++) {
		struct result *r = RUN(PLAIN, i ? getenv("SEALMARK") : SEALMAP,
			"--help");
		const char *all = fmt(" %s ", offered(tools[i], "--"));
		size_t n = 0;
		for (char *p=r->out; (p = strstr(p, " --")); p++) {
			size_t l = 2+strspn(p+3, "abcdefghijklmnopqrstuvwxyz-")
				+1;
			char word[40];
			if (l < 5) continue;
			snprintf(word, sizeof word, "%.*s ", (int)l, p);
			if (strstr(all, word)) n++;
			else {
				fprintf(stderr, "  wanted%s, got%s\n", word,
					all);
				fail();
			}
		}
		assert_true(n > 5);
	}
	assert_string_equal(offered("sealmap", "--level ="), "on full hard");
	assert_string_equal(offered("sealmap", "--level = f"), "full");
	assert_string_equal(offered("sealmap", "--sort c"), "code");
	assert_non_null(strstr(offered("sealmap", "-- ech"), "echo"));
	assert_string_equal(offered("sealmap", "-- echo x"), "");
	assert_string_equal(offered("sealmap", fmt("%d", (int)getpid())),
		fmt("%d", (int)getpid()));
	assert_string_equal(offered("sealmark", "--mutable .da"), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(run_reports), cmocka_unit_test(run_output),
		cmocka_unit_test(run_ends), cmocka_unit_test(run_exec),
		cmocka_unit_test(check_levels), cmocka_unit_test(check_upstream),
		cmocka_unit_test(check_writable_code),
		cmocka_unit_test(check_killed), cmocka_unit_test(check_hard),
		cmocka_unit_test(check_copied), cmocka_unit_test(records),
		cmocka_unit_test(records_with_key),
		cmocka_unit_test(check_allows), cmocka_unit_test(exemptions),
		cmocka_unit_test(says_off), cmocka_unit_test(forbids_hard),
		cmocka_unit_test(audit_calls),
		cmocka_unit_test(audit_others),
		cmocka_unit_test(pid_agrees),
		cmocka_unit_test(pid_glibc), cmocka_unit_test(all_json),
		cmocka_unit_test(all_text), cmocka_unit_test(attack_run),
		cmocka_unit_test(attack_pid), cmocka_unit_test(attack_stopped),
		cmocka_unit_test(no_process), cmocka_unit_test(kernel_thread),
		cmocka_unit_test(no_permission), cmocka_unit_test(no_program),
		cmocka_unit_test(no_mseal), cmocka_unit_test(usage),
		cmocka_unit_test(file_foretells), cmocka_unit_test(file_refused),
		cmocka_unit_test(file_foreign), cmocka_unit_test(files),
		cmocka_unit_test(odd_names),
		cmocka_unit_test(pictures), cmocka_unit_test(completion),
	};
	return SUITE(SUITE_NAME, tests);
}

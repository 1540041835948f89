#define _GNU_SOURCE
#include "harness.h"
#include <ctype.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif

/* Most programs take milliseconds, a few take seconds. This limit stops a
 * program that loops: it counts the program's processor time, which does not
 * depend on the load. A program that blocks uses none, so real time has a limit
 * too, PATIENCE times as long. */
static int timeout = 60;
#define PATIENCE 10

const char *obj_dir, *prefix, *upstream;
char ldso[4096];
int emulated;

static int skipped;

/* ---- memory that lasts for one test -------------------------------- */

static void *kept[4096];
static size_t nkept;

static void *keep(void *p)
{
	if (!p || nkept == sizeof kept/sizeof *kept) {
		fprintf(stderr, "harness: out of room\n");
		abort();
	}
	return kept[nkept++] = p;
}

static int forget(void **state)
{
	(void)state;
	while (nkept) free(kept[--nkept]);
	return 0;
}

const char *fmt(const char *f, ...)
{
	char *s;
	va_list ap;
	va_start(ap, f);
	if (vasprintf(&s, f, ap) < 0) s = 0;
	va_end(ap);
	return keep(s);
}

const char *built(const char *name)
{
	return fmt("%s/%s", obj_dir, name);
}

/* ---- running ------------------------------------------------------- */

struct text { char *p; size_t len; };

static void append(struct text *t, const char *s, size_t n)
{
	char *p = realloc(t->p, t->len + n + 1);
	if (!p) abort();
	memcpy(p+t->len, s, n);
	t->p = p;
	t->len += n;
	p[t->len] = 0;
}

static double now(void)
{
	struct timespec ts;
	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec*1e-9;
}

/* Read both pipes to their ends, so that neither fills up and blocks. */
static int collect(struct pollfd *pfd, struct text *t, pid_t pid)
{
	char buf[65536];
	double end = now() + timeout*PATIENCE;
	int open_fds = 2, i, late = 0;
	while (open_fds) {
		double left = end - now();
		if (left <= 0 && !late) {
			kill(-pid, SIGKILL);
			late = 1;
			end += 5;
			continue;
		}
		if (left <= 0) break;
		if (poll(pfd, 2, left*1000 + 1) < 0 && errno != EINTR) break;
		for (i=0; i<2; i++) {
			if (pfd[i].fd < 0 || !pfd[i].revents) continue;
			ssize_t r = read(pfd[i].fd, buf, sizeof buf);
			if (r > 0) append(t+i, buf, r);
			else if (!r || errno != EINTR) {
				close(pfd[i].fd);
				pfd[i].fd = -1;
				open_fds--;
			}
		}
	}
	return late;
}

/* A command: its words and its environment, each ended by 0. */
struct command {
	const char *arg[64], *env[64];
	size_t nargs, nenv;
};

static void add(const char **list, size_t *n, const char *s)
{
	if (*n == 63) {
		fprintf(stderr, "harness: too many words\n");
		abort();
	}
	list[(*n)++] = s;
}

/* The machine of an ELF file, or 0 if it is not one. */
static int machine_of(const char *file)
{
	unsigned char h[20];
	int fd = open(file, O_RDONLY|O_CLOEXEC), m = 0;
	if (fd < 0) return 0;
	if (read(fd, h, sizeof h) == sizeof h && !memcmp(h, ELFMAG, SELFMAG))
		m = h[EI_DATA] == ELFDATA2MSB ? h[18]<<8 | h[19]
			: h[19]<<8 | h[18];
	close(fd);
	return m;
}

static int is_qemu(void)
{
	return getenv("RUNNER") && strstr(getenv("RUNNER"), "qemu-");
}

int qemu_has(const char *fault)
{
	const char *all = getenv("QEMU_FAULTS");
	return all && strstr(fmt(" %s ", all), fmt(" %s ", fault));
}

/* LD_PRELOAD goes to the program by QEMU's option -E. In QEMU's environment the
 * host's loader would obey it. (LD_SEAL can't go that way: -E takes text after
 * a comma as another variable.) */
static void hand_over(struct command *c)
{
	size_t i, n = 0;
	for (i=0; i<c->nenv; i++) {
		if (strncmp(c->env[i], "LD_PRELOAD=", 11)) {
			c->env[n++] = c->env[i];
			continue;
		}
		add(c->arg, &c->nargs, "-E");
		add(c->arg, &c->nargs, c->env[i]);
	}
	c->env[n] = 0;
	c->nenv = n;
}

static void add_runner(struct command *c)
{
	char *words, *w;
	if (!getenv("RUNNER")) return;
	words = keep(strdup(getenv("RUNNER")));
	for (w = strtok(words, " "); w; w = strtok(0, " "))
		add(c->arg, &c->nargs, w);
	if (!is_qemu()) return;
	hand_over(c);
	/* QEMU before 8.1 allocates with GLib's slices. A fork may copy their
	 * locks while another thread holds them, and the child hangs. malloc
	 * avoids this. */
	add(c->env, &c->nenv, "G_SLICE=always-malloc");
}

/* Programs of the host, such as readelf, run as they are. Programs of the
 * target run under the runner, if there is one. */
static void set_command(struct command *c, const char *const *env,
	const char *const *argv, int emulate)
{
	const char *prog = argv[0][0]=='/' ? argv[0] : built(argv[0]);
	const char *attack = getenv("CHECK_ATTACK");
	int target = machine_of(prog) == machine_of(ldso);
	size_t i;

	add(c->env, &c->nenv, "PATH=/usr/bin:/bin");
	add(c->env, &c->nenv, "LC_ALL=C");
	for (i=0; env[i]; i++) add(c->env, &c->nenv, env[i]);
	if (getenv("CHECK_RECORDS")) add(c->env, &c->nenv,
		fmt("CHECK_RECORDS=%s", getenv("CHECK_RECORDS")));
	if (!emulate) add(c->env, &c->nenv, "SEAL_EMULATION=off");
	if (emulated && target) {
		add(c->env, &c->nenv,
			is_qemu() ? "CHECK_PROBE=qemu" : "CHECK_PROBE=1");
		if (getenv("RUNNER")) add(c->env, &c->nenv,
			fmt("CHECK_EXEC=%s", getenv("RUNNER")));
		if (attack && *attack) add(c->env, &c->nenv,
			fmt("CHECK_ATTACK=%s", attack));
		if (qemu_has("no-break"))
			add(c->env, &c->nenv, "CHECK_BREAK=none");
	}

	if (target) add_runner(c);
	add(c->arg, &c->nargs, prog);
	for (i=1; argv[i]; i++) add(c->arg, &c->nargs, argv[i]);
}

static char *command_text(const struct command *c)
{
	struct text t = { 0 };
	size_t i;
	for (i=2; i<c->nenv; i++) {
		append(&t, c->env[i], strlen(c->env[i]));
		append(&t, " ", 1);
	}
	for (i=0; i<c->nargs; i++) {
		if (i) append(&t, " ", 1);
		append(&t, c->arg[i], strlen(c->arg[i]));
	}
	return keep(t.p);
}

/* SIGXCPU comes at the first limit. A program that blocks it is killed at the
 * second. */
static void limit_processor_time(void)
{
	struct rlimit l = { timeout, timeout+5 };
	setrlimit(RLIMIT_CPU, &l);
}

static double seconds(struct timeval t)
{
	return t.tv_sec + t.tv_usec*1e-6;
}

static struct result *run(const char *const *env, const char *const *argv,
	int emulate)
{
	struct result *r = keep(calloc(1, sizeof *r));
	struct text t[2] = {{0}};
	struct command c = { 0 };
	int out[2], err[2], status, late;
	struct rusage usage = { 0 };

	set_command(&c, env, argv, emulate);
	r->cmd = command_text(&c);

	if (pipe2(out, O_CLOEXEC) || pipe2(err, O_CLOEXEC)) {
		perror("harness: pipe");
		abort();
	}
	pid_t pid = fork();
	if (!pid) {
		int null = open("/dev/null", O_RDONLY);
		setpgid(0, 0);
		dup2(null, 0);
		dup2(out[1], 1);
		dup2(err[1], 2);
		limit_processor_time();
		execvpe(c.arg[0], (char **)c.arg, (char **)c.env);
		dprintf(2, "harness: cannot run %s: %s\n", c.arg[0],
			strerror(errno));
		_exit(126);
	}
	close(out[1]);
	close(err[1]);
	late = collect((struct pollfd[]){
		{ out[0], POLLIN, 0 }, { err[0], POLLIN, 0 } }, t, pid);
	while (wait4(pid, &status, 0, &usage) < 0 && errno == EINTR);
	r->used = seconds(usage.ru_utime)+seconds(usage.ru_stime);
	r->status = late || (WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU)
		? TIMED_OUT : WIFEXITED(status) ? WEXITSTATUS(status)
		: -WTERMSIG(status);
	append(t, "", 0);
	append(t+1, "", 0);
	r->out = keep(t[0].p);
	r->err = keep(t[1].p);
	return r;
}

struct result *run_v(const char *const *env, const char *const *argv)
{
	return run(env, argv, 1);
}

struct result *run_unemulated_v(const char *const *env, const char *const *argv)
{
	return run(env, argv, 0);
}

/* ---- saying what is wrong ------------------------------------------ */

static void show(const char *title, const char *s)
{
	/* Long enough for any list of failures, and no flood. */
	size_t n = strlen(s), max = 6000;
	if (!n) {
		fprintf(stderr, "  %s: (empty)\n", title);
		return;
	}
	fprintf(stderr, "  %s:\n    ", title);
	for (; *s && max; s++, max--) {
		fputc(*s, stderr);
		if (*s=='\n' && s[1]) fputs("    ", stderr);
	}
	if (*s) fprintf(stderr, "\n    ... (%zu bytes)", n);
	fputc('\n', stderr);
}

static const char *status_text(int st)
{
	if (st == TIMED_OUT)
		return fmt("no end within %d s of its processor time, or %d s",
			timeout, timeout*PATIENCE);
	if (st < 0) return fmt("signal %d (%s)", -st, strsignal(-st));
	return fmt("exit status %d", st);
}

void wanted(struct result *r, const char *what, ...)
{
	va_list ap;
	fprintf(stderr, "  command: %s\n  wanted: ", r->cmd);
	va_start(ap, what);
	vfprintf(stderr, what, ap);
	va_end(ap);
	fprintf(stderr, "\n  got: %s\n", status_text(r->status));
	show("stdout", r->out);
	show("stderr", r->err);
	fail();
	abort();
}

void want_status(struct result *r, int status)
{
	if (r->status != status) wanted(r, "%s", status_text(status));
}

/* Print each note of the target programs once: it tells of something that this
 * machine could not try. */
static void pass_on_notes(const char *p)
{
	static char said[4096];
	for (; (p = strstr(p, "note: ")); p++) {
		const char *line = fmt("%.*s\n", (int)strcspn(p, "\n"), p);
		if (strstr(said, line)) continue;
		if (strlen(said)+strlen(line) < sizeof said) strcat(said, line);
		fprintf(stderr, "  %s", line);
	}
}

void want_clean(struct result *r)
{
	want_status(r, 0);
	pass_on_notes(r->out);
	if (*r->err) wanted(r, "nothing on stderr");
}

void want_out(struct result *r, const char *part)
{
	if (!strstr(r->out, part)) wanted(r, "stdout with \"%s\"", part);
}

void want_no_out(struct result *r, const char *part)
{
	if (strstr(r->out, part)) wanted(r, "stdout without \"%s\"", part);
}

void want_err(struct result *r, const char *part)
{
	if (!strstr(r->err, part)) wanted(r, "stderr with \"%s\"", part);
}

void want_no_err(struct result *r, const char *part)
{
	if (strstr(r->err, part)) wanted(r, "stderr without \"%s\"", part);
}

void want_one_err_line(struct result *r)
{
	char *nl = strchr(r->err, '\n');
	if (!nl || nl[1] || nl == r->err)
		wanted(r, "exactly one line on stderr");
}

void skip_case(const char *why, ...)
{
	va_list ap;
	skipped++;
	fprintf(stderr, "  SKIP: ");
	va_start(ap, why);
	vfprintf(stderr, why, ap);
	va_end(ap);
	fputc('\n', stderr);
	skip();
	abort();
}

int kernel_has_mseal(void)
{
	return emulated || !syscall(SYS_mseal, 0, 0, 0);
}

void need_mseal(void)
{
	if (!kernel_has_mseal())
		skip_case("this kernel has no mseal: %s", strerror(errno));
}

/* By pattern: the architecture's name is unknown here. */
static void find_loader(void)
{
	glob_t g;
	const char *pattern = fmt("%s/lib/ld-musl-*.so.1", prefix);
	if (!glob(pattern, 0, 0, &g)) {
		snprintf(ldso, sizeof ldso, "%s", g.gl_pathv[0]);
		globfree(&g);
	}
	forget(0);
}

/* The cases that the file SKIPS names for this suite. */
struct excuse { char suite[32], name[64], why[256]; };
static struct excuse excuses[256];
static size_t nexcuses;

static int class_of(const char *file)
{
	unsigned char h[EI_CLASS+1] = { 0 };
	int fd = open(file, O_RDONLY|O_CLOEXEC);
	if (fd < 0 || read(fd, h, sizeof h) != sizeof h) h[EI_CLASS] = 0;
	if (fd >= 0) close(fd);
	return h[EI_CLASS];
}

static void read_excuses(const char *suite, const struct CMUnitTest *t,
	size_t n)
{
	char line[512];
	const char *file = getenv("SKIPS");
	FILE *f = file ? fopen(file, "r") : 0;
	if (file && !f) {
		perror(file);
		exit(2);
	}
	while (f && fgets(line, sizeof line, f)) {
		struct excuse *e = excuses + nexcuses;
		size_t i;
		if (*line == '#' || *line == '\n') continue;
		int narrow = !strncmp(line, "32", 2)
			&& isspace((unsigned char)line[2]);
		if (nexcuses == sizeof excuses/sizeof *excuses
		    || sscanf(line + 2*narrow, "%31s %63s %255[^\n]", e->suite,
		    e->name, e->why) != 3) {
			fprintf(stderr, "%s: [32] SUITE CASE WHY, not: %s",
				file, line);
			exit(2);
		}
		if (strcmp(e->suite, suite)) continue;
		for (i=0; i<n && strcmp(t[i].name, e->name); i++);
		if (i == n) {
			fprintf(stderr, "%s: suite %s has no case %s\n", file,
				suite, e->name);
			exit(2);
		}
		nexcuses += !narrow || class_of(ldso) == ELFCLASS32;
	}
	if (f) fclose(f);
}

static void excused(void **state)
{
	const struct excuse *e = *state;
	skip_case("%s", e->why);
}

static void add_case(struct CMUnitTest *to, const struct CMUnitTest *from)
{
	size_t i;
	*to = *from;
	to->teardown_func = forget;
	for (i=0; i<nexcuses; i++) {
		if (strcmp(excuses[i].name, from->name)) continue;
		to->test_func = excused;
		to->initial_state = excuses+i;
		to->teardown_func = 0;
	}
}

int harness_main(const char *name, const struct CMUnitTest *tests, size_t n)
{
	struct CMUnitTest *t = calloc(n, sizeof *t);
	size_t i;
	int failed;
	const char *only = getenv("CASE"), *e = getenv("EMULATE");
	const char *seconds = getenv("TIMEOUT");
	size_t m = 0;

	obj_dir = getenv("OBJ_DIR");
	prefix = getenv("PREFIX");
	upstream = getenv("UPSTREAM");
	if (!obj_dir) obj_dir = ".";
	if (!prefix) prefix = "";
	if (!upstream) upstream = "";
	emulated = e && *e;
	if (seconds && atoi(seconds) > 0) timeout = atoi(seconds);
	find_loader();
	read_excuses(name, tests, n);

	/* CASE=name runs one case only. */
	for (i=0; i<n; i++) {
		if (only && strcmp(only, tests[i].name)) continue;
		add_case(t + m++, tests+i);
	}
	failed = _cmocka_run_group_tests(name, t, m, 0, 0);
	free(t);
	fflush(stderr);
	printf("suite %s: %d passed, %d failed, %d skipped\n", name,
		(int)m - failed - skipped, failed, skipped);
	return failed > 0;
}

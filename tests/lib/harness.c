#define _GNU_SOURCE
#include "harness.h"
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_mseal
#define SYS_mseal 462
#endif

/* A case takes milliseconds. This is for one that hangs. */
#define TIMEOUT_SECONDS 60

const char *obj_dir, *prefix, *upstream;
char ldso[4096];

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

/* Both pipes to their ends, so that neither can fill up and block. */
static int collect(struct pollfd *pfd, struct text *t, pid_t pid)
{
	char buf[65536];
	double end = now() + TIMEOUT_SECONDS;
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

struct result *run_v(const char *const *env, const char *const *argv)
{
	struct result *r = keep(calloc(1, sizeof *r));
	struct text t[2] = {{0}}, cmd = {0};
	char *args[64] = { 0 };
	const char *envp[64] = { "PATH=/usr/bin:/bin", "LC_ALL=C" };
	size_t n = 2, i;
	int out[2], err[2], status, late;
	const char *prog = argv[0][0]=='/' ? argv[0] : built(argv[0]);

	for (i=0; env[i]; i++) {
		append(&cmd, env[i], strlen(env[i]));
		append(&cmd, " ", 1);
		envp[n++] = env[i];
	}
	append(&cmd, prog, strlen(prog));
	for (i=1; argv[i]; i++) {
		append(&cmd, " ", 1);
		append(&cmd, argv[i], strlen(argv[i]));
	}
	r->cmd = keep(cmd.p);

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
		args[0] = (char *)prog;
		for (i=1; argv[i] && i<63; i++) args[i] = (char *)argv[i];
		execve(prog, args, (char **)envp);
		dprintf(2, "harness: cannot run %s: %s\n", prog, strerror(errno));
		_exit(126);
	}
	close(out[1]);
	close(err[1]);
	late = collect((struct pollfd[]){
		{ out[0], POLLIN, 0 }, { err[0], POLLIN, 0 } }, t, pid);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	r->status = late ? TIMED_OUT
		: WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
	append(t, "", 0);
	append(t+1, "", 0);
	r->out = keep(t[0].p);
	r->err = keep(t[1].p);
	return r;
}

/* ---- saying what is wrong ------------------------------------------ */

static void show(const char *title, const char *s)
{
	/* Long enough for any list of failures, short of flooding. */
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
	if (st == TIMED_OUT) return fmt("no end within %d s", TIMEOUT_SECONDS);
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

/* What a target program could not try on this machine is said, once. */
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
	return !syscall(SYS_mseal, 0, 0, 0);
}

void need_mseal(void)
{
	if (!kernel_has_mseal())
		skip_case("this kernel has no mseal: %s", strerror(errno));
}

/* Whatever the architecture is called. */
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

int harness_main(const char *name, const struct CMUnitTest *tests, size_t n)
{
	struct CMUnitTest *t = calloc(n, sizeof *t);
	size_t i;
	int failed;
	const char *only = getenv("CASE");
	size_t m = 0;

	obj_dir = getenv("OBJ_DIR");
	prefix = getenv("PREFIX");
	upstream = getenv("UPSTREAM");
	if (!obj_dir) obj_dir = ".";
	if (!prefix) prefix = "";
	if (!upstream) upstream = "";
	find_loader();

	/* CASE=name runs that one only. */
	for (i=0; i<n; i++) {
		if (only && strcmp(only, tests[i].name)) continue;
		t[m] = tests[i];
		t[m++].teardown_func = forget;
	}
	failed = _cmocka_run_group_tests(name, t, m, 0, 0);
	free(t);
	fflush(stderr);
	printf("suite %s: %d passed, %d failed, %d skipped\n", name,
		(int)m - failed - skipped, failed, skipped);
	return failed > 0;
}

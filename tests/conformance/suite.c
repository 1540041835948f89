/* What mseal promises, stated once: cases that call nothing but libc, so that
 * they run unchanged on a kernel, on seals that libc keeps, under an emulator
 * of another architecture, and alone in a virtual machine.
 *
 *	suite [-q] [WORDS...]     run all cases, or those whose name has a WORD
 *
 * One line per case: "ok NAME", "not ok NAME - wanted ... got ..." or
 * "SKIP NAME - why"; -q leaves the first kind out. The last line counts.
 * Status 0 if nothing failed and something passed, else 1; 77 if there is no
 * mseal and CONFORMANCE_MAY_SKIP is set. Other variables:
 *
 *	CONFORMANCE_ROUNDS    of each race, at most (1000; a race ends after 1 s)
 *	CONFORMANCE_TIMEOUT   seconds of processor time that a case may take (60)
 *	CONFORMANCE_EXEC      a command that runs programs of this architecture
 */
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include "suite.h"

char **suite_argv;
int rounds = 1000;
static int quiet, timeout = 60;
static int passed, failed, skipped;
static char **words;

#define SKIPPED 77

/* What the child has to say, in memory that both have. */
static char *message;
#define MESSAGE 600

static void say(const char *f, va_list ap)
{
	vsnprintf(message, MESSAGE, f, ap);
}

void fail(const char *f, ...)
{
	va_list ap;
	va_start(ap, f);
	say(f, ap);
	va_end(ap);
	_exit(1);
}

void skip(const char *f, ...)
{
	va_list ap;
	va_start(ap, f);
	say(f, ap);
	va_end(ap);
	_exit(SKIPPED);
}

void note(const char *f, ...)
{
	va_list ap;
	va_start(ap, f);
	say(f, ap);
	va_end(ap);
}

void want_errno(const char *what, long result, int wanted)
{
	int got = result == -1 ? errno : 0;
	if (got != wanted)
		fail("%s: wanted %s, got %s", what, errno_text(wanted), errno_text(got));
}

void want_page(const char *what, const char *p, struct seen wanted)
{
	struct seen got = look(p);
	if (!seen_same(got, wanted))
		fail("%s: wanted %s, got %s", what, seen_text(wanted), seen_text(got));
}

static int chosen(const char *name)
{
	if (!*words) return 1;
	for (char **w = words; *w; w++)
		if (strstr(name, *w)) return 1;
	return 0;
}

void run_case(const char *name, void (*fn)(const void *), const void *arg)
{
	int status, late;
	if (!chosen(name)) return;
	*message = 0;
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		setpgid(0, 0);
		limit_time(timeout);
		space_init();
		fn(arg);
		_exit(0);
	}
	if (pid < 0 || (late = wait_for(pid, &status, timeout+5)) < 0) {
		printf("not ok %s - fork: %s\n", name, strerror(errno));
		failed++;
		return;
	}
	const char *sep = *message ? " - " : "";
	if (WIFSIGNALED(status)) {
		printf("not ok %s - wanted an answer, got %s%s%s\n", name,
			late || WTERMSIG(status) == SIGALRM
			|| WTERMSIG(status) == SIGXCPU ? "none in time"
			: strsignal(WTERMSIG(status)), sep, message);
		failed++;
	} else if (WEXITSTATUS(status) == SKIPPED) {
		printf("SKIP %s%s%s\n", name, sep, message);
		skipped++;
	} else if (status) {
		printf("not ok %s%s%s\n", name, *message ? sep : " - status not 0", message);
		failed++;
	} else {
		if (!quiet) printf("ok %s%s%s\n", name, sep, message);
		passed++;
	}
}

/* Without mseal there is nothing to check, and that is not a pass. */
static void need_mseal(void)
{
	if (!mseal(0, 0, 0)) return;
	int may = errno == ENOSYS && getenv("CONFORMANCE_MAY_SKIP");
	printf("%s mseal exists - wanted success, got %s: this system has no mseal,"
		" nothing was checked\n", may ? "SKIP" : "not ok", errno_text(errno));
	printf("0 passed, %d failed, %d skipped\n", !may, may);
	exit(may ? SKIPPED : 1);
}

static int number(const char *name, int dflt)
{
	const char *s = getenv(name);
	return s && atoi(s) > 0 ? atoi(s) : dflt;
}

int main(int argc, char **argv)
{
	suite_argv = argv;
	space_init();
	if (argc > 1 && !strcmp(argv[1], "--after-exec")) {
		extern int after_exec(char **);
		return after_exec(argv+2);
	}
	words = argv+1;
	if (argc > 1 && !strcmp(argv[1], "-q")) quiet = 1, words++;
	rounds = number("CONFORMANCE_ROUNDS", rounds);
	timeout = number("CONFORMANCE_TIMEOUT", timeout);
	message = mmap(0, MESSAGE, PROT_READ|PROT_WRITE, MAP_SHARED|MAP_ANON, -1, 0);
	if (message == MAP_FAILED) {
		printf("not ok start - mmap: %s\n0 passed, 1 failed, 0 skipped\n",
			strerror(errno));
		return 1;
	}
	need_mseal();
	settle_dialect();
	differences();
	arguments();
	sealing();
	operations();
	contents();
	shm();
	processes();
	races();
	if (!passed && !failed) printf("nothing was checked\n");
	printf("%d passed, %d failed, %d skipped\n", passed, failed, skipped);
	fflush(stdout);
	return failed || !passed;
}

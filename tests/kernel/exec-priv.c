/* Who may set PR_SEAL_EXEC, and what a program finds that gains privileges. */
#include "t.h"
#include <pthread.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define SUID "/tmp/exec-priv-suid"

static int get(void)
{
	return prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_GET, 0, 0, 0);
}

static int set(void)
{
	return prctl(PR_SEAL_EXEC, PR_SEAL_EXEC_SET, 0, 0, 0);
}

/* The program that was executed: its status tells what it found. */
enum { ROOT = 1, SETTING = 2, SEALED = 4 };

static int inner(void)
{
	return (geteuid() ? 0 : ROOT) | (get() == PR_SEAL_EXEC_SET ? SETTING : 0) | (is_sealed((void *)inner) ? SEALED : 0);
}

static void *execute(void *path)
{
	execl(path, "exec-priv", "inner", (char *)0);
	_exit(126);
}

static int user(void)
{
	return setgid(1000) || setuid(1000);
}

/* Each runs in a child and ends with another program, or with a status above 100. */
static int refused(void)
{
	if (user()) return 120;
	return set() != -1 || errno != EACCES ? 121 : get() ? 122 : 100;
}

static int allowed(void)
{
	if (user()) return 120;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || set() || get() != PR_SEAL_EXEC_SET) return 121;
	execute("/proc/self/exe");
	return 126;
}

/* The other thread is there before this one gives up privileges. */
static volatile int go;

static void *other(void *path)
{
	while (!go) usleep(1000);
	return execute(path);
}

static int other_thread(const char *path)
{
	pthread_t t;

	if (user() || pthread_create(&t, 0, other, (void *)path)) return 120;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || set()) return 121;
	go = 1;
	for (;;) pause();
}

static int other_thread_ordinary(void) { return other_thread("/proc/self/exe"); }
static int other_thread_suid(void) { return other_thread(SUID); }

static int suid_no_new_privs(void)
{
	if (user() || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || set()) return 121;
	execute(SUID);
	return 126;
}

static int suid_by_admin(void)
{
	if (set() || user()) return 121;
	execute(SUID);
	return 126;
}

static int suid_plain(void)
{
	if (user()) return 121;
	execute(SUID);
	return 126;
}

/* An attempt that fails, and then the program */
static int suid_attempt(void)
{
	if (user()) return 121;
	set();
	execute(SUID);
	return 126;
}

static int vforked(void)
{
	pid_t pid = vfork();
	int status;

	if (!pid) _exit(set() ? 1 : 0);
	waitpid(pid, &status, 0);
	return status ? 121 : get() ? 122 : 100;
}

static void run(const char *what, int (*f)(void), int wanted)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) _exit(f());
	waitpid(pid, &status, 0);
	check(WIFEXITED(status) && WEXITSTATUS(status) == wanted, what, "wanted status %d, got %#x", wanted, status);
}

/* A copy of this program, with the bit */
static void install(void)
{
	char buf[1 << 16];
	int from = open("/proc/self/exe", O_RDONLY), to = open(SUID, O_CREAT|O_TRUNC|O_WRONLY, 0700);
	ssize_t n;

	if (to < 0) skip_all("no place for a set-user-ID program");
	while ((n = read(from, buf, sizeof buf)) > 0)
		if (write(to, buf, n) != n) skip_all("no room for a set-user-ID program");
	close(from);
	close(to);
	if (chmod(SUID, 04755)) skip_all("no set-user-ID program");
}

int main(int argc, char **argv)
{
	if (argc > 1 && !strcmp(argv[1], "inner")) return inner();
	if (get() == -1) skip_all("this kernel has no PR_SEAL_EXEC");
	if (getuid()) skip_all("needs root");
	install();

	run("an unprivileged process without no_new_privs is refused", refused, 100);
	run("with no_new_privs it works", allowed, SETTING|SEALED);
	run("also for a program that another thread executes", other_thread_ordinary, SETTING|SEALED);
	run("a set-user-ID program starts", suid_plain, ROOT);
	run("and its user can't have it sealed", suid_attempt, ROOT);
	run("without the setting of another thread of the process", other_thread_suid, ROOT);
	run("under no_new_privs it has both but no privileges", suid_no_new_privs, SETTING|SEALED);
	run("what CAP_SYS_ADMIN set holds for it", suid_by_admin, ROOT|SETTING|SEALED);
	run("a vfork() child sets it for itself alone", vforked, 100);

	if (set_sysctl("vm/seal_exec", "1")) {
		run("the sysctl holds for it", suid_plain, ROOT|SEALED);
		set_sysctl("vm/seal_exec", "0");
	}
	unlink(SUID);
	return finish();
}

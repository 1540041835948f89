#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

/* Runs a program and reads its mappings when it ends: PTRACE_O_TRACEEXIT stops
 * a thread at exit, when its memory still exists. The main thread counts, or
 * the others once it is gone. Children of the program run untraced, unless its
 * calls are audited. */

struct run {
	pid_t pid;
	const struct run_options *how;
	int main_gone, seen;
	int status;		/* as of wait(), once it has ended */
};

static _Noreturn void child(char **argv, int quiet, int go, int failed)
{
	char c;
	if (quiet) dup2(2, 1);
	if (read(go, &c, 1) == 1) execvp(*argv, argv);
	c = errno;
	if (write(failed, &c, 1) != 1) _exit(126);
	_exit(127);
}

static pid_t start(char **argv, const struct run_options *how, int *failed)
{
	int go[2], err[2];
	long options = PTRACE_O_EXITKILL|PTRACE_O_TRACEEXIT|PTRACE_O_TRACEEXEC|
		PTRACE_O_TRACECLONE|PTRACE_O_TRACESYSGOOD
		| (how->audit ? PTRACE_O_TRACEFORK|PTRACE_O_TRACEVFORK : 0);
	pid_t pid;
	if (pipe2(go, O_CLOEXEC) || pipe2(err, O_CLOEXEC))
		die("pipe: %s", strerror(errno));
	fflush(0);
	pid = fork();
	if (pid < 0) die("fork: %s", strerror(errno));
	if (!pid) {
		close(go[1]);
		child(argv, how->quiet, go[0], err[1]);
	}
	/* Like time(1): the keyboard's signals are for the program. */
	signal(SIGINT, SIG_IGN);
	signal(SIGQUIT, SIG_IGN);
	if (ptrace(PTRACE_SEIZE, pid, 0, options)) {
		int e = errno;
		kill(pid, SIGKILL);
		die("ptrace: %s (is it forbidden here?)", strerror(e));
	}
	if (write(go[1], "", 1) != 1) die("pipe: %s", strerror(errno));
	close(go[0]);
	close(go[1]);
	close(err[1]);
	*failed = err[0];
	return pid;
}

static void look(struct run *r, struct space *sp, pid_t tid)
{
	proc_read(sp, tid);
	space_classify(sp);
	sp->pid = r->pid;
	r->seen = 1;
}

/* A program ends by exit_group, or by exit in its main thread. Cancel that
 * call, attack, and let the program make it again. */
static void maybe_attack(struct run *r, struct space *sp, pid_t tid)
{
	struct __ptrace_syscall_info info;
	if (sp->attacked
	    || ptrace(PTRACE_GET_SYSCALL_INFO, tid, sizeof info, &info) <= 0
	    || info.op != PTRACE_SYSCALL_INFO_ENTRY) return;
	if (info.entry.nr != SYS_exit_group
	    && !(info.entry.nr == SYS_exit && tid == r->pid))
		return;
	look(r, sp, tid);
	if (trace_undo_call(tid))
		die("cannot attack process %d: its last call can't be held up"
			" here", (int)tid);
	attack_tracee(sp, tid);
}

/* Is it a thread of the program, and not of a child? */
static int of_program(const struct run *r, pid_t tid)
{
	char *s;
	int yes;
	if (tid == r->pid || !r->how->audit) return 1;
	s = proc_status(tid, "Tgid");
	yes = s && atoi(s) == r->pid;
	free(s);
	return yes;
}

static void at_call(struct run *r, struct space *sp, pid_t tid)
{
	if (r->how->audit) audit_stop(r->how->audit, tid);
	else maybe_attack(r, sp, tid);
}

/* Returns the ptrace request that continues the thread; *sig is the signal to
 * deliver. */
static int stopped(struct run *r, struct space *sp, pid_t tid, int st, int *sig)
{
	int event = st>>16;
	*sig = 0;
	if (event == PTRACE_EVENT_EXIT) {
		if (!sp->attacked && (tid == r->pid
		    || (r->main_gone && of_program(r, tid))))
			look(r, sp, tid);
		if (tid == r->pid) r->main_gone = 1;
	} else if (event == PTRACE_EVENT_EXEC) {
		if (tid == r->pid) r->main_gone = 0;
		if (r->how->audit) audit_exec(r->how->audit);
	} else if (event == PTRACE_EVENT_STOP) {
		int s = WSTOPSIG(st);
		if (s == SIGSTOP || s == SIGTSTP || s == SIGTTIN
		    || s == SIGTTOU)
			return PTRACE_LISTEN;
	} else if (WSTOPSIG(st) == (SIGTRAP|0x80))
		at_call(r, sp, tid);
	else if (!event)
		*sig = WSTOPSIG(st);
	return r->how->attack || r->how->audit ? PTRACE_SYSCALL : PTRACE_CONT;
}

/* Returns 0 when nothing is left to wait for: the program has ended and, if
 * they are traced, its children. */
static int next_stop(struct run *r, pid_t *tid, int *st)
{
	while ((*tid = waitpid(-1, st, __WALL)) < 0) {
		if (errno == EINTR) continue;
		if (errno == ECHILD && r->how->audit) return 0;
		die("wait: %s", strerror(errno));
	}
	if (*tid != r->pid || WIFSTOPPED(*st)) return 1;
	r->status = *st;
	return r->how->audit != 0;
}

void run_program(struct space *sp, char **argv, const struct run_options *how)
{
	struct run r = { .how = how };
	int failed, st, sig, request;
	char error;
	pid_t tid;
	memset(sp, 0, sizeof *sp);
	r.pid = start(argv, how, &failed);
	while (next_stop(&r, &tid, &st)) {
		if (!WIFSTOPPED(st)) continue;
		request = stopped(&r, sp, tid, st, &sig);
		ptrace(request, tid, 0, sig);
	}
	if (read(failed, &error, 1) == 1)
		die("cannot run %s: %s", *argv, strerror(error));
	if (!r.seen) die("%s was killed before it could be looked at", *argv);
	if (how->attack && !sp->attacked)
		die("%s did not end by itself, so it could not be attacked",
			*argv);
	st = r.status;
	sp->killed = !WIFEXITED(st);
	sp->ended = !sp->killed ? format("exit status %d", WEXITSTATUS(st))
		: format("killed by signal %d (%s)", WTERMSIG(st),
		strsignal(WTERMSIG(st)));
}

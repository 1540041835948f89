/*
 * start: what does it cost to start a program, this way and that way?
 *
 *	start ROUNDS -- LABEL [VAR=VALUE ...] PROGRAM ARGS ... -- LABEL ... -- ...
 *	start count  -- LABEL ...
 *
 * Each round runs every command once, in a new random order, from just before it is made until it was
 * waited for. The first command is the one that the others are compared with, round by round: a
 * machine that gets slower or faster meanwhile does that to all of them. For each command one line is
 * written, with tabs between, first for the time that passed and then for the processor's time (of the
 * command, user and system), which suffers less from others that use the machine:
 *
 *	LABEL  {median microseconds  median ratio  its 95% interval: low, high} twice
 *
 * With "count" the commands run once each under ptrace and the line says how many system calls there
 * were, and how many of them were mseal.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <math.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define NR_mseal 462
#define WARM_UP 20
#define MAX 16

struct command {
	const char *label;
	char **envp, **argv;
	double *took[2], *ratio[2];
};

extern char **environ;

static struct command commands[MAX];
static int ncommands;

static void die(const char *what, const char *name)
{
	fprintf(stderr, "start: %s: %s\n", name, what);
	exit(2);
}

static void *get(size_t n, size_t size)
{
	void *p = calloc(n, size);
	if (!p) die("out of memory", "start");
	return p;
}

/* The environment is ours, less any LD_SEAL of the caller's, with the command's own in front. */
static char **environment(char **own, int n)
{
	int all = 0, used = 0;
	char **envp;
	while (environ[all]) all++;
	envp = get(all+n+1, sizeof *envp);
	while (used<n) envp[used] = own[used], used++;
	for (int i=0; i<all; i++)
		if (strncmp(environ[i], "LD_SEAL=", 8)) envp[used++] = environ[i];
	return envp;
}

static void parse(char **arg)
{
	while (*arg) {
		struct command *c = &commands[ncommands++];
		int n = 0;
		if (ncommands > MAX) die("too many commands", *arg);
		c->label = *arg++;
		while (arg[n] && strchr(arg[n], '=')) n++;
		c->envp = environment(arg, n);
		c->argv = arg += n;
		if (!*arg) die("no program", c->label);
		while (*arg && strcmp(*arg, "--")) arg++;
		if (*arg) *arg++ = 0;
	}
}

/* Elapsed and processor time, in microseconds. */
struct times {
	double t[2];
};

static struct times run(struct command *c)
{
	struct timespec a, b;
	struct rusage use;
	pid_t pid;
	int status, r;
	clock_gettime(CLOCK_MONOTONIC, &a);
	r = posix_spawn(&pid, c->argv[0], 0, 0, c->argv, c->envp);
	if (r) die(strerror(r), c->argv[0]);
	while (wait4(pid, &status, 0, &use)<0 && errno==EINTR);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (status) die("the command failed", c->label);
	return (struct times){ {
		(b.tv_sec-a.tv_sec)*1e6 + (b.tv_nsec-a.tv_nsec)/1e3,
		(use.ru_utime.tv_sec+use.ru_stime.tv_sec)*1e6 + use.ru_utime.tv_usec+use.ru_stime.tv_usec,
	} };
}

static int order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x>y) - (x<y);
}

static void shuffle(int *turn)
{
	for (int i=ncommands-1; i>0; i--) {
		int j = random() % (i+1), t = turn[i];
		turn[i] = turn[j];
		turn[j] = t;
	}
}

/* Median of the times, median of the ratios, and the ranks between which the true median of the ratios
 * lies 95 times of 100. */
static void print(double *took, double *ratio, int rounds)
{
	int mid = rounds/2, off = 0.98*sqrt(rounds);
	qsort(took, rounds, sizeof *took, order);
	qsort(ratio, rounds, sizeof *ratio, order);
	printf("\t%.0f\t%.3f\t%.3f\t%.3f", took[mid], ratio[mid],
		ratio[mid>off ? mid-off : 0], ratio[mid+off<rounds ? mid+off : rounds-1]);
}

static void measure(int rounds)
{
	int turn[MAX];
	for (int i=0; i<ncommands; i++) {
		turn[i] = i;
		for (int k=0; k<2; k++) {
			commands[i].took[k] = get(rounds, sizeof(double));
			commands[i].ratio[k] = get(rounds, sizeof(double));
		}
	}
	srandom(time(0) ^ getpid());
	for (int n=-WARM_UP; n<rounds; n++) {
		shuffle(turn);
		for (int i=0; i<ncommands; i++) {
			struct times t = run(&commands[turn[i]]);
			for (int k=0; k<2 && n>=0; k++) commands[turn[i]].took[k][n] = t.t[k];
		}
	}
	for (int i=0; i<ncommands; i++)
		for (int k=0; k<2; k++)
			for (int n=0; n<rounds; n++)
				commands[i].ratio[k][n] = commands[i].took[k][n] / commands[0].took[k][n];
	for (int i=0; i<ncommands; i++) {
		fputs(commands[i].label, stdout);
		for (int k=0; k<2; k++) print(commands[i].took[k], commands[i].ratio[k], rounds);
		putchar('\n');
	}
}

static void count(struct command *c)
{
	struct __ptrace_syscall_info info;
	int status, calls = 0, seals = 0;
	pid_t pid = fork();
	if (pid<0) die(strerror(errno), "fork");
	if (!pid) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(125);
		raise(SIGSTOP);
		execve(c->argv[0], c->argv, c->envp);
		_exit(126);
	}
	if (waitpid(pid, &status, 0)<0 || !WIFSTOPPED(status)
	 || ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD|PTRACE_O_EXITKILL))
		die("cannot be traced here", c->label);
	for (int sig=0;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, sig);
		if (waitpid(pid, &status, 0)<0 || !WIFSTOPPED(status)) break;
		sig = WSTOPSIG(status);
		/* This trap comes after execve, and the program starts here; other signals are its own. */
		if (sig==SIGTRAP) sig = calls = seals = 0;
		if (sig!=(SIGTRAP|0x80)) continue;
		sig = 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info)>0
		 && info.op==PTRACE_SYSCALL_INFO_ENTRY) {
			calls++;
			seals += info.entry.nr==NR_mseal;
		}
	}
	if (status) die("the command failed", c->label);
	printf("%s\t%d\t%d\n", c->label, calls, seals);
}

int main(int argc, char **argv)
{
	cpu_set_t here;
	int rounds;
	if (argc<4 || strcmp(argv[2], "--")) die("usage: start ROUNDS|count -- LABEL [VAR=VALUE ...] PROGRAM ARGS ... -- ...", argv[0]);
	parse(argv+3);
	/* One processor: nobody's start is charged for moving to another. */
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof here, &here);
	if (!strcmp(argv[1], "count")) {
		for (int i=0; i<ncommands; i++) count(&commands[i]);
	} else {
		rounds = atoi(argv[1]);
		if (rounds<1) die("not a number of rounds", argv[1]);
		measure(rounds);
	}
	return 0;
}

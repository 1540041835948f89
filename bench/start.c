/*
 * start: what does it cost to start a program, this way and that way?
 *
 *	start [-i|-x] [-t SECONDS] [-l LEAST] [-r FILE] ROUNDS -- LABEL [VAR=VALUE ...] PROGRAM ARGS ... -- LABEL ... -- ...
 *	start count -- LABEL ...
 *	start steps -- LABEL ...
 *
 * Each round runs every command once, in a new random order, from just before it is made until it was
 * waited for. The first command is the one that the others are compared with, round by round: a
 * machine that gets slower or faster meanwhile does that to all of them. For each command one line is
 * written, with tabs between, first for the time that passed and then for the processor's time (of the
 * command, user and system), which suffers less from others that use the machine:
 *
 *	LABEL  {median microseconds  median ratio  its 95% interval: low, high} twice
 *
 * After SECONDS there are no more rounds, but at least LEAST, by default 11. With -r each sample is a line of FILE:
 * round, label, and the two times. With -i the commands time themselves: the two times are what each
 * writes on descriptor 3 before it ends, as two decimal numbers of nanoseconds. With -x each writes there, as
 * the last thing it does, a struct timespec of CLOCK_MONOTONIC, and the first time is from then on. What
 * commands write on standard output goes to /dev/null.
 *
 * With "count" the commands run once each under ptrace. What they have when they call exit_group, or are
 * ended by a signal, makes the line:
 *
 *	LABEL  system calls  those that were mseal  minor page faults  private dirty KiB  mappings
 *
 * all of it from the end of execve on. The faults and the last two are "-" where /proc does not tell.
 *
 * With "steps" each is run instruction by instruction, at fixed addresses if those can be had, and the line is
 *
 *	LABEL  instructions
 *
 * of the process outside of the kernel, where a system call counts as one and a repeated string instruction
 * as one for each time. That is slow, some microseconds for each, but the kernel is the real one, with its
 * mseal. Not on machines with load-linked and store-conditional, where a step between these two makes the
 * second fail, for ever.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
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
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#define NR_mseal 462
#define WARM_UP 20
#define MAX 16
#define INSIDE_FD 3

struct command {
	const char *label;
	char **envp, **argv;
	double *took[2], *ratio[2];
};

extern char **environ;

static struct command commands[MAX];
static int ncommands, inside[2] = { -1, -1 }, ends;
static double limit;
static int least = 11;
static FILE *raw, *results;

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

/* What a command wrote of itself. The pipe holds it until the command has ended. */
static struct times read_inside(struct command *c)
{
	char text[64];
	struct times t;
	ssize_t n = read(inside[0], text, sizeof text - 1);
	if (n<0) n = 0;
	text[n] = 0;
	if (sscanf(text, "%lf %lf", &t.t[0], &t.t[1]) != 2) die("did not write its times", c->label);
	for (int k=0; k<2; k++) t.t[k] /= 1e3;
	return t;
}

/* When a command that was waited for called exit_group. */
static struct timespec read_end(struct command *c)
{
	struct timespec t;
	if (read(inside[0], &t, sizeof t)!=sizeof t) die("did not write when it ended", c->label);
	return t;
}

static struct times run(struct command *c)
{
	static posix_spawn_file_actions_t actions;
	static int prepared;
	struct timespec a, b;
	struct rusage use;
	pid_t pid;
	int status, r;
	if (!prepared++) {
		posix_spawn_file_actions_init(&actions);
		if (inside[1]>=0) posix_spawn_file_actions_adddup2(&actions, inside[1], INSIDE_FD);
	}
	clock_gettime(CLOCK_MONOTONIC, &a);
	r = posix_spawn(&pid, c->argv[0], &actions, 0, c->argv, c->envp);
	if (r) die(strerror(r), c->argv[0]);
	while (wait4(pid, &status, 0, &use)<0 && errno==EINTR);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (status) die("the command failed", c->label);
	if (ends) a = read_end(c);
	else if (inside[0]>=0) return read_inside(c);
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
	fprintf(results, "\t%.0f\t%.3f\t%.3f\t%.3f", took[mid], ratio[mid],
		ratio[mid>off ? mid-off : 0], ratio[mid+off<rounds ? mid+off : rounds-1]);
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec/1e9;
}

/* All the samples; how many rounds there were. */
static int sample(int rounds)
{
	int turn[MAX], n;
	double end = limit ? now()+limit : HUGE_VAL;
	for (int i=0; i<ncommands; i++) turn[i] = i;
	srandom(time(0) ^ getpid());
	for (n=-WARM_UP; n<rounds; n++) {
		if (now()>=end) {
			if (n>=least) break;
			/* too slow for all of the warm-up */
			if (n<0) n = 0;
		}
		shuffle(turn);
		for (int i=0; i<ncommands; i++) {
			struct command *c = &commands[turn[i]];
			struct times t = run(c);
			if (n<0) continue;
			for (int k=0; k<2; k++) c->took[k][n] = t.t[k];
			if (raw) fprintf(raw, "%d\t%s\t%.1f\t%.1f\n", n, c->label, t.t[0], t.t[1]);
		}
	}
	return n;
}

static void measure(int rounds)
{
	for (int i=0; i<ncommands; i++)
		for (int k=0; k<2; k++) {
			commands[i].took[k] = get(rounds, sizeof(double));
			commands[i].ratio[k] = get(rounds, sizeof(double));
		}
	rounds = sample(rounds);
	for (int i=0; i<ncommands; i++)
		for (int k=0; k<2; k++)
			for (int n=0; n<rounds; n++)
				commands[i].ratio[k][n] = commands[i].took[k][n] / commands[0].took[k][n];
	for (int i=0; i<ncommands; i++) {
		fputs(commands[i].label, results);
		for (int k=0; k<2; k++) print(commands[i].took[k], commands[i].ratio[k], rounds);
		putc('\n', results);
	}
}

/* Minor page faults so far, the tenth word of /proc/PID/stat; -1 if it is not told. */
static long faults_of(pid_t pid)
{
	char path[64], line[1024], *after;
	long faults = -1;
	FILE *f;
	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	if (!(f = fopen(path, "r"))) return -1;
	/* the name in parentheses may hold anything */
	if (fgets(line, sizeof line, f) && (after = strrchr(line, ')')))
		sscanf(after+1, " %*c %*d %*d %*d %*d %*d %*u %ld", &faults);
	fclose(f);
	return faults;
}

/* The process's mappings, and of its pages those that are its own. */
static void memory_of(pid_t pid, long *mappings, long *dirty)
{
	char path[64], line[1024];
	long kib;
	unsigned long start, end;
	FILE *f;
	*mappings = *dirty = -1;
	snprintf(path, sizeof path, "/proc/%d/smaps", pid);
	if (!(f = fopen(path, "r"))) return;
	*mappings = *dirty = 0;
	while (fgets(line, sizeof line, f)) {
		if (sscanf(line, "%lx-%lx ", &start, &end)==2) ++*mappings;
		if (sscanf(line, "Private_Dirty: %ld", &kib)==1) *dirty += kib;
	}
	fclose(f);
}

static void print_count(long n)
{
	if (n<0) fputs("\t-", results);
	else fprintf(results, "\t%ld", n);
}

/* The command, stopped before it is executed, with these options of ptrace. */
static pid_t traced(struct command *c, unsigned long persona, int options)
{
	int status;
	pid_t pid = fork();
	if (pid<0) die(strerror(errno), "fork");
	if (!pid) {
		/* containers may refuse it: addresses then change a few instructions */
		if (persona) personality(persona);
		if (ptrace(PTRACE_TRACEME, 0, 0, 0)) _exit(125);
		raise(SIGSTOP);
		execve(c->argv[0], c->argv, c->envp);
		_exit(126);
	}
	if (waitpid(pid, &status, 0)<0 || !WIFSTOPPED(status)
	 || ptrace(PTRACE_SETOPTIONS, pid, 0, options|PTRACE_O_EXITKILL))
		die("cannot be traced here", c->label);
	return pid;
}

static void count(struct command *c)
{
	struct __ptrace_syscall_info info;
	int status, calls = 0, seals = 0;
	long before = -1, after = -1, dirty = -1, mappings = -1;
	pid_t pid = traced(c, 0, PTRACE_O_TRACESYSGOOD);
	for (int sig=0;;) {
		ptrace(PTRACE_SYSCALL, pid, 0, sig);
		if (waitpid(pid, &status, 0)<0 || !WIFSTOPPED(status)) break;
		sig = WSTOPSIG(status);
		/* This trap comes after execve, and the program starts here; other signals are its own. */
		if (sig==SIGTRAP) {
			sig = calls = seals = 0;
			before = faults_of(pid);
		}
		if (sig!=(SIGTRAP|0x80)) continue;
		sig = 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info)>0
		 && info.op==PTRACE_SYSCALL_INFO_ENTRY) {
			calls++;
			seals += info.entry.nr==NR_mseal;
			if (info.entry.nr!=SYS_exit_group) continue;
			after = faults_of(pid);
			memory_of(pid, &mappings, &dirty);
		}
	}
	if (status) die("the command failed", c->label);
	fprintf(results, "%s\t%d\t%d", c->label, calls, seals);
	print_count(before<0 || after<0 ? -1 : after-before);
	print_count(dirty);
	print_count(mappings);
	putc('\n', results);
}

static void step(struct command *c)
{
	int status;
	long steps = 0;
	pid_t pid = traced(c, ADDR_NO_RANDOMIZE, PTRACE_O_TRACEEXEC);
	/* up to the end of execve at full speed */
	do ptrace(PTRACE_CONT, pid, 0, 0);
	while (waitpid(pid, &status, 0)>0 && WIFSTOPPED(status) && status>>8 != (SIGTRAP|PTRACE_EVENT_EXEC<<8));
	for (int sig=0; WIFSTOPPED(status); steps++) {
		if (ptrace(PTRACE_SINGLESTEP, pid, 0, sig) || waitpid(pid, &status, 0)<0)
			die("cannot be run in single steps", c->label);
		if (WIFSTOPPED(status)) sig = WSTOPSIG(status);
		if (sig==SIGTRAP) sig = 0;
	}
	if (status) die("the command failed", c->label);
	fprintf(results, "%s\t%ld\n", c->label, steps);
}

static void usage(char *name)
{
	die("usage: start [-i|-x] [-t SECONDS] [-l LEAST] [-r FILE] ROUNDS|count|steps -- LABEL [VAR=VALUE ...] PROGRAM ARGS ... -- ...", name);
}

static void options(int argc, char **argv)
{
	/* "+": the first word that is no option ends them */
	for (int c; (c = getopt(argc, argv, "+ixt:l:r:")) != -1; ) switch (c) {
	case 'x':
		ends = 1;
		/* fallthrough */
	case 'i':
		if (pipe2(inside, O_CLOEXEC|O_NONBLOCK)) die(strerror(errno), "pipe2");
		break;
	case 't':
		limit = atof(optarg);
		if (!(limit>0)) die("not a number of seconds", optarg);
		break;
	case 'l':
		least = atoi(optarg);
		if (least<1) die("not a number of rounds", optarg);
		break;
	case 'r':
		if (!(raw = fopen(optarg, "we"))) die(strerror(errno), optarg);
		break;
	default:
		usage(argv[0]);
	}
}

/* The samples are only worth something if they are all there. */
static void close_raw(void)
{
	if (raw && (ferror(raw) | fclose(raw))) die("cannot be written in full", "the file of samples");
}

/* Keep standard output for the results. The commands inherit another: opening it in each would be measured. */
static void divide_output(void)
{
	int mine = fcntl(1, F_DUPFD_CLOEXEC, INSIDE_FD+1), null = open("/dev/null", O_WRONLY|O_CLOEXEC);
	if (mine<0 || null<0 || dup2(null, 1)<0 || !(results = fdopen(mine, "w"))) die(strerror(errno), "standard output");
	close(null);
}

int main(int argc, char **argv)
{
	cpu_set_t here;
	int rounds;
	divide_output();
	options(argc, argv);
	argv += optind;
	argc -= optind;
	if (argc<3 || strcmp(argv[1], "--")) usage("start");
	parse(argv+2);
	/* One processor: nobody's start is charged for moving to another. */
	CPU_ZERO(&here);
	CPU_SET(sched_getcpu(), &here);
	sched_setaffinity(0, sizeof here, &here);
	if (!strcmp(argv[0], "count")) {
		for (int i=0; i<ncommands; i++) count(&commands[i]);
	} else if (!strcmp(argv[0], "steps")) {
		for (int i=0; i<ncommands; i++) step(&commands[i]);
	} else {
		rounds = atoi(argv[0]);
		if (rounds<1) die("not a number of rounds", argv[0]);
		measure(rounds);
	}
	close_raw();
	if (ferror(results) | fclose(results)) die("cannot be written in full", "standard output");
	return 0;
}

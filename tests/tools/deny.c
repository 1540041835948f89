/* deny [CALL=]ANSWER PROGRAM ARGS...: run PROGRAM under a filter that makes
 * mseal, or another call, fail, like a sandbox older than the call. ANSWER is
 * an errno, as a name or a number; with 0 the call succeeds and does nothing. Or
 * it is one of seccomp's other actions.
 *
 * deny mdwe PROGRAM ARGS...: no memory may become executable. */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct { const char *name; unsigned value; } actions[] = {
	{ "KILL", SECCOMP_RET_KILL_PROCESS },
	{ "KILL_THREAD", SECCOMP_RET_KILL_THREAD },
	{ "TRAP", SECCOMP_RET_TRAP },
	{ "TRACE", SECCOMP_RET_TRACE },		/* and there is no tracer */
	{ "LOG", SECCOMP_RET_LOG },
};

/* The first is the default. */
static const struct { const char *name; int value; }
	calls[] = { { "mseal", 462 }, { "pkey_alloc", SYS_pkey_alloc },
		{ "memfd_create", SYS_memfd_create }, { "prctl", SYS_prctl },
#ifdef SYS_open
		{ "open", SYS_open },
#endif
		{ "seccomp", SYS_seccomp } },
	errors[] = { { "EPERM", EPERM }, { "ENOSYS", ENOSYS },
		{ "ENOSPC", ENOSPC }, { "EACCES", EACCES } };

static int run(char **argv)
{
	execv(*argv, argv);
	fprintf(stderr, "deny: %s: %s\n", *argv, strerror(errno));
	return 99;
}

int main(int argc, char **argv)
{
	/* PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN */
	if (argc > 2 && !strcmp(argv[1], "mdwe")) {
		if (!prctl(65, 1, 0, 0, 0)) return run(argv+2);
		fprintf(stderr, "deny: no PR_SET_MDWE: %s\n", strerror(errno));
		return 98;
	}
	const char *word = argc > 2 ? argv[1] : "", *equals = strchr(word, '=');
	const char *error = equals ? equals+1 : word;
	char *end;
	size_t i, n = equals ? equals-word : 0;
	int nr = equals ? -1 : calls[0].value, err = strtol(error, &end, 10);
	if (end == error || *end) err = -1;
	for (i=0; i<sizeof calls/sizeof *calls; i++)
		if (n == strlen(calls[i].name)
		    && !memcmp(word, calls[i].name, n))
			nr = calls[i].value;
	for (i=0; i<sizeof errors/sizeof *errors; i++)
		if (!strcmp(error, errors[i].name)) err = errors[i].value;
	long answer = err < 0 ? -1 : (long)(SECCOMP_RET_ERRNO | err);
	for (i=0; i<sizeof actions/sizeof *actions; i++)
		if (!strcmp(error, actions[i].name)) answer = actions[i].value;
	if (nr < 0 || answer < 0) {
		fprintf(stderr,
			"usage: deny [CALL=]ANSWER PROGRAM ARGS...\n");
		return 99;
	}
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0),
		BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET|BPF_K, answer),
		BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof *code, code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		fprintf(stderr, "deny: no seccomp filter: %s\n",
			strerror(errno));
		return 98;
	}
	return run(argv+2);
}

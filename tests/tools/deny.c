/* deny [CALL=]ERRNO PROGRAM ARGS...: run PROGRAM under a filter that makes
 * mseal, or another call, fail, like a sandbox older than the call. ERRNO is a
 * name or a number; with 0 the call succeeds and does nothing. */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The first is the default. */
static const struct { const char *name; int value; }
	calls[] = { { "mseal", 462 }, { "pkey_alloc", SYS_pkey_alloc } },
	errors[] = { { "EPERM", EPERM }, { "ENOSYS", ENOSYS },
		{ "ENOSPC", ENOSPC }, { "EACCES", EACCES } };

int main(int argc, char **argv)
{
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
	if (nr < 0 || err < 0) {
		fprintf(stderr,
			"usage: deny [mseal=|pkey_alloc=]ERRNO PROGRAM"
			" ARGS...\n");
		return 99;
	}
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0),
		BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, nr, 0, 1),
		BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof *code, code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		fprintf(stderr, "deny: no seccomp filter: %s\n",
			strerror(errno));
		return 98;
	}
	execv(argv[2], argv+2);
	fprintf(stderr, "deny: %s: %s\n", argv[2], strerror(errno));
	return 99;
}

/* deny ERRNO PROGRAM ARGS...: runs PROGRAM with a filter under which mseal
 * fails with ERRNO, as in a sandbox: EPERM, ENOSYS, EACCES, another by its
 * number, or 0, which is success that seals nothing. */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define NR_MSEAL 462

int main(int argc, char **argv)
{
	static const struct { const char *name; int err; } names[] = {
		{ "EPERM", EPERM }, { "ENOSYS", ENOSYS }, { "EACCES", EACCES } };
	if (argc < 3) {
		fprintf(stderr, "usage: deny ERRNO PROGRAM ARGS...\n");
		return 99;
	}
	int err = atoi(argv[1]);
	for (int i=0; i<3; i++) if (!strcmp(argv[1], names[i].name)) err = names[i].err;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD|BPF_W|BPF_ABS, 0),
		BPF_JUMP(BPF_JMP|BPF_JEQ|BPF_K, NR_MSEAL, 0, 1),
		BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ERRNO | err),
		BPF_STMT(BPF_RET|BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog prog = { sizeof code / sizeof *code, code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		fprintf(stderr, "deny: no seccomp filter: %s\n", strerror(errno));
		return 98;
	}
	execv(argv[2], argv+2);
	fprintf(stderr, "deny: %s: %s\n", argv[2], strerror(errno));
	return 99;
}

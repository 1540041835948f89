/* profile FILE PROGRAM ARGS...: run PROGRAM under a seccomp filter as a
 * container runtime makes it from a profile. FILE has been made of the JSON: the
 * errno of all other calls in the first line, then a line for each permitted
 * call, its name and, if that depends on an argument, its index, mask and
 * value. */

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct { const char *name; long nr; } calls[] = {
/* made by the makefile; make lint has none */
#if __has_include("syscalls.h")
#include "syscalls.h"
#endif
	{ "mseal", SYS_pidfd_send_signal-424+462 },
};

static struct sock_filter code[4096];
static unsigned short n;

static void add(unsigned op, unsigned k, unsigned jt, unsigned jf)
{
	if (n == sizeof code/sizeof *code) {
		fprintf(stderr, "profile: too long\n");
		exit(99);
	}
	code[n++] = (struct sock_filter){ op, jt, jf, k };
}

static long number(const char *name)
{
	for (size_t i=0; i<sizeof calls/sizeof *calls; i++)
		if (!strcmp(calls[i].name, name)) return calls[i].nr;
	return -1;
}

static void permit(char *line)
{
	char name[64];
	unsigned index, mask, value;
	int found = sscanf(line, "%63s %u %u %u", name, &index, &mask, &value);
	long nr = number(name);
	/* A runtime passes over calls that this machine does not have. */
	if (nr < 0) return;
	if (found == 4) {
		add(BPF_JMP|BPF_JEQ|BPF_K, nr, 0, 5);
		add(BPF_LD|BPF_W|BPF_ABS, offsetof(struct seccomp_data, args)
			+8*index, 0, 0);
		add(BPF_ALU|BPF_AND|BPF_K, mask, 0, 0);
		add(BPF_JMP|BPF_JEQ|BPF_K, value, 0, 1);
		add(BPF_RET|BPF_K, SECCOMP_RET_ALLOW, 0, 0);
		add(BPF_LD|BPF_W|BPF_ABS, offsetof(struct seccomp_data, nr), 0,
			0);
	} else {
		add(BPF_JMP|BPF_JEQ|BPF_K, nr, 0, 1);
		add(BPF_RET|BPF_K, SECCOMP_RET_ALLOW, 0, 0);
	}
}

int main(int argc, char **argv)
{
	FILE *f = argc > 2 ? fopen(argv[1], "r") : 0;
	char line[256];
	unsigned error;
	if (!f || !fgets(line, sizeof line, f)
	    || sscanf(line, "%u", &error) != 1) {
		fprintf(stderr, "usage: profile FILE PROGRAM ARGS...\n");
		return 99;
	}
	add(BPF_LD|BPF_W|BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	while (fgets(line, sizeof line, f)) permit(line);
	add(BPF_RET|BPF_K, SECCOMP_RET_ERRNO|error, 0, 0);
	fclose(f);
	struct sock_fprog prog = { n, code };
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	    || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog)) {
		fprintf(stderr, "profile: no seccomp filter: %s\n",
			strerror(errno));
		return 98;
	}
	execv(argv[2], argv+2);
	fprintf(stderr, "profile: %s: %s\n", argv[2], strerror(errno));
	return 99;
}

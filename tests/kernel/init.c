/* The first program in the VM: it runs what /list names and switches the machine off.
 *
 * A line of /list is NAME [VARIABLE=VALUE...] PROGRAM [ARGUMENT...]. Around the output of each
 * stand "=== NAME" and "--- NAME STATUS SECONDS", which the other side reads from the
 * serial port. STATUS is the exit status, 128 and the signal's number, or "timeout". */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __x86_64__
#include <sys/io.h>
#endif
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define TIMEOUT 2400
#define NOW 1800000000

static void run(char *line)
{
	char *argv[64], *env[64] = { "PATH=/bin:/", "HOME=/", 0 }, *w, *name = strtok(line, " ");
	int argc = 0, envc = 2, status = 0;
	time_t start = time(0);
	pid_t pid;

	if (!name) return;
	while ((w = strtok(0, " ")) && argc < 63) {
		if (!argc && strchr(w, '=') && envc < 63) env[envc++] = w;
		else argv[argc++] = w;
	}
	argv[argc] = 0;
	env[envc] = 0;
	if (!argc) return;

	printf("=== %s\n", name);
	fflush(stdout);
	pid = fork();
	if (!pid) {
		setsid();
		execve(argv[0], argv, env);
		printf("cannot run %s: %s\n", argv[0], strerror(errno));
		_exit(126);
	}
	while (waitpid(pid, &status, WNOHANG) == 0) {
		if (time(0) > start + TIMEOUT) {
			kill(-pid, SIGKILL);
			waitpid(pid, &status, 0);
			printf("--- %s timeout %d\n", name, TIMEOUT);
			return;
		}
		nanosleep(&(struct timespec){ .tv_nsec = 2000000 }, 0);
	}
	/* whatever the program left behind */
	kill(-pid, SIGKILL);
	while (waitpid(-1, 0, WNOHANG) > 0);
	printf("--- %s %d %ld\n", name, WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), (long)(time(0) - start));
}

/* What the kernel said at the level of a warning or above. */
static void kernel_log(void)
{
	static char buf[1 << 20];
	int n = klogctl(3, buf, sizeof buf - 1);
	char *line;

	printf("=== dmesg\n");
	for (line = strtok(buf, "\n"); n > 0 && line; line = strtok(0, "\n"))
		if (line[0] == '<' && line[1] <= '4' && line[2] == '>') printf("%s\n", line + 3);
	printf("--- dmesg 0\n");
}

int main(void)
{
	char line[4096];
	FILE *f;

	mkdir("/proc", 0755);
	mkdir("/sys", 0755);
	mkdir("/dev", 0755);
	mkdir("/tmp", 01777);	/* not a file system of its own: the initramfs may have files there */
	mount("proc", "/proc", "proc", 0, 0);
	mount("sysfs", "/sys", "sysfs", 0, 0);
	mount("devtmpfs", "/dev", "devtmpfs", 0, 0);
	mkdir("/dev/shm", 01777);
	mount("tmpfs", "/dev/shm", "tmpfs", 0, 0);
	setvbuf(stdout, 0, _IOLBF, 0);

	/* arm64's has no clock. */
	if (time(0) < NOW) clock_settime(CLOCK_REALTIME, &(struct timespec){ .tv_sec = NOW });

	f = fopen("/list", "r");
	while (f && fgets(line, sizeof line, f)) {
		line[strcspn(line, "\n")] = 0;
		if (*line && *line != '#') run(line);
	}
	kernel_log();
	printf("=== end\n");
	fflush(stdout);
	sync();
#ifdef __x86_64__
	/* isa-debug-exit: QEMU ends with status 2*17+1 */
	if (!ioperm(0xf4, 1, 1)) outb(17, 0xf4);
#endif
	reboot(RB_POWER_OFF);
	for (;;) pause();
}

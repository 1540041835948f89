/* When memory runs out malloc returns a null pointer, at its first call and some
 * pages later. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGES 40

enum { OK, WRONG_ERRNO, NEVER_FULL, STAYS_FULL };

static const char *const outcome[] = { "", "a null pointer, but not ENOMEM",
	"memory beyond the limit", "no memory after the limit was lifted" };

/* The kernel's figure of this process, in bytes. */
static size_t usage(const char *name)
{
	static char buf[4096];
	int fd = open("/proc/self/status", O_RDONLY);
	ssize_t n = read(fd, buf, sizeof buf-1);
	char *p = n > 0 ? strstr(buf, name) : 0;
	close(fd);
	return p ? strtoul(p+strlen(name), 0, 10)*1024 : 0;
}

static int allocate(int what, size_t max)
{
	static const size_t sizes[] = { 50000, 64, 3000, 1, 300000, 500 };
	struct rlimit l;
	size_t i;
	int j;
	getrlimit(what, &l);
	l.rlim_cur = max;
	setrlimit(what, &l);
	for (i=0; i<sizeof sizes/sizeof *sizes; i++) {
		char *p = 0;
		for (j=0; j<10000; j++) {
			errno = 0;
			if (!(p = malloc(sizes[i]))) break;
			memset(p, 1, sizes[i]);
		}
		if (p) return NEVER_FULL;
		if (errno != ENOMEM) return WRONG_ERRNO;
	}
	l.rlim_cur = l.rlim_max;
	setrlimit(what, &l);
	return malloc(50000) ? OK : STAYS_FULL;
}

static int limited(const char *name, int what, size_t max)
{
	int status = -1;
	pid_t pid = fork();
	if (!pid) _exit(allocate(what, max));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	if (!status) return 0;
	printf("%s %zu: wanted null pointers, got ", name, max);
	if (WIFSIGNALED(status)) printf("signal %d\n", WTERMSIG(status));
	else printf("%s\n", outcome[WEXITSTATUS(status)&3]);
	return 1;
}

int main(void)
{
	size_t page = sysconf(_SC_PAGESIZE);
	size_t as = usage("VmSize:"), data = usage("VmData:");
	int i, wrong = 0;
	wrong += limited("RLIMIT_AS", RLIMIT_AS, page);
	/* 0 would be no limit, by which Linux lets valgrind have its brk. */
	wrong += limited("RLIMIT_DATA", RLIMIT_DATA, page);
	for (i=0; i<PAGES; i++) {
		wrong += limited("RLIMIT_AS", RLIMIT_AS, as+i*page);
		wrong += limited("RLIMIT_DATA", RLIMIT_DATA, data+i*page);
	}
	printf("check: %d of %d wrong\n", wrong, 2*PAGES+2);
	return !!wrong;
}

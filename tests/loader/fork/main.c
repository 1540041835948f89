/* Seals are inherited by fork and do not survive exec: the child has them all,
 * and what it executes gets its own. */

#include "check.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int status = -1;
	pid_t pid;
	if (argc > 1) {
		check_all("after exec");
		return check_done();
	}
	check_all("parent");
	fflush(stdout);
	pid = fork();
	if (!pid) {
		check_all("child");
		pid = fork();
		if (!pid) {
			check_all("grandchild");
			check_heap("grandchild");
			/* CHECK_EXEC: what a program must be given to, if any. */
			execl("/bin/sh", "sh", "-c", "exec $CHECK_EXEC \"$0\" again",
				argv[0], (char *)0);
			_exit(1);
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
		check_ok(status == 0, "grandchild: status %x", status);
		_exit(check_done());
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	check_ok(status == 0, "child: wanted status 0, got %x", status);
	check_all("parent again");
	return check_done();
}

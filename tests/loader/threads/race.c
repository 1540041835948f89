/* Eight threads load a hundred libraries in different orders, fail to load
 * another, and fork children that load one more. Nothing may be left unsealed. */

#include "check.h"
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define N 8

static void in_a_child(void)
{
	int status = -1;
	pid_t pid = fork();
	if (!pid) _exit(!dlopen("libtls.so", RTLD_NOW));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	check_ok(!status, "dlopen in a child: status %x", status);
}

static void *worker(void *arg)
{
	int k = (int)(uintptr_t)arg, i;
	char name[32];
	for (i=0; i<100; i++) {
		snprintf(name, sizeof name, "lib%d.so", (i*7 + k*13)%100 + 1);
		check_ok(!!dlopen(name, RTLD_NOW), "dlopen(%s)", name);
		if (i%10 != k) continue;
		check_ok(!dlopen("libnosymbol.so", RTLD_NOW), "libnosymbol.so: "
			"wanted a failure");
		in_a_child();
	}
	return 0;
}

int main(void)
{
	pthread_t th[N];
	int i;
	check_maps("start");
	for (i=0; i<N; i++)
		check_ok(!pthread_create(th+i, 0, worker, (void *)(uintptr_t)i),
			"pthread_create %d", i);
	for (i=0; i<N; i++) pthread_join(th[i], 0);
	check_ok(!check_named("libnosymbol.so"), "libnosymbol.so is mapped");
	check_maps("end");
	return check_done();
}

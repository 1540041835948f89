/* Its constructor waits for a thread that opens a library that was loaded
 * with the program, but whose constructor has not run yet. */

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void *open_due(void *arg)
{
	void *h = dlopen("libdue.so", RTLD_NOW);
	int (*constructed)(void) = h
		? (int (*)(void))dlsym(h, "due_constructed") : 0;
	(void)arg;
	if (!h) printf("dlopen: %s\n", dlerror());
	else printf("in the thread: %d\n", constructed ? constructed() : -1);
	/* By way of a dependency that is in no list of this handle's yet. */
	int (*deep)(void) = h ? (int (*)(void))dlsym(h, "deep_answer") : 0;
	printf("of a dependency: %d\n", deep ? deep() : -1);
	fflush(stdout);
	return 0;
}

__attribute__((constructor)) static void start(void)
{
	pthread_t t;
	if (pthread_create(&t, 0, open_due, 0)) return;
	pthread_join(t, 0);
}

int starter(void)
{
	return 1;
}

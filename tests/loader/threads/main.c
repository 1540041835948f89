/* Threads that run while libraries with TLS are loaded, and threads started
 * after. Stacks and TLS blocks are not the loader's to seal. */

#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <string.h>

#define N 4

static _Thread_local char own_tls[100] = "own";
static pthread_barrier_t loaded, checked;
static int *(*tls_counter)(void);
static char *(*tls_block)(void);
static int *counter_of[2*N];

static void *worker(void *arg)
{
	int i = (int)(uintptr_t)arg, k, on_stack = i;
	if (i < N) pthread_barrier_wait(&loaded);
	for (k=0; k<1000; k++) ++*tls_counter();
	counter_of[i] = tls_counter();
	check_ok(*tls_counter() == 1000 + 5, "thread %d: TLS counter: wanted "
		"1005, got %d", i, *tls_counter());
	check_ok(!strcmp(tls_block(), "tls of the library"), "thread %d: TLS "
		"image: got \"%s\"", i, tls_block());
	pthread_barrier_wait(&checked);
	/* The main thread compares and attacks now. */
	pthread_barrier_wait(&checked);
	own_tls[99] = on_stack;
	return (void *)(uintptr_t)own_tls[99];
}

int main(void)
{
	pthread_t th[2*N];
	void *h, *r;
	int i, k;

	pthread_barrier_init(&loaded, 0, N+1);
	pthread_barrier_init(&checked, 0, 2*N+1);
	check_all("start");
	for (i=0; i<N; i++)
		check_ok(!pthread_create(th+i, 0, worker, (void *)(uintptr_t)i),
			"pthread_create %d", i);

	h = dlopen("libtls.so", RTLD_NOW);
	if (!check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) return check_done();
	*(void **)&tls_counter = dlsym(h, "tls_counter");
	*(void **)&tls_block = dlsym(h, "tls_block");
	if (!check_ok(tls_counter && tls_block, "dlsym")) return check_done();
	pthread_barrier_wait(&loaded);
	for (; i<2*N; i++)
		check_ok(!pthread_create(th+i, 0, worker, (void *)(uintptr_t)i),
			"pthread_create %d", i);

	pthread_barrier_wait(&checked);
	check_all("eight threads, library with TLS");
	for (i=0; i<2*N; i++) {
		/* At level hard a thread has it on its stack, if it began after
		 * the library was loaded. */
		check_ok(!check_is_sealed(counter_of[i]) || (check_hard()
			&& i >= N), "thread %d: TLS block: wanted not sealed, "
			"got sealed", i);
		for (k=0; k<i; k++)
			check_ok(counter_of[i] != counter_of[k], "threads %d and "
				"%d share a TLS block", i, k);
	}
	pthread_barrier_wait(&checked);
	for (i=0; i<2*N; i++) {
		check_ok(!pthread_join(th[i], &r), "pthread_join %d", i);
		check_ok((uintptr_t)r == (uintptr_t)i, "thread %d returned %lu",
			i, (unsigned long)(uintptr_t)r);
	}
	check_all("threads are gone");
	return check_done();
}

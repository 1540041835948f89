/* A thread calls a function of a library again and again. The attacker, who can
 * have the program make calls, takes the library's text away and puts pages in
 * its place. */

#include "story.h"
#include <pthread.h>
#include <stdatomic.h>

int answer(void);

static atomic_int asked, answered;

static void *worker(void *arg)
{
	(void)arg;
	for (int n=1;; n++) {
		while (atomic_load(&asked) < n);
		atomic_store(&answered, answer());
	}
	return 0;
}

static int ask(void)
{
	atomic_store(&answered, 0);
	atomic_fetch_add(&asked, 1);
	int r;
	while (!(r = atomic_load(&answered)));
	return r;
}

int main(void)
{
	pthread_t th;
	char *page = page_of((void *)(uintptr_t)answer);
	if (pthread_create(&th, 0, worker, 0) || ask() != 42) return 99;
	int r = munmap(page, PAGE);
	char *p = mmap(page, PAGE, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS
		|MAP_FIXED, -1, 0);
	if (r && p == MAP_FAILED)
		return ask() == 42 ? refused("munmap and mmap") : 99;
	place_code((void *)(uintptr_t)answer);
	mprotect(page, PAGE, PROT_READ|PROT_EXEC);
	if (ask() == 666) attacked();
	return 99;
}

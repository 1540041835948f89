/* Threads made and ended, argv[2] of them, in the way of argv[1]: joined,
 * detached, or joined with stacks of many sizes. Prints how many mappings and
 * KiB the process has more in the end than after the first 2048. */

#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define AT_ONCE 4

static sem_t ended;
static __thread char variables[3000];
static volatile int bad;

/* A new thread finds zeros, and leaves none. */
static void *thread(void *arg)
{
	char big[20000];
	for (size_t i=0; i<sizeof variables; i++)
		if (variables[i]) bad = 1;
	memset(variables, 1, sizeof variables);
	memset(big, 1, sizeof big);
	__asm__ __volatile__ ("" : : "r"(big) : "memory");
	if (arg) sem_post(&ended);
	return arg;
}

struct size { long mappings, vm, rss; };

static struct size measure(void)
{
	struct size s = { 0 };
	char line[512];
	FILE *f = fopen("/proc/self/maps", "re");
	while (f && fgets(line, sizeof line, f)) s.mappings++;
	if (f) fclose(f);
	f = fopen("/proc/self/statm", "re");
	if (f && fscanf(f, "%ld %ld", &s.vm, &s.rss) != 2) s.vm = 0;
	if (f) fclose(f);
	s.vm *= sysconf(_SC_PAGESIZE)/1024;
	s.rss *= sysconf(_SC_PAGESIZE)/1024;
	return s;
}

static int make(const char *how, int n)
{
	int detached = !strcmp(how, "detached"), sizes = !strcmp(how, "sizes");
	pthread_t t[AT_ONCE];
	pthread_attr_t a;
	pthread_attr_init(&a);
	if (detached) pthread_attr_setdetachstate(&a, PTHREAD_CREATE_DETACHED);
	for (int i=0; i<n; i++) {
		int err, k = i%AT_ONCE;
		if (sizes) pthread_attr_setstacksize(&a,
			65536+4096*(i*7919L%256));
		/* A detached thread may not have ended when it says so. */
		while ((err = pthread_create(t+k, &a, thread,
		    detached ? &ended : 0)) == EAGAIN && detached);
		if (err) {
			fprintf(stderr, "pthread_create: %s\n", strerror(err));
			return -1;
		}
		if (k != AT_ONCE-1) continue;
		for (k=0; k<AT_ONCE; k++)
			if (detached) sem_wait(&ended);
			else pthread_join(t[k], 0);
	}
	return 0;
}

int main(int argc, char **argv)
{
	if (argc < 3) return 1;
	sem_init(&ended, 0, 0);
	if (make(argv[1], 2048)) return 1;
	struct size before = measure();
	if (make(argv[1], atoi(argv[2]))) return 1;
	struct size after = measure();
	printf("mappings %ld vm %ld rss %ld%s\n",
		after.mappings-before.mappings, after.vm-before.vm,
		after.rss-before.rss,
		bad ? " not zero" : "");
	return bad;
}

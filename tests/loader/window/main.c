/* A dlopen of one kind, by a program with one thread or with several. It prints
 * the result: the same with and without tools/window.c, which traces it.
 *
 *	main KIND one		the main thread
 *	main KIND several	the main thread; others wait for a condition
 *				and in pause
 *	main KIND other		another thread; the main thread and others wait
 *	main fork		two threads, see below */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* For the tracer: close takes no such descriptors. */
static void tell(int what, const char *name)
{
	syscall(SYS_close, what, name, name ? strlen(name)+1 : 0);
}
#define BEGIN (-1001)
#define END (-1002)
#define WAITS (-1003)
#define FORKED (-1004)

/* Called by the libraries' constructors. */
char constructed[256];
void in_constructor(const char *name)
{
	strcat(strcat(constructed, " "), name);
}

static void *try_open(const char *name, int mode)
{
	tell(BEGIN, name);
	void *h = dlopen(name, mode);
	tell(END, 0);
	const char *e = h ? 0 : dlerror();
	printf("%s: %s, constructed:%s\n", name, h ? "opened" : e ? e : "null",
		constructed);
	return h;
}

static void prepare(const char *name, int mode)
{
	if (dlopen(name, mode)) return;
	printf("%s: %s\n", name, dlerror());
	exit(1);
}

static int call(void *h, const char *name)
{
	int (*f)(void);
	*(void **)&f = h ? dlsym(h, name) : 0;
	return f ? f() : -1;
}

/* The thread that waits for a condition. */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static void *with_tls;		/* library to call, once there is one */
static int ready, done, tls_value, waiting;

static void *wait_for_library(void *arg)
{
	pthread_mutex_lock(&mutex);
	waiting = 1;
	pthread_cond_broadcast(&cond);
	while (!ready) pthread_cond_wait(&cond, &mutex);
	if (with_tls) tls_value = call(with_tls, "next_of_thread");
	done = 1;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	return arg;
}

static void ask_thread(void)
{
	pthread_mutex_lock(&mutex);
	ready = 1;
	pthread_cond_broadcast(&cond);
	while (!done) pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
}

static void *in_pause(void *arg)
{
	for (;;) pause();
	return arg;
}

static const char *kind;
static int several;

static int is(const char *s)
{
	return !strcmp(kind, s);
}

static void *run(void *arg)
{
	void *h;
	if (is("new")) {
		h = try_open("libplain.so", RTLD_NOW);
		printf("value %d\n", call(h, "plain"));
	} else if (is("path")) {
		/* The name is on the heap. */
		char *name;
		if (asprintf(&name, "%s/libplain.so", getenv("WINDOW_DIR")) < 0)
			return 0;
		h = try_open(name, RTLD_NOW);
		printf("value %d\n", call(h, "plain"));
	} else if (is("grows")) {
		/* The tracer makes the name longer, see there. */
		static char name[8192];
		memset(name, 'X', sizeof name-1);
		snprintf(name, sizeof name, "%s/libplain.so",
			getenv("WINDOW_DIR"));
		tell(BEGIN, name);
		struct link_map *l = dlopen(name, RTLD_NOW);
		tell(END, 0);
		printf("%s\n", l ? l->l_name : dlerror());
		printf("value %d\n", call(dlopen("libneeds.so", RTLD_NOW),
			"needs"));
	} else if (is("global")) {
		prepare("libplain.so", RTLD_NOW);
		try_open("libplain.so", RTLD_NOW|RTLD_GLOBAL);
		printf("value %d\n", call(dlopen(0, RTLD_NOW), "plain"));
	} else if (is("loaded")) {
		prepare("libplain.so", RTLD_NOW);
		h = try_open("libplain.so", RTLD_NOW);
		printf("value %d\n", call(h, "plain"));
	} else if (is("noload")) {
		prepare("libplain.so", RTLD_NOW);
		try_open("libplain.so", RTLD_NOW|RTLD_NOLOAD);
		try_open("libtls.so", RTLD_NOW|RTLD_NOLOAD);
	} else if (is("missing")) {
		/* After the first the search path is known. */
		if (dlopen("libgone.so", RTLD_NOW)) return 0;
		try_open("libgone.so", RTLD_NOW);
		try_open("/nowhere/libgone.so", RTLD_NOW);
	} else if (is("search")) {
		try_open("libgone.so", RTLD_NOW);
	} else if (is("damaged")) {
		try_open("libcut.so", RTLD_NOW);
	} else if (is("undefined")) {
		try_open("liblazy.so", RTLD_NOW);
	} else if (is("needs-damaged")) {
		try_open("libneedscut.so", RTLD_NOW);
	} else if (is("tls")) {
		for (int i=0; i<2; i++) {
			h = with_tls = try_open(i ? "libtls2.so" : "libtls.so",
				RTLD_NOW);
			printf("value %d", call(h, "next_of_thread"));
			printf(" and %d\n", call(h, "next_of_thread"));
		}
		if (several) {
			ask_thread();
			printf("another thread's %d\n", tls_value);
		}
	} else if (is("lazy")) {
		h = try_open("liblazy.so", RTLD_LAZY);
		printf("value %d\n", call(h, "answer"));
		try_open("libprovider.so", RTLD_NOW|RTLD_GLOBAL);
		printf("value %d\n", call(h, "waits"));
	} else if (is("dependencies")) {
		h = try_open("libneeds.so", RTLD_NOW);
		printf("value %d\n", call(h, "needs"));
	} else printf("no such kind\n");
	fflush(stdout);
	return arg;
}

/* The tracer holds the main thread while it has the records open, and wakes the
 * other one by SIGUSR1, which calls _Fork. The loader's r_debug is one of its
 * records: is it writable in the child? */
extern void *_dl_debug_addr;

static int records_writable(void)
{
	char line[512], p[5];
	unsigned long a, b, r = (unsigned long)_dl_debug_addr;
	FILE *f = fopen("/proc/self/maps", "r");
	while (f && fgets(line, sizeof line, f))
		if (sscanf(line, "%lx-%lx %4s", &a, &b, p) == 3
		    && r >= a && r < b) return p[1] == 'w';
	return -1;
}

static void woken(int sig)
{
	(void)sig;
}

static void *forks(void *arg)
{
	int status;
	sigset_t usr1, old;
	sigemptyset(&usr1);
	sigaddset(&usr1, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &usr1, &old);
	signal(SIGUSR1, woken);
	tell(WAITS, 0);
	pthread_mutex_lock(&mutex);
	waiting = 1;
	pthread_cond_broadcast(&cond);
	pthread_mutex_unlock(&mutex);
	sigdelset(&old, SIGUSR1);
	sigsuspend(&old);
	int before = records_writable();
	pid_t pid = _Fork();
	if (!pid) _exit(records_writable());
	if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFEXITED(status))
		printf("no child\n");
	else printf("writable: in the parent %d, in the child %d\n", before,
		WEXITSTATUS(status));
	fflush(stdout);
	tell(FORKED, 0);
	return arg;
}

static void start(pthread_t *t, void *(*f)(void *))
{
	if (pthread_create(t, 0, f, 0)) exit(2);
}

static void wait_until_it_waits(void)
{
	pthread_mutex_lock(&mutex);
	while (!waiting) pthread_cond_wait(&cond, &mutex);
	pthread_mutex_unlock(&mutex);
}

int main(int argc, char **argv)
{
	pthread_t t;
	/* The heap has something in it. */
	volatile char *p = malloc(300000);
	if (argc < 2 || !p) return 2;
	kind = argv[1];
	setvbuf(stdout, 0, _IOFBF, BUFSIZ);
	if (is("fork")) {
		start(&t, forks);
		wait_until_it_waits();
		dlopen("libplain.so", RTLD_NOW);
		pthread_join(t, 0);
		printf("after: %d\n", records_writable());
		return 0;
	}
	several = argc > 2 && strcmp(argv[2], "one");
	if (several) {
		start(&t, wait_for_library);
		for (int i=0; i<3; i++) start(&t, in_pause);
		wait_until_it_waits();
	}
	if (argc > 2 && !strcmp(argv[2], "other")) {
		start(&t, run);
		pthread_join(t, 0);
	} else run(0);
	return 0;
}

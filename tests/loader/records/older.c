/* What a dlopen writes to records that are older than the pages it opens: those
 * of objects that become global, that are found by another name, whose lazy
 * relocations are resolved, whose dependencies are asked for, or that have
 * thread-local data. A hundred libraries lie between.
 *
 * With a number as its argument it does nothing but open so many libraries, to
 * be counted; with "eager" no relocations are left for later, which upstream
 * dies of. */

#include "check.h"
#include "walk.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static void between(const char *when)
{
	if (check_sealing()) records_are(when, PROT_READ, 0);
}

static void *open_lib(const char *name, int mode)
{
	void *h = dlopen(name, mode);
	check_ok(!!h, "dlopen(%s): %s", name, h ? "" : dlerror());
	between(name);
	return h;
}

static int call(void *h, const char *name)
{
	int (*f)(void) = (int (*)(void))dlsym(h, name);
	return check_ok(!!f, "dlsym: %s", f ? "" : dlerror()) ? f() : -1;
}

static void numbers(int from, int to)
{
	char name[32];
	for (int i=from; i<=to; i++) {
		snprintf(name, sizeof name, "lib%d.so", i);
		if (!open_lib(name, RTLD_NOW)) return;
	}
}

/* By a path, so that it has no name that it is found by. */
static void *by_path(const char *self)
{
	char path[PATH_MAX];
	const char *slash = strrchr(self, '/');
	snprintf(path, sizeof path, "%.*s/../many/lib1.so",
		slash ? (int)(slash-self) : 1, slash ? self : ".");
	return open_lib(path, RTLD_NOW);
}

static void *thread(void *arg)
{
	void **h = arg;
	for (int i=0; i<2; i++)
		check_ok(call(h[i], i ? "tls2" : "tls1") == i+1, "thread: tls%d", i+1);
	return 0;
}

int main(int argc, char **argv)
{
	int eager = argc > 1 && !strcmp(argv[1], "eager");
	if (argc > 1 && !eager) {
		numbers(1, atoi(argv[1]));
		return check_done();
	}
	pthread_t th;
	void *tls[2], *path;
	/* Away from the roots, whose pages are always opened. */
	numbers(2, 20);
	path = by_path(argv[0]);
	void *lazy = eager ? 0 : open_lib("liblazy.so", RTLD_LAZY);
	void *outer = open_lib("libouter.so", RTLD_NOW);
	tls[0] = open_lib("libtls1.so", RTLD_NOW);
	numbers(21, 90);

	/* As a dependency it had no list of all that it needs, and no queue. */
	void *left = open_lib("libleft.so", RTLD_NOW);
	check_ok(left && dlsym(left, "base"), "libleft.so: base");
	check_ok(outer && dlsym(outer, "outer"), "libouter.so");
	numbers(91, 92);

	check_ok(open_lib("lib1.so", RTLD_NOW) == path, "lib1.so, by its name");
	check_ok(open_lib("lib1.so", RTLD_NOW) == path, "lib1.so, again");
	numbers(93, 94);

	check_ok(!dlsym(RTLD_DEFAULT, "number3"), "number3 before it is global");
	open_lib("lib3.so", RTLD_NOW|RTLD_GLOBAL);
	check_ok(call(RTLD_DEFAULT, "number3") == 3, "number3, global");
	numbers(95, 96);
	open_lib("lib4.so", RTLD_NOW|RTLD_GLOBAL);
	check_ok(call(RTLD_DEFAULT, "number4") == 4, "number4, global");
	check_ok(!dlsym(RTLD_DEFAULT, "number5"), "number5, not global");

	tls[1] = open_lib("libtls2.so", RTLD_NOW);
	thread(tls);
	check_ok(!pthread_create(&th, 0, thread, tls) && !pthread_join(th, 0),
		"a thread");

	open_lib("liblater1.so", RTLD_NOW|RTLD_GLOBAL);
	numbers(97, 98);
	open_lib("liblater2.so", RTLD_NOW|RTLD_GLOBAL);
	if (!eager) check_ok(call(lazy, "lazy_sum") == 111, "lazy_sum");
	numbers(99, 100);

	/* What the first one learns of the search path it may keep. From one place,
	 * since the loader keeps the address of a variable on the stack. */
	size_t sum = 0;
	for (int i=0; i<5; i++) {
		int global = i > 1 && i%2 ? RTLD_GLOBAL : 0;
		if (i == 1 && check_sealing()) sum = records_checksum();
		check_ok(!dlopen("libnosymbol.so", RTLD_NOW|global), "libnosymbol.so");
	}
	between("after failures");
	if (check_sealing()) check_ok(records_checksum() == sum,
		"a dlopen that failed left the loader's records as they were");
	check_maps("end");
	return check_done();
}

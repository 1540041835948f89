/* dlseal: after it, what is loaded is found and nothing else is. */

#define _GNU_SOURCE
#include "check.h"
#include "walk.h"
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

static void refused(const char *lib, int mode, const char *why)
{
	void *h = dlopen(lib, mode);
	const char *e = h ? 0 : dlerror();
	check_ok(!h && e && strstr(e, lib) && strstr(e, why), "dlopen(%s): "
		"wanted an error with \"%s\", got \"%s\"", lib, why, e ? e : "none");
}

static void *thread(void *arg)
{
	refused("libgone.so", RTLD_NOW, "the program called dlseal");
	return dlsym(arg, "plugin");
}

static int end_of(pid_t pid)
{
	int status = -1;
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	return status;
}

static void in_a_child(void *h)
{
	pid_t pid = fork();
	if (!pid) _exit(!dlsym(h, "plugin") || dlseal());
	int status = end_of(pid);
	check_ok(!status, "child: status %x", status);
}

/* Called by libcalls.so's constructor, which dlopen waits for: whether it has
 * run is not for the records to say. What dlopen returns there ends the child. */
static pid_t child = -1;

void in_library(const char *when)
{
	if (strcmp(when, "constructor")) return;
	child = fork();
	if (child) return;
	int r = dlseal();
	if (r != (check_sealing() ? 0 : -1)) _exit(2);
}

int main(void)
{
	pthread_t th;
	void *r, *h = dlopen("libplugin.so", RTLD_NOW);
	check_ok(!!h, "libplugin.so");
	r = dlopen("libcalls.so", RTLD_NOW|RTLD_GLOBAL);
	if (!child) _exit(!r || dlopen("libcalls.so", RTLD_NOW) != r);
	check_ok(!!r, "libcalls.so");
	check_ok(!end_of(child), "dlseal in a constructor");
	/* A symbol that never comes. */
	check_ok(!!dlopen("libpending.so", RTLD_LAZY), "libpending.so");
	int e = dlseal();
	if (!check_sealing()) {
		check_ok(e == -1 && strstr(dlerror(), "sealing is off"), "dlseal: "
			"wanted -1, got %d", e);
		check_ok(!!dlopen("lib1.so", RTLD_NOW), "lib1.so: %s", dlerror());
		return check_done();
	}
	check_ok(!e, "dlseal: wanted 0, got %d %s", e, e ? dlerror() : "");
	check_set_records(SEAL_YES);
	records_are("after dlseal", PROT_READ, 1);
	check_all("after dlseal");
	check_ok(!dlseal(), "dlseal again");
	refused("lib1.so", RTLD_NOW, "the program called dlseal");
	refused("libplugin.so", RTLD_NOW|RTLD_GLOBAL, "global");
	check_ok(dlopen("libplugin.so", RTLD_NOW) == h, "libplugin.so again");
	check_ok(!!dlopen("libcalls.so", RTLD_NOW|RTLD_GLOBAL), "libcalls.so again");
	check_ok(!!dlsym(h, "plugin"), "dlsym");
	check_ok(!pthread_create(&th, 0, thread, h) && !pthread_join(th, &r) && r,
		"a thread");
	in_a_child(h);
	return check_done();
}

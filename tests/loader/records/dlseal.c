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

static void in_a_child(void *h)
{
	int status = -1;
	pid_t pid = fork();
	if (!pid) _exit(!dlsym(h, "plugin") || dlseal());
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	check_ok(!status, "child: status %x", status);
}

/* Called by libcalls.so's constructor, on which dlopen still depends. */
void in_library(const char *when)
{
	if (strcmp(when, "constructor")) return;
	int r = dlseal();
	const char *e = r ? dlerror() : "";
	check_ok(r == -1 && strstr(e, check_sealing() ? "constructors"
		: "sealing is off"), "dlseal in a constructor:"
		" wanted -1, got %d %s", r, e);
}

int main(void)
{
	pthread_t th;
	void *r = 0, *h = dlopen("libplugin.so", RTLD_NOW);
	check_ok(!!h, "libplugin.so");
	check_ok(!!dlopen("libcalls.so", RTLD_NOW|RTLD_GLOBAL), "libcalls.so");
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

/* Eight threads, 10,000 operations on the loader at once: dlopen of what is
 * there and of what is not, dlsym, dladdr, dl_iterate_phdr, pthread_create, fork,
 * and a hundred libraries that are new. */

#define _GNU_SOURCE
#include "check.h"
#include "walk.h"
#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define N 8
#define EACH 1250

static void *plugin;

static int count_object(struct dl_phdr_info *o, size_t size, void *data)
{
	(void)o; (void)size;
	++*(int *)data;
	return 0;
}

static void *short_thread(void *arg)
{
	return dlsym(plugin, "plugin") ? arg : 0;
}

static void in_a_child(void)
{
	int status = -1;
	pid_t pid = fork();
	if (!pid) _exit(!dlopen("libplugin.so", RTLD_NOW)
		|| !!dlopen("libgone.so", RTLD_NOW));
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
	check_ok(!status, "child: status %x", status);
}

static void operation(int k, int i)
{
	char name[32];
	pthread_t th;
	void *r;
	Dl_info info;
	int n = 0;
	switch (i%10) {
	case 0:
		snprintf(name, sizeof name, "lib%d.so", (i/10*7 + k*13)%100 + 1);
		check_ok(!!dlopen(name, RTLD_NOW), "dlopen(%s)", name);
		break;
	case 1:
		check_ok(!dlopen("libnosymbol.so", RTLD_NOW), "libnosymbol.so");
		break;
	case 2:
		if (i%50 == 2) in_a_child();
		break;
	case 3: case 4:
		r = 0;
		check_ok(!pthread_create(&th, 0, short_thread, plugin)
			&& !pthread_join(th, &r) && r, "pthread_create");
		break;
	case 5:
		dl_iterate_phdr(count_object, &n);
		check_ok(n > 2, "dl_iterate_phdr: %d objects", n);
		break;
	case 6:
		check_ok(dladdr(dlsym(plugin, "plugin"), &info), "dladdr");
		break;
	case 7:
		check_ok(dlopen("libplugin.so", RTLD_NOW) == plugin, "same handle");
		break;
	default:
		check_ok(!!dlsym(RTLD_DEFAULT, "pthread_create"), "dlsym");
	}
}

static void *worker(void *arg)
{
	for (int i=0; i<EACH; i++) operation((int)(uintptr_t)arg, i);
	return 0;
}

int main(void)
{
	pthread_t th[N];
	int i;
	plugin = dlopen("libplugin.so", RTLD_NOW);
	if (!check_ok(!!plugin, "libplugin.so")) return check_done();
	for (i=0; i<N; i++)
		check_ok(!pthread_create(th+i, 0, worker, (void *)(uintptr_t)i),
			"pthread_create %d", i);
	for (i=0; i<N; i++) pthread_join(th[i], 0);
	if (check_sealing()) records_are("end", PROT_READ, 0);
	check_maps("end");
	return check_done();
}

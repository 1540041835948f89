/* Says which definition of each name is found: by each library's relocations,
 * and by dlsym, before and after each dlopen. The answer is that of unmodified
 * musl's loader, and of a loader without an index of symbols. */

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include "library.h"

extern const char *const names[];

static void value(int n, const char *how, const char *name, int v)
{
	printf("%d %s %s %d\n", n, how, name, v);
}

/* By file and offset, since addresses differ each time. libc's two files too
 * differ. */
static void address(int n, const char *how, const char *name, void *p)
{
	Dl_info d;
	printf("%d %s %s ", n, how, name);
	if (!p) {
		puts("null");
	} else if (!dladdr(p, &d)) {
		puts("in no file");
	} else {
		const char *slash = strrchr(d.dli_fname, '/');
		printf("%s+%zx\n", slash ? slash+1 : d.dli_fname,
			(size_t)((char *)p-(char *)d.dli_fbase));
	}
}

static const struct listener listener = { value, address };

static void find_all(const char *how, void *handle)
{
	for (const char *const *s=names; *s; s++) {
		void *p = dlsym(handle, *s);
		/* A thread's variable is in no file. */
		if (**s == 't') value(-1, how, *s, p ? *(int *)p : -1);
		else address(-1, how, *s, p);
	}
}

static void report(void *handle, int n)
{
	char name[16];
	snprintf(name, sizeof name, "report_%d", n);
	void (*f)(const struct listener *)
		= (void (*)(const struct listener *))dlsym(handle, name);
	if (f) f(&listener);
	else printf("no %s\n", name);
}

static void open_library(int n, int scope)
{
	char name[16];
	snprintf(name, sizeof name, "lib%d.so", n);
	void *h = dlopen(name, RTLD_NOW|scope);
	printf("%s %s\n", name, h ? "opened" : dlerror());
	if (h) {
		report(h, n);
		find_all("dlsym in it", h);
	}
	find_all("dlsym", RTLD_DEFAULT);
}

void report_0(const struct listener *);

int main(void)
{
	report_0(&listener);
	for (int n=1; n<=LAST; n++) report(RTLD_DEFAULT, n);
	find_all("dlsym", RTLD_DEFAULT);
	find_all("dlsym of the next", RTLD_NEXT);
	open_library(5, RTLD_LOCAL);
	open_library(LAST+1, RTLD_LOCAL);
	open_library(LAST+2, RTLD_GLOBAL);
	open_library(LAST+3, RTLD_GLOBAL);
	open_library(LAST+4, RTLD_LOCAL);
	open_library(LAST+1, RTLD_GLOBAL);
	return 0;
}

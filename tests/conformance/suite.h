#ifndef SUITE_H
#define SUITE_H

/* The conformance suite's own harness: cases run in a child process each, a
 * line per case, and what all of them look at memory with. */

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "space.h"

/* Runs FN(ARG) in a child and prints how it went. A name is unique and says
 * what is promised. FN returns if the promise was kept. */
void run_case(const char *name, void (*fn)(const void *arg), const void *arg);

/* Leave the case: not kept, or not to be tried on this system. A SKIP always
 * says why; a note is printed after the name of a case that is ok. */
void fail(const char *f, ...) __attribute__((format(printf, 1, 2), noreturn));
void skip(const char *f, ...) __attribute__((format(printf, 1, 2), noreturn));
void note(const char *f, ...) __attribute__((format(printf, 1, 2)));

/* A call's result against the errno that it must fail with, 0 for success.
 * The result is any negative or MAP_FAILED-like value, or another. */
void want_errno(const char *what, long result, int wanted);

/* Exactly as it was, or as said: readable, writable, contents, sealed. */
void want_page(const char *what, const char *page, struct seen wanted);

extern char **suite_argv;
extern int rounds;              /* of each race, at most */

void arguments(void);           /* mseal's arguments */
void sealing(void);             /* what a seal covers */
void operations(void);          /* what is refused, and where */
void contents(void);            /* discards, and what stays possible */
void shm(void);                 /* System V segments, the break, the stack */
void processes(void);           /* fork, exec, signal handlers */
void races(void);
void differences(void);         /* where kernels differ; run first */

#define COUNT(a) (sizeof (a) / sizeof *(a))

#endif

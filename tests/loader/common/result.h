#ifndef RESULT_H
#define RESULT_H

/* Results: count checks, print the failed ones. */

#define CHECK_SKIP 77

/* Count one check, and print the message if cond is false. */
int check_ok(int cond, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Check a system call's result: it must fail with err, or succeed if err is
 * 0. */
int check_err(long ret, int err, const char *what);

/* Print a line if CHECK_VERBOSE is set. */
void check_note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Report the whole test as not run. */
void check_skip(const char *why);

/* Print the counts and return the program's exit status. */
int check_done(void);

#endif

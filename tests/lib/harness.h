#ifndef HARNESS_H
#define HARNESS_H

/* Shared by the host's test programs: count cases, run a target program in a
 * clean environment, and print the wanted and the actual result. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Paths, set from the environment by harness_main. */
extern const char *obj_dir;      /* the built cases */
extern const char *prefix;       /* the fork's */
extern const char *upstream;     /* unmodified musl's, or empty */
extern char ldso[];              /* the fork's loader */

struct result {
	int status;              /* exit status, or -signal, or TIMED_OUT */
	char *out, *err;         /* all of stdout and stderr */
	double used;             /* seconds of processor time */
	char *cmd;               /* for messages */
};
#define TIMED_OUT (-1000)

/* Run a program. env holds NAME=VALUE strings that are added to a nearly empty
 * environment. A program name without a leading slash is one of the built
 * cases. Both lists end with 0. The result is freed after the test. */
struct result *run_v(const char *const *env, const char *const *argv);
#define RUN(env, ...) run_v(env, (const char *const[]){ __VA_ARGS__, 0 })
#define ENV(...) ((const char *const[]){ __VA_ARGS__, 0 })
#define NOENV ((const char *const[]){ 0 })

/* For programs of another machine, or with seals emulated. From the
 * environment:
 *
 *   RUNNER    words to put before each program of the loader's machine, such
 *             as qemu-arm
 *   EMULATE   if not empty, the fork is one with mseal emulated, see
 *             tests/emulation
 *   SKIPS     a file of cases that can't be shown there, one a line: SUITE
 *             CASE WHY; with 32 before it, only on 32-bit architectures
 *   TIMEOUT   seconds of processor time after which a program is killed (60)
 *   CHECK_ATTACK  with EMULATE, passed to cases that set none
 *   QEMU_FAULTS   the faults of tests/arch/faults that the runner shows,
 *             separated by spaces */
extern int emulated;
int qemu_has(const char *fault);

/* The same without the emulation, as on a kernel without mseal. */
struct result *run_unemulated_v(const char *const *env,
	const char *const *argv);

/* Path of a built case's file. */
const char *built(const char *name);
const char *fmt(const char *f, ...) __attribute__((format(printf, 1, 2)));

/* Each of these fails the test and prints the command, the wanted and the
 * actual result. */
void want_status(struct result *, int status);
void want_clean(struct result *);            /* status 0, nothing on stderr */
void want_out(struct result *, const char *part);
void want_no_out(struct result *, const char *part);
void want_err(struct result *, const char *part);
void want_no_err(struct result *, const char *part);
void want_one_err_line(struct result *);     /* exactly one line */
void wanted(struct result *, const char *what, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Count a skip, print the reason and leave the test. */
void skip_case(const char *why, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Does the running kernel have mseal? need_mseal skips the test if not. */
void need_mseal(void);
int kernel_has_mseal(void);

/* Run the cases and print "suite NAME: P passed, F failed, S skipped". */
int harness_main(const char *name, const struct CMUnitTest *, size_t n);
#define SUITE(name, tests) \
	harness_main(name, tests, sizeof (tests)/sizeof *(tests))

#endif

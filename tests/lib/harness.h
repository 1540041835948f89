#ifndef HARNESS_H
#define HARNESS_H

/* What the host test programs share: cases and their count, running a target
 * program with a clean environment, and saying what was wanted and got. */

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

/* Where things are; set from the environment by harness_main. */
extern const char *obj_dir;      /* the built cases */
extern const char *prefix;       /* the fork's */
extern const char *upstream;     /* unmodified musl's, or empty */
extern char ldso[];              /* the fork's loader */

struct result {
	int status;              /* exit status, or -signal, or TIMED_OUT */
	char *out, *err;         /* all of stdout and stderr */
	char *cmd;               /* for messages */
};
#define TIMED_OUT (-1000)

/* Run a program. ENV are NAME=VALUE strings added to an otherwise almost
 * empty environment; a program name without a leading slash is taken from
 * the built cases. Both lists end with 0. The result lives until the next
 * test. */
struct result *run_v(const char *const *env, const char *const *argv);
#define RUN(env, ...) run_v(env, (const char *const[]){ __VA_ARGS__, 0 })
#define ENV(...) ((const char *const[]){ __VA_ARGS__, 0 })
#define NOENV ((const char *const[]){ 0 })

/* Programs of another machine, or with seals emulated. From the environment:
 *
 *   RUNNER    words put before each program that was built for the loader's
 *             machine, such as qemu-arm
 *   EMULATE   not empty: where mseal is emulated. "emulate" is added to the
 *             words of each LD_SEAL and --seal=, and what the emulation says of
 *             itself is taken out of stderr
 *   SKIPS     a file that names the cases that can't be shown there, a line
 *             each: SUITE CASE WHY, after 32 if only on
 *             architectures of 32 bits
 *   TIMEOUT   seconds of processor time after which a program is killed (60)
 *   CHECK_ATTACK  for the cases that set none, where EMULATE is
 *   QEMU_FAULTS   of tests/arch/faults, those that the runner shows, with spaces between
 */
extern int emulated;
int qemu_has(const char *fault);

/* The same without the emulation: what a kernel without mseal does. */
struct result *run_unemulated_v(const char *const *env, const char *const *argv);

/* Path of a built case's file. */
const char *built(const char *name);
const char *fmt(const char *f, ...) __attribute__((format(printf, 1, 2)));

/* Each fails the test with the command, what was wanted, what was got. */
void want_status(struct result *, int status);
void want_clean(struct result *);            /* status 0, nothing on stderr */
void want_out(struct result *, const char *part);
void want_no_out(struct result *, const char *part);
void want_err(struct result *, const char *part);
void want_no_err(struct result *, const char *part);
void want_one_err_line(struct result *);     /* exactly one line */
void wanted(struct result *, const char *what, ...)
	__attribute__((format(printf, 2, 3), noreturn));

/* Count, print the reason, leave the test. */
void skip_case(const char *why, ...)
	__attribute__((format(printf, 1, 2), noreturn));

/* Does the running kernel have mseal? Skips the test if not. */
void need_mseal(void);
int kernel_has_mseal(void);

/* Runs the cases, prints "suite NAME: P passed, F failed, S skipped". */
int harness_main(const char *name, const struct CMUnitTest *, size_t n);
#define SUITE(name, tests) \
	harness_main(name, tests, sizeof (tests)/sizeof *(tests))

#endif

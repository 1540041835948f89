#ifndef UTIL_H
#define UTIL_H

/* For sealmap and sealmark: messages, and memory that is there or ends the
 * program. */

#include <stddef.h>

/* of both */
#define TOOLS_VERSION "1.1"

/* The program's name in messages, and its exit status if it gives up. Call this
 * before all else here. */
void util_program(const char *name, int failure);

/* Print a line on standard error; die then exits. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The array p of n elements of this size, with room for one more. */
void *grow(void *p, size_t n, size_t size);

/* The formatted text, in memory from malloc. */
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

#endif

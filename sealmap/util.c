#include "util.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *name = "?";
static int failure = 1;

void util_program(const char *n, int status)
{
	name = n;
	failure = status;
}

static void say(const char *fmt, va_list ap)
{
	fflush(stdout);
	fprintf(stderr, "%s: ", name);
	vfprintf(stderr, fmt, ap);
	fputc('\n', stderr);
}

_Noreturn void die(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
	exit(failure);
}

void warn(const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	say(fmt, ap);
	va_end(ap);
}

/* Doubles the array at powers of two, so the caller need not keep the
 * capacity. */
void *grow(void *p, size_t n, size_t size)
{
	if (n & (n-1)) return p;
	p = realloc(p, (n ? 2*n : 1)*size);
	if (!p) die("out of memory");
	return p;
}

char *format(const char *fmt, ...)
{
	va_list ap;
	char *s;
	int n;
	va_start(ap, fmt);
	n = vsnprintf(0, 0, fmt, ap);
	va_end(ap);
	s = grow(0, 0, n+1);
	va_start(ap, fmt);
	vsnprintf(s, n+1, fmt, ap);
	va_end(ap);
	return s;
}

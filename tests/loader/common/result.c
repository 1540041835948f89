#define _GNU_SOURCE
#include "result.h"
#include "internal.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int nfail, nok;

void count_right(void)
{
	nok++;
}

int check_ok(int cond, const char *fmt, ...)
{
	va_list ap;
	if (cond) {
		nok++;
		return 1;
	}
	nfail++;
	/* Write the line at once: children print too. */
	char line[1024];
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	dprintf(1, "FAIL %s\n", line);
	return 0;
}

int check_err(long ret, int err, const char *what)
{
	int got = ret == -1 ? errno : 0;
	return check_ok(got == err, "%s: wanted %s, got %s", what,
		err ? strerror(err) : "success",
		got ? strerror(got) : "success");
}

void check_skip(const char *why)
{
	dprintf(1, "SKIP %s\n", why);
	exit(CHECK_SKIP);
}

int check_done(void)
{
	dprintf(1, "check: %d right, %d wrong\n", nok, nfail);
	return nfail || !nok;
}
void check_note(const char *fmt, ...)
{
	va_list ap;
	check_settings();
	if (!settings.verbose) return;
	va_start(ap, fmt);
	dprintf(1, "note: ");
	vdprintf(1, fmt, ap);
	dprintf(1, "\n");
	va_end(ap);
}

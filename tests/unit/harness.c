/* The time limits of the harness: a program that waits is not killed, one that
 * loops is. */

#include "harness.h"
#include <stdio.h>
#include <stdlib.h>

static void waiting(void **s)
{
	(void)s;
	struct result *r = RUN(NOENV, "/bin/sh", "-c", "sleep 3; echo done");
	want_clean(r);
	want_out(r, "done");
}

static void busy(void **s)
{
	(void)s;
	struct result *r = RUN(NOENV, "/bin/sh", "-c", "while :; do :; done");
	want_status(r, TIMED_OUT);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(waiting),
		cmocka_unit_test(busy),
	};
	setenv("TIMEOUT", "1", 1);
	return SUITE("harness", tests);
}

/* musl's qsort with a size_t of 16 bits: its arithmetic in two words is then
 * used from 5,168 elements of one byte on. With a size_t of 32 bits that takes
 * 11,405,774 elements, and with 64 bits it never happens.
 *
 * Built from the version's own src/stdlib/qsort.c, see unit.mk. */

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "harness.h"

/* The result of counting the zeros of 0, which differs between processors. */
static int ctz_of_0;

static inline int narrow_ctz(uint16_t x)
{
	return x ? __builtin_ctz(x) : ctz_of_0;
}

#define size_t uint16_t
#include <src/stdlib/qsort.c>
#undef size_t

static int by_value(const void *a, const void *b, void *arg)
{
	(void)arg;
	return *(unsigned char *)a - *(unsigned char *)b;
}

enum order { SORTED, REVERSED, EQUAL, RANDOM, ORDERS };

/* Returns the exit status of a child: 0 if all is right. */
static int sorts(unsigned n)
{
	unsigned order, i, k, seed = n;
	unsigned char *p = malloc(n);
	for (order=SORTED; order<ORDERS; order++) {
		unsigned count[256] = { 0 };
		for (i=0; i<n; i++) {
			seed = seed*1103515245 + 12345;
			p[i] = order == SORTED ? i*256/n
				: order == REVERSED ? (n-1-i)*256/n
				: order == EQUAL ? 7 : seed>>16;
			count[p[i]]++;
		}
		__qsort_r(p, n, 1, by_value, 0);
		for (i=k=0; k<256; k++) for (; count[k]; count[k]--)
			if (p[i++] != k) return 1+order;
	}
	free(p);
	return 0;
}

/* Run in a child: without the patch qsort may also loop forever or write over
 * the stack. */
static void want_sorted(unsigned from, unsigned to, unsigned step)
{
	int status;
	pid_t pid = fork();
	unsigned n;
	if (!pid) {
		signal(SIGSEGV, SIG_DFL);
		alarm(30);
		for (n=from; n<to; n+=step) if (sorts(n)) _exit(1);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!status) return;
	fprintf(stderr, "  %u to %u elements, ctz(0)=%d: wanted them sorted, "
		"got %s %d\n", from, to, ctz_of_0,
		WIFSIGNALED(status) ? "signal" : "exit status",
		WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
	fail();
}

static void all(void)
{
	want_sorted(1, 300, 1);
	/* around the sizes at which the second word is first used */
	want_sorted(3180, 3200, 1);
	want_sorted(5160, 5180, 1);
	want_sorted(8355, 8370, 1);
	want_sorted(13520, 13540, 1);
	want_sorted(300, 32768, 331);
}

static void zero_has_none(void **state)
{
	(void)state;
	ctz_of_0 = 0;
	all();
}

static void zero_has_all(void **state)
{
	(void)state;
	ctz_of_0 = 16;
	all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_has_none),
		cmocka_unit_test(zero_has_all),
	};
	return SUITE("qsort", tests);
}

#include "harness.h"
#include "seal_range.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define R(a, b) ((struct seal_range){ a, b })
#define SET(s, ...) fill(s, (struct seal_range[]){ __VA_ARGS__ }, \
	sizeof (struct seal_range[]){ __VA_ARGS__ } / sizeof(struct seal_range))
#define WANT(s, ...) want(__LINE__, s, (struct seal_range[]){ __VA_ARGS__ }, \
	sizeof (struct seal_range[]){ __VA_ARGS__ } / sizeof(struct seal_range))

static void fill(struct seal_set *s, const struct seal_range *r, size_t n)
{
	s->n = n;
	memcpy(s->r, r, n * sizeof *r);
}

static void show(const char *what, const struct seal_range *r, size_t n)
{
	size_t i;
	fprintf(stderr, "  %s:", what);
	for (i=0; i<n; i++)
		fprintf(stderr, " [%lx,%lx)", (unsigned long)r[i].start,
			(unsigned long)r[i].end);
	fprintf(stderr, "\n");
}

static void want(int line, const struct seal_set *s, const struct seal_range *r,
	size_t n)
{
	size_t i;
	int same = s->n == n;
	for (i=0; same && i<n; i++)
		same = s->r[i].start == r[i].start && s->r[i].end == r[i].end;
	if (same) return;
	fprintf(stderr, "  line %d\n", line);
	show("wanted", r, n);
	show("got", s->r, s->n);
	fail();
}

static void want_range(int line, struct seal_range got, uintptr_t a,
	uintptr_t b)
{
	if (a >= b ? got.start >= got.end : got.start==a && got.end==b) return;
	fprintf(stderr, "  line %d\n", line);
	show("wanted", &R(a, b), 1);
	show("got", &got, 1);
	fail();
}

static void round_out(void **st)
{
	(void)st;
	want_range(__LINE__, __seal_round(0x1000, 0x1000, 0x1000), 0x1000,
		0x2000);
	want_range(__LINE__, __seal_round(0x1001, 0x1000, 0x1000), 0x1000,
		0x3000);
	want_range(__LINE__, __seal_round(0x1fff, 1, 0x1000), 0x1000, 0x2000);
	want_range(__LINE__, __seal_round(0x1fff, 2, 0x1000), 0x1000, 0x3000);
	want_range(__LINE__, __seal_round(0x1234, 0, 0x1000), 0, 0);
	want_range(__LINE__, __seal_round(0x2000, 0, 0x1000), 0, 0);
	want_range(__LINE__, __seal_round(0x11234, 1, 0x10000), 0x10000,
		0x20000);
	want_range(__LINE__, __seal_round(0, 1, 0x1000), 0, 0x1000);
	/* Sums that wrap, and the last page, which no range can contain. */
	want_range(__LINE__, __seal_round(0x1000, -1, 0x1000), 0, 0);
	want_range(__LINE__, __seal_round(-0x1000, 0x1000, 0x1000), 0, 0);
	want_range(__LINE__, __seal_round(-0x1000, 0xfff, 0x1000), 0, 0);
	want_range(__LINE__, __seal_round(-0x2000, 0x1000, 0x1000), -0x2000,
		-0x1000);
	want_range(__LINE__, __seal_round(-0x2000, 0x1001, 0x1000), 0, 0);
	want_range(__LINE__, __seal_round(-1, -1, 0x1000), 0, 0);
}

static void common(void **st)
{
	(void)st;
	want_range(__LINE__, __seal_common(R(1, 5), R(3, 9)), 3, 5);
	want_range(__LINE__, __seal_common(R(3, 9), R(1, 5)), 3, 5);
	want_range(__LINE__, __seal_common(R(1, 9), R(3, 5)), 3, 5);
	want_range(__LINE__, __seal_common(R(3, 5), R(3, 5)), 3, 5);
	want_range(__LINE__, __seal_common(R(1, 3), R(3, 5)), 0, 0);
	want_range(__LINE__, __seal_common(R(1, 2), R(3, 5)), 0, 0);
	want_range(__LINE__, __seal_common(R(0, 0), R(0, 5)), 0, 0);
	want_range(__LINE__, __seal_common(R(4, 2), R(0, 5)), 0, 0);
}

static void add(void **st)
{
	struct seal_set s = { 0 };
	(void)st;
	assert_int_equal(__seal_set_add(&s, R(0x30, 0x40)), 0);
	WANT(&s, R(0x30, 0x40));
	/* Empty, or with the end before the start. */
	assert_int_equal(__seal_set_add(&s, R(0x50, 0x50)), 0);
	assert_int_equal(__seal_set_add(&s, R(0x60, 0x50)), 0);
	WANT(&s, R(0x30, 0x40));
	/* Before, after, between. */
	__seal_set_add(&s, R(0x10, 0x18));
	__seal_set_add(&s, R(0x70, 0x80));
	__seal_set_add(&s, R(0x50, 0x60));
	WANT(&s, R(0x10, 0x18), R(0x30, 0x40), R(0x50, 0x60), R(0x70, 0x80));
	/* Touching below, above, both. */
	__seal_set_add(&s, R(0x18, 0x20));
	WANT(&s, R(0x10, 0x20), R(0x30, 0x40), R(0x50, 0x60), R(0x70, 0x80));
	__seal_set_add(&s, R(0x28, 0x30));
	WANT(&s, R(0x10, 0x20), R(0x28, 0x40), R(0x50, 0x60), R(0x70, 0x80));
	__seal_set_add(&s, R(0x20, 0x28));
	WANT(&s, R(0x10, 0x40), R(0x50, 0x60), R(0x70, 0x80));
	/* Inside, equal, over an end, over several, over all. */
	__seal_set_add(&s, R(0x12, 0x13));
	__seal_set_add(&s, R(0x50, 0x60));
	WANT(&s, R(0x10, 0x40), R(0x50, 0x60), R(0x70, 0x80));
	__seal_set_add(&s, R(0x5c, 0x64));
	WANT(&s, R(0x10, 0x40), R(0x50, 0x64), R(0x70, 0x80));
	__seal_set_add(&s, R(0x3f, 0x71));
	WANT(&s, R(0x10, 0x80));
	__seal_set_add(&s, R(0, UINTPTR_MAX));
	WANT(&s, R(0, UINTPTR_MAX));
}

static void subtract(void **st)
{
	struct seal_set s;
	(void)st;
	/* Nothing shared. */
	SET(&s, R(0x10, 0x20), R(0x30, 0x40));
	assert_int_equal(__seal_set_subtract(&s, R(0x20, 0x30)), 0);
	assert_int_equal(__seal_set_subtract(&s, R(0, 0x10)), 0);
	assert_int_equal(__seal_set_subtract(&s, R(0x40, 0x50)), 0);
	assert_int_equal(__seal_set_subtract(&s, R(0x18, 0x18)), 0);
	assert_int_equal(__seal_set_subtract(&s, R(0x1c, 0x18)), 0);
	WANT(&s, R(0x10, 0x20), R(0x30, 0x40));
	/* The four cases with one range. */
	__seal_set_subtract(&s, R(0x14, 0x18));
	WANT(&s, R(0x10, 0x14), R(0x18, 0x20), R(0x30, 0x40));
	__seal_set_subtract(&s, R(0x1c, 0x28));
	WANT(&s, R(0x10, 0x14), R(0x18, 0x1c), R(0x30, 0x40));
	__seal_set_subtract(&s, R(0x28, 0x38));
	WANT(&s, R(0x10, 0x14), R(0x18, 0x1c), R(0x38, 0x40));
	__seal_set_subtract(&s, R(0x17, 0x1d));
	WANT(&s, R(0x10, 0x14), R(0x38, 0x40));
	__seal_set_subtract(&s, R(0x38, 0x40));
	WANT(&s, R(0x10, 0x14));
	/* Over several, with remains at both ends, and with none. */
	SET(&s, R(0x10, 0x20), R(0x30, 0x40), R(0x50, 0x60));
	__seal_set_subtract(&s, R(0x18, 0x58));
	WANT(&s, R(0x10, 0x18), R(0x58, 0x60));
	__seal_set_subtract(&s, R(0, UINTPTR_MAX));
	assert_int_equal(s.n, 0);
	assert_int_equal(__seal_set_subtract(&s, R(0, UINTPTR_MAX)), 0);
}

static void holds(void **st)
{
	struct seal_set s;
	(void)st;
	SET(&s, R(0x10, 0x20), R(0x30, 0x40));
	assert_true(__seal_set_holds(&s, R(0x10, 0x20)));
	assert_true(__seal_set_holds(&s, R(0x11, 0x1f)));
	assert_true(__seal_set_holds(&s, R(0x38, 0x40)));
	assert_true(__seal_set_holds(&s, R(0x25, 0x25)));
	assert_false(__seal_set_holds(&s, R(0x1f, 0x21)));
	assert_false(__seal_set_holds(&s, R(0x0f, 0x11)));
	assert_false(__seal_set_holds(&s, R(0x10, 0x40)));
	assert_false(__seal_set_holds(&s, R(0x20, 0x30)));
	assert_false(__seal_set_holds(&s, R(0x50, 0x51)));
	s.n = 0;
	assert_false(__seal_set_holds(&s, R(0, 1)));
	assert_true(__seal_set_holds(&s, R(0, 0)));
}

/* Overflow is reported, and the set is unchanged. */
static void overflow(void **st)
{
	struct seal_set s = { 0 }, before;
	size_t i;
	(void)st;
	for (i=0; i<SEAL_SET_MAX; i++)
		assert_int_equal(__seal_set_add(&s, R(i*0x10, i*0x10+8)), 0);
	assert_int_equal(s.n, SEAL_SET_MAX);
	before = s;
	assert_int_equal(__seal_set_add(&s, R(0x10000, 0x10001)), -1);
	assert_int_equal(__seal_set_add(&s, R(0x9, 0xa)), -1);
	assert_int_equal(__seal_set_subtract(&s, R(2, 4)), -1);
	assert_memory_equal(&s, &before, sizeof s);
	/* The set is full, but these need no room. */
	assert_int_equal(__seal_set_add(&s, R(8, 9)), 0);
	assert_int_equal(__seal_set_subtract(&s, R(8, 9)), 0);
	assert_int_equal(__seal_set_subtract(&s, R(4, 0x12)), 0);
	assert_int_equal(s.n, SEAL_SET_MAX);
	assert_int_equal(__seal_set_add(&s, R(0, SEAL_SET_MAX*0x10)), 0);
	WANT(&s, R(0, SEAL_SET_MAX*0x10));
}

/* Random operations, compared with an array of bits. */
#define SPAN 96

static void check_model(const struct seal_set *s, const char *bits, int step)
{
	size_t i, k = 0, n = 0;
	struct seal_range w[SPAN];
	while (k < SPAN) {
		if (!bits[k]) { k++; continue; }
		w[n].start = k;
		while (k < SPAN && bits[k]) k++;
		w[n++].end = k;
	}
	int same = n == s->n;
	for (i=0; same && i<n; i++)
		same = w[i].start == s->r[i].start && w[i].end == s->r[i].end;
	if (same) return;
	fprintf(stderr, "  step %d\n", step);
	show("wanted", w, n);
	show("got", s->r, s->n);
	fail();
}

static void model(void **st)
{
	struct seal_set s = { 0 };
	char bits[SPAN] = { 0 };
	int step;
	(void)st;
	srand(1);
	for (step=0; step<200000; step++) {
		unsigned a = rand()%SPAN, b = rand()%(SPAN+1), k;
		/* Mostly short ones, or the set is soon full or empty. */
		if (rand()%8) b = a + rand()%6;
		if (b > SPAN) b = SPAN;
		struct seal_range r = R(a, b);
		int all = 1;
		switch (rand()%3) {
		case 0:
			assert_int_equal(__seal_set_add(&s, r), 0);
			for (k=a; k<b; k++) bits[k] = 1;
			break;
		case 1:
			assert_int_equal(__seal_set_subtract(&s, r), 0);
			for (k=a; k<b; k++) bits[k] = 0;
			break;
		case 2:
			for (k=a; k<b; k++) all &= bits[k];
			assert_int_equal(__seal_set_holds(&s, r), all);
		}
		check_model(&s, bits, step);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(round_out),
		cmocka_unit_test(common),
		cmocka_unit_test(add),
		cmocka_unit_test(subtract),
		cmocka_unit_test(holds),
		cmocka_unit_test(overflow),
		cmocka_unit_test(model),
	};
	return SUITE("range", tests);
}

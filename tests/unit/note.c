#include "harness.h"
#include "seal_policy.h"
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A note under construction. */
static unsigned char buf[4096];
static size_t len;

static void start(void) { len = 0; }

static void word(uint32_t w)
{
	memcpy(buf+len, &w, 4);
	len += 4;
}

static void bytes(const void *p, size_t n, size_t align)
{
	memcpy(buf+len, p, n);
	len += n;
	while (len % align) buf[len++] = 0;
}

static void note(const char *owner, size_t owner_len, uint32_t type,
	const void *desc, size_t desc_len, size_t align)
{
	word(owner_len);
	word(desc_len);
	word(type);
	bytes(owner, owner_len, align);
	bytes(desc, desc_len, align);
}

#define WORDS(...) (uint32_t[]){ __VA_ARGS__ }, \
	sizeof (uint32_t[]){ __VA_ARGS__ }

/* Parse a heap copy of exactly these bytes, also at an odd address. */
static int marked(size_t n, size_t align)
{
	unsigned char *p = malloc(n+1);
	int r, r2;
	memcpy(p, buf, n);
	r = __seal_note(p, n, align);
	memmove(p+1, p, n);
	r2 = __seal_note(p+1, n, align);
	assert_int_equal(r, r2);
	free(p);
	return r;
}

static void want(int line, size_t align, int w)
{
	int got = marked(len, align);
	if (got == w) return;
	fprintf(stderr, "  line %d: wanted %d, got %d\n", line, w, got);
	fail();
}
#define WANT(align, w) want(__LINE__, align, w)

static void ours(void **st)
{
	(void)st;
	start(); note("musl-seal", 10, 1, WORDS(1), 4); WANT(4, 1);
	/* More bits or a longer descriptor: later versions may add some. */
	start(); note("musl-seal", 10, 1, WORDS(0x80000001), 4); WANT(4, 1);
	start(); note("musl-seal", 10, 1, WORDS(1, 2, 3), 4); WANT(4, 1);
	/* Any p_align but 8 means 4. */
	start(); note("musl-seal", 10, 1, WORDS(1), 4);
	WANT(0, 1); WANT(1, 1); WANT(2, 1); WANT(16, 1);
	start(); note("musl-seal", 10, 1, WORDS(1), 8); WANT(8, 1);
}

/* Off, alone, with the mark, and in notes of their own. */
static void off(void **st)
{
	(void)st;
	start(); note("musl-seal", 10, 1, WORDS(2), 4); WANT(4, 2);
	start(); note("musl-seal", 10, 1, WORDS(3), 4); WANT(4, 3);
	start(); note("musl-seal", 10, 1, WORDS(1), 4);
	note("musl-seal", 10, 1, WORDS(2), 4); WANT(4, 3);
	start(); note("musl-seal", 10, 1, WORDS(2), 8);
	note("GNU", 4, 5, WORDS(3, 0), 8); WANT(8, 3);
	start(); note("musl-seaL", 10, 1, WORDS(2), 4); WANT(4, 0);
}

/* Not for level hard. */
static void soft(void **st)
{
	(void)st;
	start(); note("musl-seal", 10, 1, WORDS(4), 4); WANT(4, 4);
	start(); note("musl-seal", 10, 1, WORDS(7), 4); WANT(4, 7);
	start(); note("musl-seal", 10, 1, WORDS(1), 4);
	note("musl-seal", 10, 1, WORDS(4), 4); WANT(4, 5);
	start(); note("musl-seaL", 10, 1, WORDS(4), 4); WANT(4, 0);
}

static void not_ours(void **st)
{
	(void)st;
	start(); note("musl-seal", 10, 1, WORDS(0), 4); WANT(4, 0);
	start(); note("musl-seal", 10, 1, WORDS(8), 4); WANT(4, 0);
	start(); note("musl-seal", 10, 2, WORDS(1), 4); WANT(4, 0);
	start(); note("musl-seal", 10, 0, WORDS(1), 4); WANT(4, 0);
	start(); note("musl-seaL", 10, 1, WORDS(1), 4); WANT(4, 0);
	start(); note("musl-seal", 9, 1, WORDS(1), 4); WANT(4, 0);
	start(); note("musl-seal\0", 11, 1, WORDS(1), 4); WANT(4, 0);
	start(); note("GNU", 4, 1, WORDS(1), 4); WANT(4, 0);
	start(); note("", 0, 1, WORDS(1), 4); WANT(4, 0);
	start(); note("musl-seal", 10, 1, "\1", 1, 4); WANT(4, 0);
	start(); note("musl-seal", 10, 1, "", 0, 4); WANT(4, 0);
	start(); WANT(4, 0); WANT(8, 0);
}

static void property(void **st)
{
	(void)st;
	start(); note("GNU", 4, 5, WORDS(3, 0), 8); WANT(8, 1);
	/* After others, with data padded to 8 bytes. */
	start(); note("GNU", 4, 5, WORDS(1, 8, 65536, 0, 3, 0), 8); WANT(8, 1);
	start(); note("GNU", 4, 5, WORDS(0xc0000002, 4, 3, 0, 3, 0), 8);
	WANT(8, 1);
	start(); note("GNU", 4, 5, WORDS(3, 0, 0xc0000002, 4, 3, 0), 8);
	WANT(8, 1);
	/* The value 3 in another property's data is no type. */
	start(); note("GNU", 4, 5, WORDS(0xc0000002, 4, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(1, 8, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(2, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 3, WORDS(3, 0), 8); WANT(8, 0);
	start(); note("GNX", 4, 5, WORDS(3, 0), 8); WANT(8, 0);
	/* It has data, so it is not the known property. */
	start(); note("GNU", 4, 5, WORDS(3, 8, 0, 0), 8); WANT(8, 0);
	/* A property that reaches past its note. */
	start(); note("GNU", 4, 5, WORDS(1, 64, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(1, 0xffffffff, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(1, 0xfffffff8, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(3), 8); WANT(8, 0);
}

static void several(void **st)
{
	(void)st;
	start();
	note("GNU", 4, 3, "0123456789abcdefghij", 20, 4);
	note("musl-seal", 10, 1, WORDS(1), 4);
	WANT(4, 1);
	start();
	note("stapsdt", 8, 3, "xyz", 3, 4);
	note("", 0, 0, "", 0, 4);
	note("GNU", 4, 1, WORDS(0, 3, 2, 0), 4);
	note("musl-seal", 10, 1, WORDS(1), 4);
	note("GNU", 4, 3, "more", 4, 4);
	WANT(4, 1);
	start();
	note("GNU", 4, 5, WORDS(0xc0000002, 4, 3, 0), 8);
	note("GNU", 4, 5, WORDS(3, 0), 8);
	WANT(8, 1);
	start();
	note("GNU", 4, 3, WORDS(1), 4);
	note("GNU", 4, 1, WORDS(0, 3, 2, 0), 4);
	WANT(4, 0);
}

/* Cut at each byte: marked only if the whole mark is left. */
static void cut(void **st)
{
	size_t n, full;
	(void)st;
	start();
	note("GNU", 4, 3, "abc", 3, 4);
	note("musl-seal", 10, 1, WORDS(1), 4);
	full = len;
	for (n=0; n<=full; n++) assert_int_equal(marked(n, 4), n == full);
	start();
	note("GNU", 4, 5, WORDS(1, 8, 65536, 0, 3, 0), 8);
	full = len;
	for (n=0; n<=full; n++) assert_int_equal(marked(n, 8), n == full);
}

/* Wrong sizes. */
static void sizes(void **st)
{
	static const uint32_t lie[] = { 11, 100, 0x7fffffff, 0x80000000,
		0xfffffff0, 0xfffffff4, 0xfffffffc, 0xfffffffe, 0xffffffff };
	size_t i, k;
	(void)st;
	for (i=0; i<sizeof lie/sizeof *lie; i++) for (k=0; k<2; k++) {
		start();
		note("musl-seal", 10, 2, WORDS(7), 4);
		memcpy(buf+4*k, lie+i, 4);
		note("musl-seal", 10, 1, WORDS(1), 4);
		/* The notes after it may be found or not. Only reads out of
		 * bounds matter here, and the sanitizers find those. */
		marked(len, 4);
		marked(len, 8);
		start();
		note("musl-seal", 10, 1, WORDS(1), 4);
		memcpy(buf+4*k, lie+i, 4);
		WANT(4, 0);
	}
}

/* For any input, reads stay in bounds and parsing ends. */
static void noise(void **st)
{
	size_t i, k, n;
	(void)st;
	srand(3);
	for (i=0; i<200000; i++) {
		start();
		note("GNU", 4, 5, WORDS(1, 8, 65536, 0, 3, 0), 8);
		note("musl-seal", 10, 1, WORDS(1), 4);
		note("GNU", 4, 3, "abcdefgh", 8, 4);
		for (k=rand()%6; k; k--) buf[rand()%len] = rand();
		n = rand() % (len+1);
		marked(n, rand()%2 ? 8 : 4);
	}
}

/* ---- mutable ranges ------------------------------------------------- */

#define AT 0x10000000
#define MUTABLE_TYPE 3

/* Add a note that makes [start, stop) mutable. It refers to the address at
 * which it will be placed. The next data starts at next. */
static void mutable_note(uint32_t place, uint32_t start, uint32_t stop,
	uint32_t next)
{
	uint32_t at = AT + len + 24;
	note("musl-seal", 10, MUTABLE_TYPE,
		WORDS(place-at, start-at-4, stop-at-8, next-at-12), 4);
}

static struct seal_mutable m;

/* Parse a heap copy of exactly these bytes. */
static int mutables(size_t n, size_t align)
{
	unsigned char *p = malloc(n+1);
	memcpy(p, buf, n);
	memset(&m, 0, sizeof m);
	int r = __seal_note_mutable(&m, 0, p, n, align, AT);
	free(p);
	return r;
}

#define RANGE(i, s, e) do { assert_true(m.n > i); \
	assert_int_equal(m.r[i].start, s); \
	assert_int_equal(m.r[i].end, e); } while (0)

static void ranges(void **st)
{
	(void)st;
	start();
	mutable_note(AT+0x5000, AT+0x5000, AT+0x5004, AT+0x6000);
	assert_int_equal(mutables(len, 4), 0);
	assert_int_equal(m.n, 1);
	RANGE(0, AT+0x5000, AT+0x6000);
	/* Negative distances; other notes in between; the same range again, as
	 * from several files. */
	note("GNU", 4, 3, "0123456789abcdefghij", 20, 4);
	note("musl-seal", 10, 1, WORDS(1), 4);
	mutable_note(AT-0x4000, AT-0x5000, AT-0x4000, AT-0x4000);
	mutable_note(AT+0x5004, AT+0x5000, AT+0x5004, AT+0x6000);
	assert_int_equal(mutables(len, 4), 0);
	assert_int_equal(m.n, 2);
	RANGE(0, AT+0x5000, AT+0x6000);
	RANGE(1, AT-0x5000, AT-0x4000);
	/* An empty section, with any other values. */
	start();
	mutable_note(AT, AT+0x5000, AT+0x5000, AT-0x6000);
	assert_int_equal(mutables(len, 4), 0);
	assert_int_equal(m.n, 0);
	/* Not ours. */
	start();
	note("musl-seam", 10, MUTABLE_TYPE, WORDS(1, 2, 3, 4), 4);
	note("musl-seal", 10, MUTABLE_TYPE+1, WORDS(1, 2, 3), 4);
	assert_int_equal(mutables(len, 4), 0);
	assert_int_equal(m.n, 0);
	/* None of it is a mark. */
	start();
	mutable_note(AT+0x5000, AT+0x5000, AT+0x5004, AT+0x6000);
	WANT(4, 0);
}

static void bad_ranges(void **st)
{
	static const uint32_t bad[][4] = {
		/* ends before it starts */
		{ 0x5000, 0x6000, 0x5000, 0x6000 },
		/* the next data is inside */
		{ 0x5000, 0x5000, 0x6000, 0x5fff },
		{ 0x5000, 0x5000, 0x6000, 0x6000+65536 },/* or far away */
		/* note's place before it */
		{ 0x4fff, 0x5000, 0x6000, 0x6000 },
		/* note's place after it */
		{ 0x6001, 0x5000, 0x6000, 0x6000 },
	};
	size_t i;
	(void)st;
	for (i=0; i<sizeof bad/sizeof *bad; i++) {
		start();
		mutable_note(AT+bad[i][0], AT+bad[i][1], AT+bad[i][2],
			AT+bad[i][3]);
		if (mutables(len, 4) != -1) fail_msg("bad[%zu] was taken", i);
	}
	for (i=0; i<8; i++) if (i != 4) {
		start();
		note("musl-seal", 10, MUTABLE_TYPE, WORDS(0,0,0,0,0,0,0,0), 4);
		((uint32_t *)buf)[1] = 4*i;
		assert_int_equal(mutables(24+4*i, 4), -1);
	}
	/* Overlap. */
	start();
	mutable_note(AT+0x5000, AT+0x5000, AT+0x7000, AT+0x7000);
	mutable_note(AT+0x6000, AT+0x6000, AT+0x8000, AT+0x8000);
	assert_int_equal(mutables(len, 4), -1);
	start();
	mutable_note(AT+0x5000, AT+0x5000, AT+0x8000, AT+0x8000);
	mutable_note(AT+0x6000, AT+0x6000, AT+0x7000, AT+0x7000);
	assert_int_equal(mutables(len, 4), -1);
}

/* The maximum number, and one more. */
static void many_ranges(void **st)
{
	uint32_t i;
	(void)st;
	start();
	for (i=0; i<SEAL_MUTABLE_MAX; i++)
		mutable_note(AT+i*8, AT+i*8, AT+i*8+4, AT+i*8+4);
	assert_int_equal(mutables(len, 4), 0);
	assert_int_equal(m.n, SEAL_MUTABLE_MAX);
	mutable_note(AT, AT, AT+4, AT+4);
	assert_int_equal(mutables(len, 4), 0);
	mutable_note(AT+i*8, AT+i*8, AT+i*8+4, AT+i*8+4);
	assert_int_equal(mutables(len, 4), -1);
}

/* Cut at each byte: an exemption counts whole or not at all. */
static void cut_ranges(void **st)
{
	size_t n, one, full;
	(void)st;
	start();
	mutable_note(AT+0x5000, AT+0x5000, AT+0x6000, AT+0x6000);
	one = len;
	mutable_note(AT+0x8000, AT+0x8000, AT+0x9000, AT+0x9000);
	full = len;
	for (n=0; n<=full; n++) {
		int r = mutables(n, 4);
		/* A note with its owner cut off is not ours, and a header that
		 * is cut off is no note. */
		if (n < 12+10) assert_true(r == 0 && m.n == 0);
		else if (n < one) assert_int_equal(r, -1);
		else if (n < one+12) assert_true(r == 0 && m.n == 1);
		else if (n < full) assert_int_equal(r, -1);
		else assert_true(r == 0 && m.n == 2);
	}
	/* A malformed note of any owner after a good one cancels it. */
	start();
	mutable_note(AT+0x5000, AT+0x5000, AT+0x6000, AT+0x6000);
	note("GNU", 4, 1, WORDS(0), 4);
	memcpy(buf+one+4, "\377\377\377\177", 4);
	assert_int_equal(mutables(len, 4), -1);
	/* A malformed note before it hides it. */
	start();
	note("GNU", 4, 1, WORDS(0), 4);
	memcpy(buf+4, "\377\377\377\177", 4);
	mutable_note(AT+0x5000, AT+0x5000, AT+0x6000, AT+0x6000);
	assert_int_equal(mutables(len, 4), 0);
	assert_int_equal(m.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ranges),
		cmocka_unit_test(bad_ranges),
		cmocka_unit_test(many_ranges),
		cmocka_unit_test(cut_ranges),
		cmocka_unit_test(ours),
		cmocka_unit_test(off), cmocka_unit_test(soft),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(property),
		cmocka_unit_test(several),
		cmocka_unit_test(cut),
		cmocka_unit_test(sizes),
		cmocka_unit_test(noise),
	};
	return SUITE("note", tests);
}

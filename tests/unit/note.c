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

#define WORDS(...) (uint32_t[]){ __VA_ARGS__ }, sizeof (uint32_t[]){ __VA_ARGS__ }

/* From a heap copy of exactly the bytes, at an odd address as well. */
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
	/* More bits, a longer descriptor: what comes later may add some. */
	start(); note("musl-seal", 10, 1, WORDS(0x80000001), 4); WANT(4, 1);
	start(); note("musl-seal", 10, 1, WORDS(1, 2, 3), 4); WANT(4, 1);
	/* p_align of 0 and 1 and anything but 8 means 4. */
	start(); note("musl-seal", 10, 1, WORDS(1), 4);
	WANT(0, 1); WANT(1, 1); WANT(2, 1); WANT(16, 1);
	start(); note("musl-seal", 10, 1, WORDS(1), 8); WANT(8, 1);
}

static void not_ours(void **st)
{
	(void)st;
	start(); note("musl-seal", 10, 1, WORDS(0), 4); WANT(4, 0);
	start(); note("musl-seal", 10, 1, WORDS(2), 4); WANT(4, 0);
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
	/* After others, whose data are padded to 8 bytes. */
	start(); note("GNU", 4, 5, WORDS(1, 8, 65536, 0, 3, 0), 8); WANT(8, 1);
	start(); note("GNU", 4, 5, WORDS(0xc0000002, 4, 3, 0, 3, 0), 8); WANT(8, 1);
	start(); note("GNU", 4, 5, WORDS(3, 0, 0xc0000002, 4, 3, 0), 8); WANT(8, 1);
	/* The value 3 in another property's data is no type. */
	start(); note("GNU", 4, 5, WORDS(0xc0000002, 4, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(1, 8, 3, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 5, WORDS(2, 0), 8); WANT(8, 0);
	start(); note("GNU", 4, 3, WORDS(3, 0), 8); WANT(8, 0);
	start(); note("GNX", 4, 5, WORDS(3, 0), 8); WANT(8, 0);
	/* Claims data: not the property that is known. */
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

/* Cut at each byte: marked only where the whole mark is left. */
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

/* Sizes that are lies. */
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
		/* Whatever follows is not looked at, or found by chance: what
		 * matters is that nothing outside is read (sanitizers). */
		marked(len, 4);
		marked(len, 8);
		start();
		note("musl-seal", 10, 1, WORDS(1), 4);
		memcpy(buf+4*k, lie+i, 4);
		WANT(4, 0);
	}
}

/* No input may be read outside its bytes, nor loop for ever. */
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ours),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(property),
		cmocka_unit_test(several),
		cmocka_unit_test(cut),
		cmocka_unit_test(sizes),
		cmocka_unit_test(noise),
	};
	return SUITE("note", tests);
}

/* Input that docs/advisories.md is about: the word says which. Says what was
 * wanted and got if something is wrong, and nothing else. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <iconv.h>
#include <regex.h>
#include <resolv.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

static _Noreturn void wrong(const char *what, unsigned where, long wanted,
	long got)
{
	fprintf(stderr, "%s, %x: wanted %#lx, got %#lx\n", what, where, wanted, got);
	exit(1);
}

/* Processor time, which other processes have no part in. The thread's: that of
 * the process is only exact to a tick while a limit is set on it. */
static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return t.tv_sec + t.tv_nsec*1e-9;
}

static iconv_t from_to(const char *from, const char *to)
{
	iconv_t cd = iconv_open(to, from);
	if (cd != (iconv_t)-1) return cd;
	fprintf(stderr, "no %s to %s\n", from, to);
	exit(1);
}

/* The one character of a sequence, or -1. UTF-32 is written as it is. */
static long decode(iconv_t cd, const unsigned char *seq, size_t n)
{
	unsigned char b[16];
	char *in = (char *)seq, *out = (char *)b;
	size_t inb = n, outb = sizeof b;
	if (iconv(cd, &in, &inb, &out, &outb) == (size_t)-1) return -1;
	if (inb || outb != sizeof b - 4) return -2;
	return b[0]<<24 | b[1]<<16 | b[2]<<8 | b[3];
}

/* The n-th sequence of four bytes. */
static const unsigned char *four(unsigned char *b, unsigned n)
{
	b[0] = 0x81 + n/12600;
	b[1] = '0' + n/1260%10;
	b[2] = 0x81 + n/10%126;
	b[3] = '0' + n%10;
	return b;
}

/* For all input the output only grows, within its bounds, and is UTF-8. */
static void encode_one(iconv_t cd, const char *name, const unsigned char *seq,
	size_t n, unsigned where)
{
	static unsigned char b[48];
	unsigned char *const start = b+16;
	char *in = (char *)seq, *out = (char *)start;
	size_t inb = n, outb = 16, r, i;
	unsigned c;
	memset(b, 0x5a, sizeof b);
	r = iconv(cd, &in, &inb, &out, &outb);
	i = (unsigned char *)out - start;
	if (i > 16 || i+outb != 16) wrong(name, where, 0, (long)i);
	if (r == (size_t)-1 && errno != EILSEQ && errno != EINVAL)
		wrong(name, where, EILSEQ, errno);
	for (i=0; i<sizeof b; i++) {
		if (i >= 16 && b+i < (unsigned char *)out) continue;
		/* a failing wctomb may write anything behind the end */
		if ((i < 16 || i >= 32) && b[i] != 0x5a)
			wrong(name, where, 0x5a, b[i]);
	}
	if (out - (char *)start == 3) {
		c = (start[0]&15)<<12 | (start[1]&63)<<6 | (start[2]&63);
		if (c-0xd800 < 0x800) wrong(name, where, -1, c);
	}
}

static void bounds(const char *name)
{
	iconv_t cd = from_to(name, "utf8");
	unsigned c, d;
	unsigned char b[4];
	for (c=0x80; c<256; c++) for (d=0; d<256; d++) {
		b[0] = c;
		b[1] = d;
		encode_one(cd, name, b, 2, c<<8 | d);
	}
	iconv_close(cd);
}

static void bounds_four(void)
{
	static const unsigned char at[] = { 0x84, 0x85, 0x8f, 0xe3, 0xe4, 0xfe };
	iconv_t cd = from_to("gb18030", "utf8");
	unsigned char b[4];
	unsigned i, n;
	for (n=32000; n<39600; n+=61) encode_one(cd, "gb18030", four(b, n), 4, n);
	for (i=0; i<sizeof at; i++) for (n=0; n<12600; n+=97) {
		four(b, n);
		b[0] = at[i];
		encode_one(cd, "gb18030", b, 4, at[i]<<16 | n);
	}
	iconv_close(cd);
}

static void shift_jis(void)
{
	iconv_t cd = from_to("shiftjis", "utf32be");
	unsigned c, d;
	unsigned char b[2];
	long got;
	for (c=0x81; c<256; c++) for (d=0; d<256; d++) {
		if (c-0xa0 < 0x40) continue;
		if (c < 0xeb && d-0x40 < 0xfd-0x40 && d != 0x7f) continue;
		b[0] = c;
		b[1] = d;
		got = decode(cd, b, 2);
		if (got != -1) wrong("shiftjis", c<<8 | d, -1, got);
	}
	iconv_close(cd);
}

/* Sequences of four bytes are, in order, the code points that those of two
 * bytes are not. */
static void gb18030(void)
{
	static unsigned char two[0x10000];
	static const struct { unsigned n; long wanted; } at[] = {
		{ 39419, 0xffff }, { 39420, -1 }, { 188999, -1 },
		{ 189000, 0x10000 }, { 189001, 0x10001 },
		{ 189000+0xfffff, 0x10ffff }, { 189000+0x100000, -1 },
	};
	iconv_t cd = from_to("gb18030", "utf32be");
	unsigned c, d, n = 0, i;
	unsigned char b[4];
	long got;
	for (i=0; i<sizeof at/sizeof *at; i++) {
		got = decode(cd, four(b, at[i].n), 4);
		if (got != at[i].wanted) wrong("gb18030", at[i].n, at[i].wanted, got);
	}
	got = decode(cd, (unsigned char *)"\x81\x30\xff\x30", 4);
	if (got != -1) wrong("gb18030", 0x8130ff30, -1, got);
	for (c=0x81; c<0xff; c++) for (d=0x40; d<0xff; d++) {
		if (d == 0x7f) continue;
		b[0] = c;
		b[1] = d;
		got = decode(cd, b, 2);
		if (got < 0x80 || got > 0xffff || two[got])
			wrong("gb18030", c<<8 | d, 0, got);
		two[got] = 1;
	}
	for (c=0x80; c<0x10000; c++) {
		if (two[c] || c-0xd800 < 0x800) continue;
		got = decode(cd, four(b, n), 4);
		if (got != c) wrong("gb18030", n, c, got);
		n++;
	}
	if (n != 39420) wrong("gb18030", 0, 39420, n);
	iconv_close(cd);
}

/* All Hangul are in cp949 once; the last that KS X 1001 lacks is C6 52. */
static void cp949(void)
{
	static unsigned char seen[0x10000];
	iconv_t cd = from_to("cp949", "utf32be");
	unsigned c, d, n = 0, last = 0;
	unsigned char b[2];
	for (c=0x81; c<0xff; c++) for (d=0x41; d<0xff; d++) {
		long got;
		b[0] = c;
		b[1] = d;
		got = decode(cd, b, 2);
		if (got < 0) continue;
		if (got > 0xffff || seen[got]) wrong("cp949", c<<8 | d, 0, got);
		seen[got] = 1;
		if (got-0xac00 >= 11172UL) continue;
		n++;
		if (c-0xa1 < 94 && d-0xa1 < 94) continue;
		if (got <= last) wrong("cp949", c<<8 | d, last+1, got);
		last = got;
	}
	if (n != 11172) wrong("cp949", 0, 11172, n);
	b[0] = 0xc6;
	b[1] = 0x52;
	if (decode(cd, b, 2) != last) wrong("cp949", 0xc652, last, decode(cd, b, 2));
	iconv_close(cd);
}

/* The character that took the longest costs less than 500 easy ones. */
static void cost(const char *name, const char *easy, const char *seq, size_t n)
{
	iconv_t cd = from_to(name, "utf32be");
	double t0, wanted, got = 0;
	int i;
	decode(cd, (void *)easy, 2);
	t0 = now();
	for (i=0; i<500; i++) decode(cd, (void *)easy, 2);
	wanted = now()-t0;
	for (i=0; i<3; i++) {
		t0 = now();
		decode(cd, (void *)seq, n);
		t0 = now()-t0;
		if (!i || t0 < got) got = t0;
	}
	iconv_close(cd);
	if (got < wanted) return;
	fprintf(stderr, "%s: wanted one character in less than %.6f s, "
		"got %.6f s\n", name, wanted, got);
	exit(1);
}

/* a|a|..., n of them in all, as a tree that is as deep on each side. */
static char *alternatives(char *p, unsigned n)
{
	if (n == 1) {
		*p++ = 'a';
		return p;
	}
	*p++ = '(';
	p = alternatives(p, n/2);
	*p++ = '|';
	p = alternatives(p, n-n/2);
	*p++ = ')';
	return p;
}

/* Too much to count: an error, and nothing written where it should not be. */
static void too_large(const char *name, const char *pattern)
{
	regex_t re;
	int r = regcomp(&re, pattern, REG_EXTENDED|REG_NOSUB);
	if (r != REG_ESPACE) wrong(name, 0, REG_ESPACE, r);
}

/* Each of n states has transitions to all of them and to the end: (n+1)^2
 * together, here 2^32. */
static void regcomp_sum(void)
{
	unsigned n = 65535;
	char *p = malloc(4*n + 2), *end = alternatives(p, n);
	strcpy(end, "*");
	too_large("regcomp sum", p);
}

/* The one state of a bracket has the square of its items for each star: 2^32
 * with 512 items and 2^14 stars. */
static void regcomp_state(void)
{
	unsigned items = 512, stars = 16384, i;
	char *start = malloc(items + 3*stars + 3), *p = start;
	memset(p, '(', stars);
	p += stars;
	*p++ = '[';
	memset(p, 'a', items);
	p += items;
	*p++ = ']';
	for (i=0; i<stars; i++) {
		*p++ = ')';
		*p++ = '*';
	}
	*p = 0;
	too_large("regcomp state", start);
}

/* A group that refers to itself matched nothing, forever. */
static void backref(void)
{
	static const char *const bad[] = { "\\(^a*\\1\\)*", "\\(\\1\\)",
		"\\(a\\(b\\1\\)\\)", "\\2\\(a\\)\\(b\\)", "\\(a\\)\\2" };
	static const struct { const char *re, *s; int r; } good[] = {
		{ "\\(a*\\)\\1", "aa", 0 }, { "\\(a\\)\\(b\\)\\2\\1", "abba", 0 },
		{ "^\\(a\\)\\1$", "ab", REG_NOMATCH } };
	regex_t re;
	unsigned i;
	int r;
	alarm(20);
	for (i=0; i<sizeof bad/sizeof *bad; i++) {
		r = regcomp(&re, bad[i], 0);
		if (!r) regexec(&re, "aa", 0, 0, 0);
		if (r != REG_ESUBREG) wrong(bad[i], i, REG_ESUBREG, r);
	}
	for (i=0; i<sizeof good/sizeof *good; i++) {
		r = regcomp(&re, good[i].re, 0);
		if (r) wrong(good[i].re, i, 0, r);
		r = regexec(&re, good[i].s, 0, 0, 0);
		if (r != good[i].r) wrong(good[i].re, i, good[i].r, r);
		regfree(&re);
	}
}

/* %Z before anything set a time zone, and past the end of the string, if this
 * musl knows it. */
static void zone(const char *set)
{
	char s[] = "MEZ\0zone|";
	struct tm tm = { 0 };
	char *end;
	if (set) {
		setenv("TZ", set, 1);
		tzset();
	}
	end = strptime(s, "%Z", &tm);
	if (end && end != s+3) wrong("strptime %Z", 0, 3, end-s);
	if (!end && strptime("UTC", "%Z", &tm)) wrong("strptime %Z", 1, 3, 0);
}

/* Where size_t has 32 bits, the first order of trees that needs both words
 * and more than one bit of the second. */
static int by_value(const void *a, const void *b)
{
	return *(unsigned char *)a - *(unsigned char *)b;
}

static void sort(void)
{
	static const unsigned sizes[] = { 11405774, 18454930 };
	unsigned i, k, n;
	for (k=0; k<2; k++) {
		unsigned char *p = malloc(n = sizes[k]);
		for (i=0; i<n; i++) p[i] = i/(n/256 + 1);
		p[n-1] = 0;
		qsort(p, n, 1, by_value);
		for (i=1; i<n; i++) if (p[i-1] > p[i])
			wrong("qsort", i, p[i-1], p[i]);
		free(p);
	}
}

/* Mounts of its own, over the system's. Exits with 77 where none can be had. */
static void own_mounts(const char *over)
{
	if (unshare(CLONE_NEWNS) && unshare(CLONE_NEWUSER|CLONE_NEWNS)) goto no;
	if (mount("none", "/", 0, MS_REC|MS_PRIVATE, 0)) goto no;
	if (mount("none", over, "tmpfs", 0, 0)) goto no;
	return;
no:
	printf("no mounts of its own: %s\n", strerror(errno));
	exit(77);
}

static void put(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY|O_CREAT|O_TRUNC, 0644);
	size_t n = strlen(text);
	if (fd < 0 || write(fd, text, n) != n) {
		perror(path);
		exit(1);
	}
	close(fd);
}

/* A name service that says a group has one member, and then names 4000. */
static void group(void)
{
	static char name[] = "group", list[4000];
	struct sockaddr_un at = { AF_UNIX, "/var/run/nscd/socket" };
	int32_t head[] = { 2, 1, sizeof name, 1, 4242, 1, sizeof list };
	char buf[64];
	struct group *g;
	int s = socket(AF_UNIX, SOCK_STREAM, 0), c;
	own_mounts("/var/run/");
	if (mkdir("/var/run/nscd", 0755) || bind(s, (void *)&at, sizeof at)
	    || listen(s, 1)) {
		perror(at.sun_path);
		exit(1);
	}
	if (!fork()) {
		alarm(20);
		c = accept(s, 0, 0);
		read(c, buf, sizeof buf);
		write(c, head, sizeof head);
		write(c, name, sizeof name);
		write(c, "", 1);
		write(c, list, sizeof list);
		_exit(0);
	}
	errno = 0;
	g = getgrgid(4242);
	if (g || errno != EIO) wrong("getgrgid", 0, EIO, g ? 0 : errno);
	free(malloc(100));
}

/* Three name servers, by IPv6 alone, where there is no IPv6: there is no one
 * to ask, which is to be said at once. */
static void no_ipv6(void)
{
	/* <linux/filter.h> by hand: load the number, the first argument */
	struct { unsigned short code; unsigned char jt, jf; unsigned k; } f[] = {
		{ 0x20, 0, 0, 0 },
		{ 0x15, 0, 3, SYS_socket },
		{ 0x20, 0, 0, 16 + 4*!*(char *)&(int){1} },
		{ 0x15, 0, 1, AF_INET6 },
		{ 0x06, 0, 0, 0x50000|EAFNOSUPPORT },
		{ 0x06, 0, 0, 0x7fff0000 },
	};
	struct { unsigned short n; void *f; } prog = { sizeof f/sizeof *f, f };
	unsigned char answer[512];
	time_t t;
	own_mounts("/etc/");
	put("/etc/resolv.conf", "nameserver ::2\nnameserver ::3\nnameserver ::4\n"
		"options timeout:2 attempts:2\n");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
	    || prctl(PR_SET_SECCOMP, 2, &prog)) {
		printf("no filter: %s\n", strerror(errno));
		exit(77);
	}
	t = time(0);
	if (res_query("example.test", 1, 1, answer, sizeof answer) >= 0)
		wrong("res_query", 0, -1, 0);
	t = time(0)-t;
	if (t > 1) wrong("seconds in res_query", 0, 0, t);
}

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "";
	/* U+9FA6, and the last Hangul */
	if (!strcmp(what, "gb18030-cost"))
		cost("gb18030", "\xb0\xa1", "\x82\x35\x8f\x33", 4);
	else if (!strcmp(what, "cp949-cost"))
		cost("cp949", "\xb0\xa1", "\xc6\x52", 2);
	else if (!strcmp(what, "gb18030")) gb18030();
	else if (!strcmp(what, "cp949")) cp949();
	else if (!strcmp(what, "shift-jis")) shift_jis();
	else if (!strcmp(what, "bounds")) bounds(argv[2]);
	else if (!strcmp(what, "bounds-four")) bounds_four();
	else if (!strcmp(what, "regcomp-sum")) regcomp_sum();
	else if (!strcmp(what, "regcomp-state")) regcomp_state();
	else if (!strcmp(what, "backref")) backref();
	else if (!strcmp(what, "zone")) zone(0);
	else if (!strcmp(what, "zone-set")) zone("AAA0BBB");
	else if (!strcmp(what, "sort")) sort();
	else if (!strcmp(what, "group")) group();
	else if (!strcmp(what, "no-ipv6")) no_ipv6();
	else return 2;
	return 0;
}

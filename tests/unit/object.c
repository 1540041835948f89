#define _GNU_SOURCE
#include "harness.h"
#include "seal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The notes of marked objects and of mutable data, for own_notes below. */
#include "../../crt/sealnote.c"
#include "../../include/sys/seal.h"

#ifndef PT_GNU_PROPERTY
#define PT_GNU_PROPERTY 0x6474e553
#endif
#define PAGE 0x1000
#define R(a, b) ((struct seal_range){ a, b })
#define LOAD(flags, addr, size) { .p_type = PT_LOAD, .p_flags = flags, \
	.p_vaddr = addr, .p_memsz = size, .p_filesz = size }
#define RX (PF_R|PF_X)
#define RW (PF_R|PF_W)

static void show(const char *what, const struct seal_range *r, size_t n)
{
	size_t i;
	fprintf(stderr, "  %s:", what);
	for (i=0; i<n; i++)
		fprintf(stderr, " [%lx,%lx)", (unsigned long)r[i].start,
			(unsigned long)r[i].end);
	fprintf(stderr, "\n");
}

static void want(int line, const struct seal_object *o, int rw, size_t page,
	const struct seal_range *w, size_t n)
{
	struct seal_set s = { .n = 3 };
	size_t i;
	int r = __seal_object_ranges(&s, o, rw, page);
	int same = !r && s.n == n;
	for (i=0; same && i<n; i++)
		same = w[i].start == s.r[i].start && w[i].end == s.r[i].end;
	if (same) return;
	fprintf(stderr, "  line %d, returned %d\n", line, r);
	show("wanted", w, n);
	show("got", s.r, s.n);
	fail();
}
#define WANT(o, rw, ...) want(__LINE__, o, rw, PAGE, \
	(struct seal_range[]){ __VA_ARGS__ }, \
	sizeof (struct seal_range[]){ __VA_ARGS__ } / sizeof(struct seal_range))
#define PHDRS(o, p) ((o)->phdr = (p), (o)->phnum = sizeof (p)/sizeof *(p), \
	(o)->phentsize = sizeof *(p))

/* The usual five segments, mapped by the kernel and by the loader. */
static void usual(void **st)
{
	const ElfW(Phdr) ph[] = {
		LOAD(PF_R, 0, 0x800), LOAD(RX, 0x1000, 0x1234),
		LOAD(PF_R, 0x3000, 0x100), LOAD(RW, 0x4e00, 0x2300),
	};
	struct seal_object o = { .base = 0x100000,
		.relro = R(0x104000, 0x105000) };
	(void)st;
	PHDRS(&o, ph);
	/* RW is 4e00 to 7100: pages 4000 to 8000, the first of them RELRO. */
	WANT(&o, 0, R(0x100000, 0x105000));
	WANT(&o, 1, R(0x100000, 0x108000));
	o.map = R(0x100000, 0x108000);
	WANT(&o, 0, R(0x100000, 0x105000));
	WANT(&o, 1, R(0x100000, 0x108000));
	o.relro = R(0, 0);
	WANT(&o, 0, R(0x100000, 0x104000));
}

/* Segments at 2 MiB: there are holes between them if the kernel mapped them,
 * and the loader's own mapping if the loader did. */
static void holes(void **st)
{
	const ElfW(Phdr) ph[] = {
		LOAD(PF_R, 0, 0x800), LOAD(RX, 0x200000, 0x1234),
		LOAD(RW, 0x5ff000, 0x3000),
	};
	struct seal_object o = { .relro = R(0x5ff000, 0x600000) };
	(void)st;
	PHDRS(&o, ph);
	WANT(&o, 0, R(0, 0x1000), R(0x200000, 0x202000), R(0x5ff000, 0x600000));
	WANT(&o, 1, R(0, 0x1000), R(0x200000, 0x202000), R(0x5ff000, 0x602000));
	o.map = R(0, 0x602000);
	WANT(&o, 0, R(0, 0x600000));
	WANT(&o, 1, R(0, 0x602000));
}

/* Two writable segments, the first of them all RELRO (as by lld), and gaps that
 * must not be sealed with the data around them. */
static void two_writable(void **st)
{
	const ElfW(Phdr) ph[] = {
		LOAD(RX, 0, 0x1000), LOAD(RW, 0x1000, 0x1000),
		LOAD(RW, 0x3000, 0x1000), LOAD(PF_R, 0x5000, 0x1000),
	};
	struct seal_object o = { .relro = R(0x1000, 0x2000) };
	(void)st;
	PHDRS(&o, ph);
	WANT(&o, 0, R(0, 0x2000), R(0x5000, 0x6000));
	o.map = R(0, 0x6000);
	WANT(&o, 0, R(0, 0x3000), R(0x4000, 0x6000));
	WANT(&o, 1, R(0, 0x6000));
}

/* A page with parts of a writable and of another segment stays mutable. */
static void shared_page(void **st)
{
	const ElfW(Phdr) ph[] = {
		LOAD(RX, 0, 0x1800), LOAD(RW, 0x1900, 0x100),
	};
	struct seal_object o = { 0 };
	(void)st;
	PHDRS(&o, ph);
	WANT(&o, 0, R(0, 0x1000));
	WANT(&o, 1, R(0, 0x2000));
}

/* A wrong RELRO. */
static void relro_elsewhere(void **st)
{
	const ElfW(Phdr) ph[] = { LOAD(RX, 0, 0x1000),
		LOAD(RW, 0x3000, 0x2000) };
	struct seal_object o = { 0 };
	(void)st;
	PHDRS(&o, ph);
	o.relro = R(0x800000, 0x900000);
	WANT(&o, 0, R(0, 0x1000));
	o.relro = R(0x2000, 0x4000);
	WANT(&o, 0, R(0, 0x1000), R(0x3000, 0x4000));
	o.relro = R(0x4000, 0x9000);
	WANT(&o, 0, R(0, 0x1000), R(0x4000, 0x5000));
	o.relro = R(0x5000, 0x4000);
	WANT(&o, 0, R(0, 0x1000));
}

/* Its start is rounded down to a page, and so is its end. */
static void relro_of_header(void **st)
{
	static const struct { uintptr_t at, len, start, end; } t[] = {
		{ 0x3df0, 0x210, 0x3000, 0x4000 },
		{ 0x3df0, 0x20f, 0x3000, 0x3000 },
		{ 0x3df0, 0x1300, 0x3000, 0x5000 },
		{ 0x3000, 0x1000, 0x3000, 0x4000 },
		{ 0x3df0, 0, 0x3000, 0x3000 },
	};
	ElfW(Phdr) ph = { .p_type = PT_GNU_RELRO };
	size_t i;
	(void)st;
	for (i=0; i<sizeof t/sizeof *t; i++) {
		ph.p_vaddr = t[i].at;
		ph.p_memsz = t[i].len;
		struct seal_range r = __seal_relro(&ph, 0, PAGE);
		if (r.start != t[i].start || r.end != t[i].end)
			fail_msg("%zu: wanted %zx-%zx, got %zx-%zx", i,
				(size_t)t[i].start, (size_t)t[i].end,
				(size_t)r.start, (size_t)r.end);
	}
	/* One that wraps must not look empty. */
	ph.p_vaddr = 0x3df0;
	for (i=1; i<=0x10000; i<<=1) {
		ph.p_memsz = -i;
		struct seal_range r = __seal_relro(&ph, 0, PAGE);
		if (i <= 0x3df0 && r.start <= r.end)
			fail_msg("-%zx: wanted start > end, got %zx-%zx", i,
				(size_t)r.start, (size_t)r.end);
	}
}

/* A RELRO that wraps is invalid; an empty one is valid. */
static void relro_wraps(void **st)
{
	const ElfW(Phdr) ph[] = { LOAD(RX, 0, 0x1000),
		LOAD(RW, 0x3000, 0x2000) };
	struct seal_object o = { 0 };
	(void)st;
	PHDRS(&o, ph);
	o.relro = R(0x3000, 0x4000);
	assert_int_equal(__seal_relro_valid(&o, PAGE), 1);
	o.relro = R(0x3000, 0x3000);
	assert_int_equal(__seal_relro_valid(&o, PAGE), 1);
	o.relro = R(-0x1000, 0);
	assert_int_equal(__seal_relro_valid(&o, PAGE), 0);
	WANT(&o, 0, R(0, 0x1000));
}

static void other_headers(void **st)
{
	/* Entries larger than the struct, other types, an empty segment, one
	 * that wraps. */
	struct { ElfW(Phdr) p; char more[24]; } ph[] = {
		{ LOAD(PF_R, 0, 0x1000), "" },
		{ { .p_type = PT_DYNAMIC, .p_vaddr = 0x9000,
			.p_memsz = 0x1000 }, "" },
		{ { .p_type = PT_GNU_STACK, .p_flags = RW }, "" },
		{ LOAD(PF_R, 0x5000, 0), "" },
		{ LOAD(RW, 0x6000, 0), "" },
		{ LOAD(PF_R, 0x7000, -1), "" },
		{ LOAD(RW, 0x2000, 0x1000), "" },
	};
	struct seal_object o = { .phdr = &ph[0].p, .phnum = 7,
		.phentsize = sizeof *ph };
	struct seal_set s;
	(void)st;
	WANT(&o, 0, R(0, 0x1000));
	WANT(&o, 1, R(0, 0x1000), R(0x2000, 0x3000));
	want(__LINE__, &o, 0, 0x10000, 0, 0);
	want(__LINE__, &o, 1, 0x10000, &R(0, 0x10000), 1);
	o.phnum = 0;
	assert_int_equal(__seal_object_ranges(&s, &o, 0, PAGE), -1);
}

static void too_many(void **st)
{
	ElfW(Phdr) ph[SEAL_SET_MAX+1];
	struct seal_object o = { 0 };
	struct seal_set s;
	size_t i;
	(void)st;
	for (i=0; i<SEAL_SET_MAX+1; i++)
		ph[i] = (ElfW(Phdr))LOAD(PF_R, i*0x10000, 0x1000);
	PHDRS(&o, ph);
	assert_int_equal(__seal_object_ranges(&s, &o, 1, PAGE), -1);
	assert_int_equal(__seal_object_ranges(&s, &o, 0, PAGE), -1);
	o.phnum--;
	assert_int_equal(__seal_object_ranges(&s, &o, 0, PAGE), 0);
	assert_int_equal(s.n, SEAL_SET_MAX);
}

/* Which level seals the RW data of which object. */
static void levels(void **st)
{
	static const struct {
		const char *name;
		struct seal_object o;
		int on, full;
	} t[] = {
		{ "unmarked", { .name = "" }, 0, 1 },
		{ "loader", { .loader = 1 }, 1, 1 },
		{ "vdso", { .vdso = 1 }, 1, 1 },
		{ "foreign", { .foreign = 1 }, 0, 0 },
	};
	(void)st;
	for (size_t i=0; i<sizeof t/sizeof *t; i++)
		for (int level=SEAL_OFF; level<=SEAL_FULL; level++) {
			int want = level == SEAL_ON ? t[i].on
				: level == SEAL_FULL ? t[i].full : 0;
			int got = __seal_data(&t[i].o, level);
			if (got != want) fail_msg("%s, level %d: wanted %d, got"
				" %d", t[i].name, level, want, got);
		}
}

/* All ranges go, or none. */
static void left_out(void **st)
{
	struct seal_set set = { .n = 1, .r = { R(0x1000, 0x9000) } }, scratch;
	struct seal_set pages = { .n = 2,
		.r = { R(0x2000, 0x3000), R(0x8000, 0xa000) } };
	size_t i;
	(void)st;
	assert_int_equal(__seal_leave_out(&set, &pages, &scratch), 0);
	assert_int_equal(set.n, 2);
	assert_int_equal(set.r[0].end, 0x2000);
	assert_int_equal(set.r[1].start, 0x3000);
	assert_int_equal(set.r[1].end, 0x8000);
	set = (struct seal_set){ .n = 1, .r = { R(0, 0x1000000) } };
	pages.n = SEAL_SET_MAX;
	for (i=0; i<pages.n; i++)
		pages.r[i] = R(0x1000+i*0x2000, 0x2000+i*0x2000);
	assert_int_equal(__seal_leave_out(&set, &pages, &scratch), -1);
	assert_int_equal(set.n, 1);
	assert_int_equal(set.r[0].end, 0x1000000);
	pages.n--;
	assert_int_equal(__seal_leave_out(&set, &pages, &scratch), 0);
	assert_int_equal(set.n, SEAL_SET_MAX);
}

static SEAL_MUTABLE char mine[2*PAGE] = "mine";

static int self(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct seal_object *o = arg;
	(void)size;
	o->base = info->dlpi_addr;
	o->phdr = info->dlpi_phdr;
	o->phnum = info->dlpi_phnum;
	o->phentsize = sizeof(ElfW(Phdr));
	return 1;
}

/* The numbers in crt/sealnote.c and <sys/seal.h> are those that the loader
 * looks for: this program has both notes. */
static void own_notes(void **st)
{
	static struct seal_mutable m;
	struct seal_object o = { .name = "self" };
	uintptr_t at = (uintptr_t)mine;
	(void)st;
	dl_iterate_phdr(self, &o);
	assert_int_equal(__seal_marked(&o), 1);
	assert_int_equal(__seal_data(&o, SEAL_ON), 1);
	assert_int_equal(__seal_exempts(&o), 1);
	assert_int_equal(__seal_mutable(&m, &o, PAGE), 0);
	assert_int_equal(m.pages.n, 1);
	assert_true(__seal_set_holds(&m.pages, R(at & -PAGE,
		at+sizeof mine)));
	assert_true(m.pages.r[0].end-m.pages.r[0].start < 64*PAGE);
}

/* Notes are read only where a readable segment has file contents. */
static void marks(void **st)
{
	static const unsigned char mark[] = {
		10,0,0,0, 4,0,0,0, 1,0,0,0,
		'm','u','s','l','-','s','e','a','l',0,0,0, 1,0,0,0
	};
	unsigned char *mem = malloc(64);
	ElfW(Phdr) ph[] = {
		LOAD(PF_R, 0x1000, 64),
		{ .p_type = PT_NOTE, .p_vaddr = 0x1000+8,
			.p_memsz = sizeof mark,
			.p_filesz = sizeof mark, .p_align = 4 },
	};
	struct seal_object o = { .base = (uintptr_t)mem-0x1000 };
	(void)st;
	if (*(const unsigned char *)&(const int){1} != 1) {
		free(mem);
		skip_case("the note above is little-endian");
	}
	PHDRS(&o, ph);
	memcpy(mem+8, mark, sizeof mark);
	assert_int_equal(__seal_marked(&o), 1);
	/* Past the segment's end, before its start, across its end. */
	ph[1].p_vaddr = 0x1000+64;
	assert_int_equal(__seal_marked(&o), 0);
	ph[1].p_vaddr = 0x500;
	assert_int_equal(__seal_marked(&o), 0);
	ph[1].p_vaddr = -0x7000000;
	assert_int_equal(__seal_marked(&o), 0);
	ph[1].p_vaddr = 0x1000+8;
	ph[1].p_filesz = 57;
	assert_int_equal(__seal_marked(&o), 0);
	ph[1].p_filesz = -1;
	assert_int_equal(__seal_marked(&o), 0);
	ph[1].p_filesz = sizeof mark;
	/* Notes in .bss or in an unreadable segment are ignored. */
	ph[0].p_filesz = 8;
	assert_int_equal(__seal_marked(&o), 0);
	ph[0].p_filesz = 64;
	ph[0].p_flags = PF_X;
	assert_int_equal(__seal_marked(&o), 0);
	ph[0].p_flags = RX;
	assert_int_equal(__seal_marked(&o), 1);
	ph[1].p_type = PT_GNU_PROPERTY;
	assert_int_equal(__seal_marked(&o), 1);
	ph[1].p_type = PT_NULL;
	assert_int_equal(__seal_marked(&o), 0);
	free(mem);
}

/* ---- mutable pages ---------------------------------------------------- */

#define MUTABLE(addr, size) { .p_type = PT_GNU_MUTABLE, .p_vaddr = addr, \
	.p_memsz = size }

static void want_pages(int line, const struct seal_object *o, size_t page,
	int ret, const struct seal_range *w, size_t n)
{
	static struct seal_mutable m;
	size_t i;
	memset(&m, 1, sizeof m);
	int r = __seal_mutable(&m, o, page);
	if ((r || m.n) && !__seal_exempts(o)) {
		fprintf(stderr, "  line %d: __seal_exempts wanted 1, got 0\n",
			line);
		fail();
	}
	int same = r == ret && m.pages.n == n;
	for (i=0; same && i<n; i++)
		same = w[i].start == m.pages.r[i].start
			&& w[i].end == m.pages.r[i].end;
	if (same) return;
	fprintf(stderr, "  line %d, wanted %d, returned %d\n", line, ret, r);
	show("wanted", w, n);
	show("got", m.pages.r, m.pages.n);
	fail();
}
#define PAGES_OF(o, page, ...) want_pages(__LINE__, o, page, 0, \
	(struct seal_range[]){ __VA_ARGS__ }, \
	sizeof (struct seal_range[]){ __VA_ARGS__ } / sizeof(struct seal_range))
#define NO_PAGES(o) want_pages(__LINE__, o, PAGE, 0, 0, 0)
#define BAD_PAGES(o) want_pages(__LINE__, o, PAGE, -1, 0, 0)

/* The segments beside a mutable one: text up to 2800, data from 3800 to
 * 9123. */
#define TEXT_DATA LOAD(RX, 0, 0x2800), LOAD(RW, 0x3800, 0x5923)

static void mutable_segments(void **st)
{
	(void)st;
#define CASE(ranges, ...) do { \
	const ElfW(Phdr) ph[] = { TEXT_DATA, __VA_ARGS__ }; \
	struct seal_object o = { .base = 0x100000 }; \
	PHDRS(&o, ph); \
	ranges; } while (0)
	CASE(PAGES_OF(&o, PAGE, R(0x105000, 0x107000)),
		MUTABLE(0x5000, 0x2000));
	/* With larger pages, the pages at its ends are shared. */
	CASE(want_pages(__LINE__, &o, 0x4000, 0, 0, 0),
		MUTABLE(0x5000, 0x2000));
	CASE(want_pages(__LINE__, &o, 0x4000, 0, &R(0x104000, 0x108000), 1),
		MUTABLE(0x3900, 0x5000));
	/* Pages that it covers only in part are not mutable. */
	CASE(PAGES_OF(&o, PAGE, R(0x105000, 0x106000)),
		MUTABLE(0x4100, 0x2000));
	CASE(NO_PAGES(&o), MUTABLE(0x4100, 0x100));
	CASE(NO_PAGES(&o), MUTABLE(0x4100, 0x1e00));
	/* Up to the end of the map, where the rest of the page is unused; the
	 * same where a segment begins. */
	CASE(PAGES_OF(&o, PAGE, R(0x108000, 0x10a000)),
		MUTABLE(0x8000, 0x1123));
	CASE(PAGES_OF(&o, PAGE, R(0x108000, 0x10a000)),
		MUTABLE(0x8000, 0x2000));
	CASE(PAGES_OF(&o, PAGE, R(0x108000, 0x109000)),
		MUTABLE(0x8000, 0x1122));
	CASE(PAGES_OF(&o, PAGE, R(0x103000, 0x105000)),
		MUTABLE(0x3800, 0x1800));
	/* Several; two that complete a page; the same twice; the whole object,
	 * with the hole in it. */
	CASE(PAGES_OF(&o, PAGE, R(0x104000, 0x105000), R(0x106000, 0x107000)),
		MUTABLE(0x6000, 0x1000), MUTABLE(0x4000, 0x1000));
	CASE(PAGES_OF(&o, PAGE, R(0x104000, 0x106000)),
		MUTABLE(0x4000, 0x1800), MUTABLE(0x5800, 0x800));
	CASE(PAGES_OF(&o, PAGE, R(0x104000, 0x105000)),
		MUTABLE(0x4000, 0x1000), MUTABLE(0x4000, 0x1000));
	CASE(PAGES_OF(&o, PAGE, R(0x100000, 0x10a000)), MUTABLE(0, 0x9123));
	CASE(PAGES_OF(&o, PAGE, R(0x100000, 0x101000)), MUTABLE(0, 0x1000));
	CASE(NO_PAGES(&o), MUTABLE(0x5000, 0));
	CASE((o.loader = 1, NO_PAGES(&o)), MUTABLE(0x5000, 0x2000));
	CASE((o.vdso = 1, NO_PAGES(&o)), MUTABLE(0x5000, 0x2000));
	/* A page that two segments share needs both. */
	CASE(NO_PAGES(&o), LOAD(RW, 0xa900, 0x100), LOAD(PF_R, 0xaa00, 0x100),
		MUTABLE(0xaa00, 0x100));
	CASE(PAGES_OF(&o, PAGE, R(0x10a000, 0x10b000)), LOAD(RW, 0xa900, 0x100),
		LOAD(PF_R, 0xaa00, 0x100), MUTABLE(0xa900, 0x200));
}

static void bad_mutable_segments(void **st)
{
	(void)st;
	/* Outside the object, wrapping, overlapping. */
	CASE(BAD_PAGES(&o), MUTABLE(0xa000, 0x1000));
	CASE(BAD_PAGES(&o), MUTABLE(0x9000, 0x1001));
	CASE(BAD_PAGES(&o), MUTABLE(-0x1000, 0x1000));
	CASE(BAD_PAGES(&o), MUTABLE(-0x1000, 0x2000));
	CASE(BAD_PAGES(&o), MUTABLE(0x5000, -1));
	CASE(BAD_PAGES(&o), MUTABLE(0, -0x100000));
	CASE(BAD_PAGES(&o), MUTABLE(0x5000, 0x2000), MUTABLE(0x6000, 0x2000));
	/* A malformed one also cancels a good one. */
	CASE(BAD_PAGES(&o), MUTABLE(0x5000, 0x1000), MUTABLE(0xb000, 0x1000));
	const ElfW(Phdr) ph[] = { MUTABLE(0x5000, 0x1000) };
	struct seal_object o = { .base = 0x100000 };
	PHDRS(&o, ph);
	BAD_PAGES(&o);
}

static void many_mutable_segments(void **st)
{
	ElfW(Phdr) ph[SEAL_MUTABLE_MAX+2];
	struct seal_object o = { 0 };
	static struct seal_mutable m;
	size_t i;
	(void)st;
	ph[0] = (ElfW(Phdr))LOAD(RW, 0, 0x1000000);
	for (i=0; i<SEAL_MUTABLE_MAX+1; i++)
		ph[i+1] = (ElfW(Phdr))MUTABLE(i*0x2000, 0x1000);
	PHDRS(&o, ph);
	BAD_PAGES(&o);
	o.phnum--;
	assert_int_equal(__seal_mutable(&m, &o, PAGE), 0);
	assert_int_equal(m.pages.n, SEAL_MUTABLE_MAX);
}

/* A note in memory, with ranges relative to its address. */
static void mutable_notes(void **st)
{
	unsigned char *mem = aligned_alloc(PAGE, 4*PAGE);
	uint32_t words[10] = { 10, 16, 3, 0, 0, 0 };
	ElfW(Phdr) ph[] = {
		LOAD(RW, 0x1000, 4*PAGE),
		{ .p_type = PT_NOTE, .p_vaddr = 0x1100, .p_memsz = sizeof words,
			.p_filesz = sizeof words, .p_align = 4 },
		{ .p_type = PT_NULL },
	};
	struct seal_object o = { .base = (uintptr_t)mem-0x1000 };
	uintptr_t page = (uintptr_t)mem+PAGE;
	size_t i;
	(void)st;
	PHDRS(&o, ph);
	memcpy(words+3, "musl-seal", 10);
	/* From word i of the descriptor to the page after. */
	for (i=0; i<4; i++) words[6+i] = PAGE-0x100-24-4*i + (i>1)*PAGE;
	memcpy(mem+0x100, words, sizeof words);
	PAGES_OF(&o, PAGE, R(page, page+PAGE));
	/* The same range by a segment, and a larger one. */
	ph[2] = (ElfW(Phdr))MUTABLE(0x1000+PAGE, PAGE);
	PAGES_OF(&o, PAGE, R(page, page+PAGE));
	ph[2] = (ElfW(Phdr))MUTABLE(0x1000, 4*PAGE);
	PAGES_OF(&o, PAGE, R(page-PAGE, page+3*PAGE));
	/* RELRO and code are none of a note's business, but a segment's. */
	ph[2] = (ElfW(Phdr)){ .p_type = PT_GNU_RELRO, .p_vaddr = 0x1000+2*PAGE,
		.p_memsz = PAGE };
	PAGES_OF(&o, PAGE, R(page, page+PAGE));
	ph[2].p_vaddr = 0x1000+PAGE;
	BAD_PAGES(&o);
	ph[2].p_vaddr = 0x1000;
	PAGES_OF(&o, PAGE, R(page, page+PAGE));
	ph[2].p_type = PT_NULL;
	ph[0].p_flags = RX;
	BAD_PAGES(&o);
	ph[0].p_flags = PF_R;
	BAD_PAGES(&o);
	ph[0].p_flags = RW;
	/* Only to the end of the segment's data. */
	ph[0].p_memsz = 2*PAGE;
	PAGES_OF(&o, PAGE, R(page, page+PAGE));
	ph[0].p_memsz--;
	BAD_PAGES(&o);
	ph[0].p_memsz = 4*PAGE;
	/* Not from an unreadable segment, nor from a property. */
	ph[0].p_flags = PF_W;
	NO_PAGES(&o);
	ph[0].p_flags = RW;
	ph[1].p_type = PT_GNU_PROPERTY;
	NO_PAGES(&o);
	ph[1].p_type = PT_NOTE;
	ph[1].p_filesz = 4*PAGE;
	NO_PAGES(&o);
	ph[1].p_filesz = sizeof words-1;
	BAD_PAGES(&o);
	ph[1].p_filesz = sizeof words;
	/* Outside of the object. */
	words[8] += 3*PAGE, words[9] += 3*PAGE;
	memcpy(mem+0x100, words, sizeof words);
	BAD_PAGES(&o);
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mutable_segments),
		cmocka_unit_test(bad_mutable_segments),
		cmocka_unit_test(many_mutable_segments),
		cmocka_unit_test(mutable_notes),
		cmocka_unit_test(usual),
		cmocka_unit_test(holes),
		cmocka_unit_test(two_writable),
		cmocka_unit_test(shared_page),
		cmocka_unit_test(relro_elsewhere),
		cmocka_unit_test(relro_of_header),
		cmocka_unit_test(relro_wraps),
		cmocka_unit_test(other_headers),
		cmocka_unit_test(too_many),
		cmocka_unit_test(levels),
		cmocka_unit_test(left_out),
		cmocka_unit_test(own_notes),
		cmocka_unit_test(marks),
	};
	return SUITE("object", tests);
}

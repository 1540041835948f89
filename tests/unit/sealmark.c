/* Tests of sealmark's changes, on files made here: of each class and byte
 * order, with and without room for program headers. */

#include "harness.h"
#include "edit.h"
#include "seal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- files ---------------------------------------------------------- */

enum { NONE = 0, MARK = 1, PROPERTY = 2, NULLS = 4, TIGHT = 8, NO_PHDR = 16,
	PAYLOAD = 32, EXEC = 64, NO_SECTIONS = 128, MUTABLE = 256,
	BIG_BSS = 512,
	BUILD_ID = 1024, USED_NULL = 2048, GAP = 4096, STRANGE = 8192 };

struct kind { int is64, big, machine; };
static const struct kind kinds[] = {
	{ 1, 0, EM_X86_64 }, { 1, 1, EM_S390 }, { 0, 0, EM_ARM },
	{ 0, 1, EM_PPC },
	{ 1, 0, EM_AARCH64 },
};
#define NKINDS (sizeof kinds/sizeof *kinds)
#define EACH_KIND(k) for (const struct kind *k=kinds; k<kinds+NKINDS; k++)

/* offsets in the file, and in memory from its base */
#define NOTES 0x600
#define TEXT 0x1000
#define DATA 0x2000
#define BSS 0x3000
#define FILE_SIZE 0x3000
#define SHDRS 0x2800

static struct image im;
static unsigned char *mine;
static size_t mine_n;

static void word(size_t at, uint32_t w) { PUT_WORD(&im, at, w); }

static void section(unsigned i, unsigned name, uint32_t type, uint64_t flags,
	uint64_t addr, uint64_t off, uint64_t size)
{
	size_t at = SHDRS + i*SIZE(&im, Shdr);
	PUT(&im, at, Shdr, sh_name, name);
	PUT(&im, at, Shdr, sh_type, type);
	PUT(&im, at, Shdr, sh_flags, flags);
	PUT(&im, at, Shdr, sh_addr, addr);
	PUT(&im, at, Shdr, sh_offset, off);
	PUT(&im, at, Shdr, sh_size, size);
}

static void make(const struct kind *k, int how)
{
	static const char names[] = "\0.rodata\0.text\0.data\0.bss\0.shstrtab";
	uint64_t base = how & EXEC ? 0x10000000 : 0;
	unsigned n = 0;
	struct elf_phdr ph[16];
	free(mine);
	mine_n = FILE_SIZE + (how & PAYLOAD ? 100 : 0);
	mine = calloc(1, mine_n);
	im = (struct image){ .p = mine, .n = mine_n, .form = { k->is64,
		k->big } };
	memcpy(mine, ELFMAG, SELFMAG);
	mine[EI_CLASS] = k->is64 ? ELFCLASS64 : ELFCLASS32;
	mine[EI_DATA] = k->big ? ELFDATA2MSB : ELFDATA2LSB;
	mine[EI_VERSION] = EV_CURRENT;
	size_t table = SIZE(&im, Ehdr), notes = NOTES;
	PUT(&im, 0, Ehdr, e_type, how & EXEC ? ET_EXEC : ET_DYN);
	PUT(&im, 0, Ehdr, e_machine, k->machine);
	PUT(&im, 0, Ehdr, e_version, 1);
	PUT(&im, 0, Ehdr, e_phoff, table);
	PUT(&im, 0, Ehdr, e_phentsize, SIZE(&im, Phdr));

	uint64_t ro = how & TIGHT ? TEXT : 0x700,
		rx = how & TIGHT ? 0x1000 : 0xf00;
	if (!(how & NO_PHDR))
		ph[n++] = (struct elf_phdr){ .type = PT_PHDR, .flags = PF_R,
			.offset = table, .vaddr = base+table,
			.paddr = base+table, .align = 8 };
	ph[n++] = (struct elf_phdr){ PT_LOAD, PF_R, 0, base, base, ro, ro, 0x1000 };
	ph[n++] = (struct elf_phdr){ PT_LOAD, PF_R|PF_X, TEXT, base+TEXT, base+TEXT,
		rx, rx, 0x1000 };
	ph[n++] = (struct elf_phdr){ PT_LOAD, PF_R|PF_W, DATA, base+DATA, base+DATA,
		0x400, how & BIG_BSS ? 0x100000 : 0x1800, 0x1000 };
	ph[n++] = (struct elf_phdr){ .type = PT_GNU_STACK, .flags = PF_R|PF_W };
	if (how & MARK) {
		memcpy(mine+notes+12, "musl-seal\0\0", 12);
		word(notes, 10), word(notes+4, 4), word(notes+8, 1),
			word(notes+24, 1);
		ph[n++] = (struct elf_phdr){ PT_NOTE, PF_R, notes, base+notes,
			base+notes, 28, 28, 4 };
	}
	if (how & PROPERTY) {
		size_t at = 0x640, p = at+16, pad = k->is64 ? 8 : 4;
		memcpy(mine+at+12, "GNU", 4);
		word(at, 4), word(at+8, NT_GNU_PROPERTY_TYPE_0);
		word(p, 1), word(p+4, pad);
		word(p+8+pad, 3);
		word(p+16+pad, 0xc0000002), word(p+20+pad, 4),
			word(p+24+pad, 3);
		size_t len = 24+2*pad;
		word(at+4, len);
		ph[n++] = (struct elf_phdr){ PT_NOTE, PF_R, at, base+at, base+at,
			16+len, 16+len, pad };
		ph[n] = ph[n-1];
		ph[n++].type = PT_GNU_PROPERTY;
	}
	if (how & (BUILD_ID|STRANGE)) {
		memcpy(mine+0x680+12, "GNU", 4);
		word(0x680, 4), word(0x684, 20),
			word(0x688, how & STRANGE ? 77 : 3);
		memset(mine+0x690, 'i', 20);
		ph[n++] = (struct elf_phdr){ PT_NOTE, PF_R, 0x680, base+0x680,
			base+0x680, 36, 36, 4 };
	}
	if (how & MUTABLE) ph[n++] = (struct elf_phdr){ .type = PT_GNU_MUTABLE,
		.vaddr = base+BSS, .memsz = 0x100, .align = 77 };
	if (how & NULLS) for (int i=0; i<2; i++) ph[n++] = (struct elf_phdr){ 0 };
	/* as tools leave headers that they remove */
	if (how & USED_NULL) ph[n++] = (struct elf_phdr){ .align = 1 };
	if (how & USED_NULL)
		ph[n++] = (struct elf_phdr){ PT_NULL, PF_R|PF_X, 0x123, 0x456,
			0x456, 0x78, 0x78, 32 };
	PUT(&im, 0, Ehdr, e_phnum, n);
	im.phnum = n;
	im.phoff = table;
	if (ph[0].type == PT_PHDR)
		ph[0].filesz = ph[0].memsz = n*SIZE(&im, Phdr);
	for (unsigned i=0; i<n; i++)
		elf_put_phdr(im.form, im.p+table+i*SIZE(&im, Phdr), ph+i);
	if (!(how & NO_SECTIONS)) {
		PUT(&im, 0, Ehdr, e_shoff, SHDRS);
		PUT(&im, 0, Ehdr, e_shentsize, SIZE(&im, Shdr));
		PUT(&im, 0, Ehdr, e_shnum, 6);
		PUT(&im, 0, Ehdr, e_shstrndx, 5);
		memcpy(mine+0x2700, names, sizeof names);
		size_t from = 0x6c0, len = 0x40;
		/* with no gap before it, or with one in the middle */
		if (how & TIGHT && !(how & GAP)) from = table+n*SIZE(&im, Phdr);
		if (how & TIGHT) len = TEXT-from;
		section(1, 1, SHT_PROGBITS, SHF_ALLOC, base+from, from, len);
		section(2, 9, SHT_PROGBITS, SHF_ALLOC, base+TEXT, TEXT, rx);
		section(3, 15, SHT_PROGBITS, SHF_ALLOC|SHF_WRITE, base+DATA,
			DATA, 0x400);
		section(4, 21, SHT_NOBITS, SHF_ALLOC|SHF_WRITE, base+BSS,
			DATA+0x400, 0x800);
		section(5, 26, SHT_STRTAB, 0, 0, 0x2700, sizeof names);
	}
	/* Contents, up to the end of the file. */
	memset(mine+TEXT, 0xcc, rx);
	memset(mine+DATA, 0xdd, 0x400);
	if (how & PAYLOAD) memset(mine+FILE_SIZE, 'p', 100);
	const char *error = image_open(&im, mine, mine_n);
	if (error) fail_msg("the file made here is wrong: %s", error);
}

/* ---- editing -------------------------------------------------------- */

static char said[1024];

static void say(const char *s) { snprintf(said, sizeof said, "%s", s); }

/* Like sealmark: read the bytes anew and make one edit. */
static const char *edit(struct edit e)
{
	unsigned char *old = im.p;
	said[0] = 0;
	const char *error = image_open(&im, im.p, im.n);
	if (!error) error = edit_apply(&im, &e, say);
	if (im.p != old) {
		free(old);
		mine = im.p;
	}
	mine_n = im.n;
	if (!error && (error = image_open(&im, im.p, im.n)))
		fail_msg("the result is damaged: %s", error);
	return error;
}
#define EDIT(...) do { \
	const char *error_ = edit((struct edit){ __VA_ARGS__ }); \
	if (error_) fail_msg("line %d: %s", __LINE__, error_); } while (0)
#define RANGES(...) .mutables = (const char *const[]){ __VA_ARGS__ }, \
	.nmutables = sizeof (const char *const[]){ __VA_ARGS__ } \
		/ sizeof(char *)

static struct state state(void)
{
	struct state st;
	const char *error = edit_state(&im, &st);
	if (error) fail_msg("state: %s", error);
	return st;
}

static unsigned char *copy_of(void)
{
	unsigned char *p = malloc(im.n);
	memcpy(p, im.p, im.n);
	return p;
}

/* Read the file with the loader's code: is all of [start, end) mutable
 * (nothing, if it is empty)? And, if this machine can read such notes, is it
 * marked? */
static void seen(uint64_t start, uint64_t end, int marked, int line)
{
	static struct seal_mutable m;
	ElfW(Phdr) ph[40];
	uint64_t vaddr = 0;
	size_t n = (im.n+65535) & -65536;
	int loads = 0;
	char *p = aligned_alloc(65536, n);
	memcpy(p, im.p, im.n);
	assert_true(im.phnum <= 40);
	for (unsigned i=0; i<im.phnum; i++) {
		struct elf_phdr h = image_phdr(&im, i);
		if (h.type == PT_LOAD && !loads++) vaddr = h.vaddr-h.offset;
		ph[i] = (ElfW(Phdr)){ .p_type = h.type, .p_flags = h.flags,
			.p_offset = h.offset, .p_vaddr = h.vaddr,
			.p_paddr = h.paddr,
			.p_filesz = h.filesz, .p_memsz = h.memsz,
			.p_align = h.align };
	}
	struct seal_object o = { .name = "made", .base = (uintptr_t)p-vaddr,
		.phdr = ph, .phnum = im.phnum, .phentsize = sizeof *ph };
	if (__seal_mutable(&m, &o, 4096))
		fail_msg("line %d: the loader finds it"
			" malformed", line);
	struct seal_range want = { o.base+start, o.base+end };
	if (start == end ? m.pages.n != 0 : !__seal_set_holds(&m.pages, want))
		fail_msg("line %d: wanted %llx-%llx mutable, got %zu ranges",
			line, (long long)start, (long long)end, m.pages.n);
	if (im.form.is64 && !im.form.big && __seal_marked(&o) != marked)
		fail_msg("line %d: wanted marked %d, got %d", line, marked,
			!marked);
	free(p);
}
#define SEEN(start, end, marked) seen(start, end, marked, __LINE__)

/* Check that a loader can use the file: its headers lie in a readable segment,
 * at the address that PT_PHDR and kernels before 5.18 give, and all that was
 * loaded before is loaded unchanged. */
static void sound(const unsigned char *was, size_t n)
{
	struct image old;
	struct elf_phdr first = { 0 };
	int found = 0;
	size_t table = im.phnum*SIZE(&im, Phdr);
	assert_null(image_open(&old, (unsigned char *)was, n));
	for (unsigned i=0; i<old.phnum && !first.type; i++)
		if (image_phdr(&old, i).type == PT_LOAD)
			first = image_phdr(&old, i);
	for (unsigned i=0; i<im.phnum; i++) {
		struct elf_phdr ph = image_phdr(&im, i);
		if (ph.type == PT_LOAD && ph.flags & PF_R
		    && im.phoff >= ph.offset
		    && im.phoff+table <= ph.offset+ph.filesz) {
			found = 1;
			assert_int_equal(ph.vaddr-ph.offset,
				first.vaddr-first.offset);
		}
		if (ph.type == PT_PHDR) {
			assert_int_equal(ph.offset, im.phoff);
			assert_int_equal(ph.vaddr,
				first.vaddr-first.offset+im.phoff);
			assert_int_equal(ph.filesz, table);
		}
	}
	assert_true(found);
	for (unsigned i=0; i<old.phnum; i++) {
		struct elf_phdr ph = image_phdr(&old, i);
		unsigned k;
		if (ph.type != PT_LOAD) continue;
		for (k=0; k<im.phnum; k++) {
			struct elf_phdr new = image_phdr(&im, k);
			if (new.type == PT_LOAD && new.vaddr == ph.vaddr
			    && new.offset == ph.offset && new.memsz >= ph.memsz
			    && new.filesz-ph.filesz == new.memsz-ph.memsz
			    && (new.memsz+4095)/4096 == (ph.memsz+4095)/4096
			    && new.flags == ph.flags) break;
		}
		assert_true(k < im.phnum);
		/* skip the headers */
		size_t from = ph.offset ? ph.offset : 0x600;
		assert_memory_equal(im.p+from, was+from,
			ph.offset+ph.filesz-from);
	}
}

static const int shapes[] = { NONE, EXEC, NULLS, TIGHT, TIGHT|EXEC,
	TIGHT|NO_PHDR,
	NO_SECTIONS, TIGHT|NO_SECTIONS, TIGHT|BIG_BSS, MARK, PROPERTY,
	MARK|PROPERTY|TIGHT, MUTABLE, MUTABLE|TIGHT, TIGHT|BUILD_ID, USED_NULL,
	TIGHT|GAP, TIGHT|GAP|EXEC|BUILD_ID };
#define EACH_SHAPE(s) for (size_t s=0; s<sizeof shapes/sizeof *shapes; s++)

/* For any edit of any file: it is found afterwards, repeating it changes
 * nothing, and --unmark restores the file exactly. */
static void there_and_back(void **st)
{
	(void)st;
	EACH_KIND(k) EACH_SHAPE(s) for (int what=1; what<32; what++) {
		struct edit e = { .mark = what & 1, .exempt = !!(what & 2),
			.off = !!(what & 8), .soft = !!(what & 16) };
		/* A library can't say off. */
		if (e.off && !(shapes[s] & EXEC)) continue;
		struct edit undo = { .unmark = 1,
			.mark = !!(shapes[s] & (MARK|PROPERTY)) };
		const char *data = shapes[s] & EXEC ? "10002000-10002010"
			: "2000-2010";
		e.mutables = &data;
		e.nmutables = !!(what & 4);
		make(k, shapes[s]);
		unsigned char *was = copy_of();
		size_t n = im.n;
		const char *error = edit(e);
		if (error) fail_msg("kind %d, shape %d, %d: %s", (int)(k-kinds),
			shapes[s], what, error);
		unsigned char *want = malloc(n);
		memcpy(want, was, n);
		/* The note that is there has room for it. */
		if (e.soft && shapes[s] & MARK) elf_put(im.form,
			want+NOTES+24, ELF_WORD,
			elf_get(im.form, want+NOTES+24, ELF_WORD)
			|SEAL_NOTE_SOFT);
		sound(want, n);
		free(want);
		struct state now = state();
		assert_int_equal(now.marked, what & 1 || undo.mark);
		assert_int_equal(now.off, e.off);
		assert_int_equal(now.soft, e.soft);
		if (!(shapes[s] & MUTABLE))
			assert_int_equal(now.n, !!(what & 6));
		unsigned char *once = copy_of();
		size_t once_n = im.n;
		assert_null(edit(e));
		assert_int_equal(im.n, once_n);
		assert_memory_equal(im.p, once, once_n);
		assert_null(edit(undo));
		if (!(shapes[s] & MUTABLE)) {
			if (im.n != n || memcmp(im.p, was, n))
				fail_msg("kind %d, shape %d, %d: not undone",
					(int)(k-kinds), shapes[s], what);
		}
		assert_int_equal(state().n, 0);
		assert_int_equal(state().off, 0);
		assert_int_equal(state().soft, 0);
		free(once);
		free(was);
	}
}

/* Single edits give the same as one edit of all. */
static void one_by_one(void **st)
{
	(void)st;
	EACH_KIND(k) EACH_SHAPE(s) {
		int exec = shapes[s] & EXEC;
		const char *a = exec ? "10000000-10000001" : "0-1";
		const char *b = exec ? "0x10003000-0x10003001"
			: "0x3000-0x3001";
		make(k, shapes[s]);
		EDIT(.mark = 1, RANGES(a, b));
		unsigned char *all = copy_of();
		size_t n = im.n, ranges = state().n;
		make(k, shapes[s]);
		EDIT(RANGES(a));
		EDIT(.mark = 1);
		EDIT(RANGES(b));
		/* Unused headers are taken only if they suffice. */
		if (!(shapes[s] & (NULLS|MUTABLE))) {
			assert_int_equal(im.n, n);
			assert_memory_equal(im.p, all, n);
		}
		assert_int_equal(state().marked, 1);
		assert_int_equal(state().n, ranges);
		free(all);
	}
}

/* With an unused program header or a gap, the file keeps its size. */
static void nothing_moves(void **st)
{
	(void)st;
	make(kinds, NULLS|TIGHT|PAYLOAD);
	size_t n = im.n, off = im.phoff;
	unsigned phnum = im.phnum;
	EDIT(.exempt = 1);
	assert_int_equal(im.n, n);
	assert_int_equal(im.phoff, off);
	assert_int_equal(im.phnum, phnum);
	make(kinds, PAYLOAD);
	n = im.n;
	EDIT(.exempt = 1, .mark = 1);
	assert_int_equal(im.n, n);
	assert_int_not_equal(im.phoff, off);
	make(kinds, TIGHT|PAYLOAD|MARK);
	EDIT(.unmark = 1);
	assert_int_equal(state().marked, 0);
}

/* Changed bytes must be in the headers or unused: those were 0, and neither
 * contents nor appended data. */
static void only_headers(const unsigned char *was, size_t n, int how)
{
	struct image old;
	assert_null(image_open(&old, (unsigned char *)was, n));
	size_t table = old.phoff + old.phnum*SIZE(&old, Phdr);
	if (memcmp(im.p+FILE_SIZE, was+FILE_SIZE, n-FILE_SIZE))
		fail_msg("shape %d: appended data was changed", how);
	for (size_t i=table; i<n; i++)
		if (im.p[i] != was[i]
		    && (was[i] || (i >= TEXT+0xf00 && i < TEXT+0x1000
		    && how & TIGHT) || (i >= DATA && i < DATA+0x400)))
			fail_msg("shape %d: byte %zx was changed", how, i);
}

/* A file with data at its end, found from its start, from its end or after the
 * sections: the data must stay in place and the file keep its size. */
static void appended(void **st)
{
	static const int with_room[] = { NONE, EXEC, NULLS, NO_SECTIONS,
		NULLS|TIGHT,
		USED_NULL|TIGHT, GAP|TIGHT, GAP|TIGHT|EXEC, BUILD_ID|TIGHT,
		BUILD_ID|TIGHT|NO_SECTIONS, BUILD_ID|TIGHT|NO_PHDR,
		PROPERTY|TIGHT,
		PROPERTY|BUILD_ID|TIGHT, TIGHT|EXEC, TIGHT|EXEC|NO_SECTIONS,
		BUILD_ID|USED_NULL|TIGHT|BIG_BSS };
	(void)st;
	EACH_KIND(k) for (size_t s=0; s<sizeof with_room/sizeof *with_room;
		s++) {
		int how = with_room[s] | PAYLOAD;
		uint64_t base = how & EXEC ? 0x10000000 : 0;
		for (int all=0; all<2; all++) {
			const char *text = how & EXEC ? "10001000-10002000"
				: "1000-2000";
			make(k, how);
			unsigned char *was = copy_of();
			size_t n = im.n;
			int marked = state().marked;
			const char *error = edit((struct edit){ .exempt = all,
				.mutables = &text, .nmutables = !all });
			if (error) fail_msg("kind %d, shape %d: %s",
				(int)(k-kinds), how, error);
			assert_int_equal(im.n, n);
			only_headers(was, n, how);
			assert_int_equal(GET(&im, 0, Ehdr, e_shoff),
				how & NO_SECTIONS ? 0 : SHDRS);
			if (all || image_page(&im) == 4096)
				SEEN(base+TEXT, base+TEXT+0x1000, marked);
			/* again, and with another range */
			unsigned char *once = copy_of();
			EDIT(.exempt = all, .mutables = &text,
				.nmutables = !all);
			assert_memory_equal(im.p, once, n);
			EDIT(.exempt = 1);
			SEEN(base, base+TEXT+0x1000, marked);
			assert_int_equal(state().n, 1);
			EDIT(.unmark = 1, .mark = marked);
			assert_int_equal(im.n, n);
			assert_memory_equal(im.p, was, n);
			SEEN(0, 0, marked);
			free(once);
			free(was);
		}
	}
}

/* No room: an error, and with --append the change goes behind the data. */
static void behind_the_data(void **st)
{
	static const int full[] = { TIGHT, TIGHT|NO_PHDR, TIGHT|NO_SECTIONS,
		TIGHT|MARK, TIGHT|STRANGE };
	(void)st;
	EACH_KIND(k) for (size_t s=0; s<sizeof full/sizeof *full; s++)
		for (int mark=0; mark<2; mark++) {
			int how = full[s] | PAYLOAD;
			make(k, how);
			unsigned char *was = copy_of();
			size_t n = im.n;
			int marked = state().marked;
			const char *error = edit((struct edit){ .exempt = 1,
				.mark = mark });
			if (!error || !strstr(error, "--append"))
				fail_msg("kind %d, shape %d: wanted a word of"
					" --append, got %s", (int)(k-kinds),
					how, error ? error : "no error");
			make(k, how);
			EDIT(.exempt = 1, .mark = mark, .append = 1);
			assert_true(im.n > n);
			only_headers(was, n, how);
			SEEN(0, TEXT+0x1000, marked|mark);
			/* Later edits need no --append. */
			EDIT(.mark = 1);
			SEEN(0, TEXT+0x1000, 1);
			EDIT(.unmark = 1, .mark = marked);
			assert_int_equal(im.n, n);
			assert_memory_equal(im.p, was, n);
			free(was);
		}
	/* A mark needs a note, and a lent header has no room for one. */
	make(kinds, TIGHT|PAYLOAD|BUILD_ID);
	unsigned char *was = copy_of();
	size_t n = im.n;
	EDIT(.exempt = 1);
	assert_non_null(edit((struct edit){ .mark = 1 }));
	memcpy(im.p, was, n);
	EDIT(.exempt = 1);
	EDIT(.mark = 1, .append = 1);
	SEEN(0, TEXT+0x1000, 1);
	EDIT(.unmark = 1);
	assert_int_equal(im.n, n);
	assert_memory_equal(im.p, was, n);
	free(was);
}

/* Data that starts with zeros right after a segment, in a file without
 * sections: its start is unknown. */
static void zeros_first(void **st)
{
	(void)st;
	EACH_KIND(k) {
		make(k, TIGHT|NO_SECTIONS|PAYLOAD|BUILD_ID);
		for (unsigned i=0; i<im.phnum; i++) {
			struct elf_phdr ph = image_phdr(&im, i);
			if (ph.type != PT_LOAD || !(ph.flags & PF_W)) continue;
			ph.flags = PF_R;
			ph.memsz = ph.filesz;
			elf_put_phdr(im.form, im.p+im.phoff+i*SIZE(&im, Phdr), &ph);
		}
		unsigned char *was = copy_of();
		size_t n = im.n;
		EDIT(.exempt = 1);
		assert_int_equal(im.n, n);
		if (memcmp(im.p+DATA, was+DATA, n-DATA))
			fail_msg("appended zeros were changed");
		SEEN(0, TEXT+0x1000, 0);
		free(was);
	}
}

static unsigned count(uint32_t type)
{
	unsigned n = 0;
	for (unsigned i=0; i<im.phnum; i++)
		n += image_phdr(&im, i).type == type;
	return n;
}

/* Headers that nobody misses are lent first. */
static void lent(void **st)
{
	(void)st;
	make(kinds, TIGHT|PAYLOAD|PROPERTY|BUILD_ID);
	EDIT(.exempt = 1);
	assert_int_equal(count(PT_NOTE), 1);
	assert_int_equal(count(PT_GNU_PROPERTY), 1);
	assert_string_equal(said, "");
	make(kinds, TIGHT|PAYLOAD|EXEC|BUILD_ID);
	EDIT(.exempt = 1);
	assert_int_equal(count(PT_NOTE), 1);
	assert_int_equal(count(PT_PHDR), 0);
	assert_string_equal(said, "");
	/* A position-independent program needs its PT_PHDR. */
	make(kinds, TIGHT|PAYLOAD|BUILD_ID);
	EDIT(.exempt = 1);
	assert_int_equal(count(PT_NOTE), 0);
	assert_int_equal(count(PT_PHDR), 1);
	assert_non_null(strstr(said, "build ID"));
	/* Nothing is lent if there is room. */
	make(kinds, PAYLOAD|PROPERTY|BUILD_ID);
	EDIT(.exempt = 1);
	assert_int_equal(count(PT_NOTE), 2);
	make(kinds, TIGHT|PROPERTY|BUILD_ID);
	EDIT(.exempt = 1);
	assert_int_equal(count(PT_NOTE), 2);
	/* Two ranges take two headers. */
	make(kinds, TIGHT|PAYLOAD|PROPERTY|BUILD_ID);
	EDIT(RANGES("0-1", "2000-2001"));
	assert_int_equal(count(PT_GNU_MUTABLE), 2);
	assert_int_equal(count(PT_NOTE), 0);
	/* A linker's own PT_GNU_MUTABLE was not lent, and is removed. */
	make(kinds, MUTABLE|TIGHT|PAYLOAD);
	EDIT(.unmark = 1);
	assert_int_equal(count(PT_GNU_MUTABLE), 0);
	assert_int_equal(count(PT_NULL), 1);
}

static void marks(void **st)
{
	(void)st;
	EACH_KIND(k) {
		make(k, MARK);
		unsigned char *was = copy_of();
		assert_int_equal(state().marked, 1);
		EDIT(.mark = 1);
		assert_memory_equal(im.p, was, im.n);
		EDIT(.unmark = 1);
		assert_int_equal(state().marked, 0);
		EDIT(.mark = 1);
		assert_memory_equal(im.p, was, im.n);
		free(was);
		/* The property is removed and restored; its neighbours stay. */
		make(k, PROPERTY);
		was = copy_of();
		EDIT(.unmark = 1);
		assert_int_equal(state().marked, 0);
		size_t p = 0x640+16, pad = k->is64 ? 8 : 4;
		assert_int_equal(GET_WORD(&im, p), 1);
		assert_int_equal(GET_WORD(&im, p+8+pad), 0xc0000002);
		assert_int_equal(GET_WORD(&im, p+16+pad), 3);
		EDIT(.unmark = 1, .mark = 1);
		assert_memory_equal(im.p, was, im.n);
		free(was);
	}
}

static void want_range(size_t n, uint64_t start, uint64_t end, int line)
{
	struct state now = state();
	if (now.n <= n || now.r[n].start != start || now.r[n].end != end)
		fail_msg("line %d: wanted %llx-%llx, got %zu ranges, %llx-%llx",
			line, (long long)start, (long long)end, now.n,
			(long long)now.r[n].start, (long long)now.r[n].end);
}
#define WANT_RANGE(n, s, e) want_range(n, s, e, __LINE__)

static void ranges(void **st)
{
	(void)st;
	make(kinds, NONE);
	EDIT(RANGES(".data"));
	WANT_RANGE(0, 0x2000, 0x3000);
	assert_string_equal(said, "");
	/* Other sections on the page are named. */
	make(kinds, NONE);
	EDIT(RANGES(".rodata"));
	WANT_RANGE(0, 0, 0x1000);
	make(kinds, NONE);
	EDIT(RANGES("2100-2101"));
	WANT_RANGE(0, 0x2000, 0x3000);
	assert_non_null(strstr(said, ".data"));
	/* A range ends at the end of the loaded bytes. */
	EDIT(.unmark = 1, RANGES(".bss"));
	WANT_RANGE(0, 0x3000, 0x3800);
	/* Adjacent ranges are merged. */
	EDIT(RANGES(".data"));
	WANT_RANGE(0, 0x2000, 0x3800);
	assert_int_equal(state().n, 1);
	/* A large page, only partly in the object. */
	make(kinds+2, EXEC);
	EDIT(RANGES(".data"));
	WANT_RANGE(0, 0x10000000, 0x10003800);
	static const char *const bad[] = { "", ".nothing", "2000-2000",
		"3000-2000",
		"2000", "2000-", "-2000", "2000--1", "2000-4000",
		"0-ffffffffffffffff",
		"fffffffffffff000-ffffffffffffffff", "10000-11000", "zzzz-2000",
		".shstrtab", "2000-3000x", ".data-.bss" };
	for (size_t i=0; i<sizeof bad/sizeof *bad; i++) {
		make(kinds, NONE);
		struct edit e = { .mutables = bad+i, .nmutables = 1 };
		const char *error = edit(e);
		if (!error && strcmp(bad[i], "2000-4000"))
			fail_msg("\"%s\" was taken", bad[i]);
	}
	make(kinds, NO_SECTIONS);
	assert_non_null(edit((struct edit){ RANGES(".data") }));
}

static void too_many(void **st)
{
	const char *args[100];
	char text[100][32];
	size_t i;
	(void)st;
	for (i=0; i<100; i++) {
		snprintf(text[i], 32, "%zx-%zx", 0x4000+i*0x2000,
			0x4001+i*0x2000);
		args[i] = text[i];
	}
	make(kinds, BIG_BSS);
	EDIT(.mutables = args, .nmutables = 60);
	assert_int_equal(state().n, 60);
	assert_true(im.phnum*SIZE(&im, Phdr) <= 4096);
	make(kinds, BIG_BSS);
	assert_non_null(edit((struct edit){ .mutables = args,
		.nmutables = 65 }));
}

/* Changes by another tool after sealmark must not be lost. */
static void changed_since(void **st)
{
	(void)st;
	for (int how=0; how<=TIGHT; how+=TIGHT) {
		make(kinds, how);
		EDIT(.exempt = 1, .mark = 1);
		struct elf_phdr ph = image_phdr(&im, 4);
		ph.align ^= 16;
		ph.flags ^= 1;
		unsigned i;
		for (i=0; image_phdr(&im, i).type != PT_GNU_STACK; i++);
		ph = image_phdr(&im, i);
		ph.flags ^= PF_X;
		elf_put_phdr(im.form, im.p+im.phoff+i*SIZE(&im, Phdr), &ph);
		assert_non_null(edit((struct edit){ .unmark = 1 }));
		/* The record itself. */
		for (size_t b=24; b<56; b++) {
			make(kinds, how);
			EDIT(.exempt = 1);
			im.p[im.phoff-56+b] ^= 0x41;
			const char *error = edit((struct edit){ .unmark = 1 });
			/* A file that ended with zeros looks like one that had
			 * a hole after it. */
			if (!error && b >= 28 && !(how && b == 40))
				fail_msg("byte %zu was taken", b);
		}
	}
}

static void not_ours(void **st)
{
	static const struct { size_t at; unsigned char to; } bad[] = {
		{ 0, 0 }, { EI_CLASS, 0 }, { EI_CLASS, 3 }, { EI_DATA, 0 },
		{ EI_DATA, 2 }, { EI_VERSION, 2 }, { 16, ET_REL },
		{ 16, ET_CORE },
		{ 54, 32 }, { 56, 0 }, { 33, 0xff },
	};
	size_t i;
	(void)st;
	for (i=0; i<sizeof bad/sizeof *bad; i++) {
		make(kinds, NONE);
		mine[bad[i].at] = bad[i].to;
		if (!image_open(&im, mine, mine_n))
			fail_msg("bad[%zu] was taken", i);
	}
}

/* Cut at random, with random bytes changed: there must be a result and no
 * crash, and a file that could be edited can be edited again. The buffer has
 * exactly the file's length, for the sanitizers. */
static void damaged(void **st)
{
	(void)st;
	srand(7);
	for (int i=0; i<20000; i++) {
		make(kinds + i%NKINDS,
			shapes[rand() % (sizeof shapes/sizeof *shapes)]);
		if (i % 3 == 0)
			edit((struct edit){ .exempt = 1, .mark = rand()%2 });
		size_t n = i % 2 ? (size_t)rand() % (im.n+1) : im.n;
		unsigned char *p = malloc(n ? n : 1);
		memcpy(p, im.p, n);
		free(mine);
		mine = p;
		for (int k=rand()%8; k && n; k--) {
			/* mostly in the headers */
			size_t lim = rand()%4 ? 0x680 : n;
			p[rand() % (lim < n ? lim : n)] = rand()%3 ? rand()
				: 0xff;
		}
		if (image_open(&im, p, n)) continue;
		if (!edit((struct edit){ .mark = 1, RANGES(".data") }))
			EDIT(.exempt = 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(one_by_one),
		cmocka_unit_test(nothing_moves),
		cmocka_unit_test(appended),
		cmocka_unit_test(behind_the_data),
		cmocka_unit_test(zeros_first),
		cmocka_unit_test(lent),
		cmocka_unit_test(marks),
		cmocka_unit_test(ranges),
		cmocka_unit_test(too_many),
		cmocka_unit_test(changed_since),
		cmocka_unit_test(not_ours),
		cmocka_unit_test(damaged),
	};
	int r = SUITE("sealmark (unit)", tests);
	free(mine);
	return r;
}

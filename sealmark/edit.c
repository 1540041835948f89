#define _GNU_SOURCE
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "edit.h"
#include "seal_note.h"

/* How it works. A mark that exists as a note is a bit that is set or cleared in
 * place. A range takes a program header: an unused one (PT_NULL) if there is
 * one. Otherwise the table is copied to a place where it can grow, a *block*:
 *
 *	record	offset and size of the old table
 *	table	the old headers and the new ones
 *	note	our mark, if the file had none to set
 *
 * The block goes after a segment that is not writable and ends short of its
 * page, or between two of its sections, if the bytes there are unused. Then
 * nothing in the file moves and its size stays the same. Otherwise the block
 * goes to the end, with a segment of its own. The distance between file offset
 * and address of that segment is that of the first one, because kernels before
 * 5.18 compute AT_PHDR from it. To keep the segment clear of .bss this may
 * leave a hole in the file.
 *
 * A program may find data appended to its file by the distance from the end, so
 * nothing is put behind such data unless asked. If a file has such data and no
 * unused bytes, it *lends* a header that neither kernel nor loader reads: two
 * of its fields hold the range, the others keep the old header.
 *
 * The old table is left in place, so --unmark restores the file exactly. A file
 * that has a block is first restored, then changed. */

#define OWNER SEAL_NOTE_OWNER
#define RECORD_VERSION 1
#define DESC 24			/* offset in notes of OWNER */
#define RECORD_SIZE 56
#define MARK_SIZE 28

/* A property from the range for users, which no linker makes. A seal property
 * that is taken away becomes this one, so nothing has to move. */
#define PROPERTY_PARKED 0xfd6d7573

/* Linux rejects a larger table of program headers. */
#define TABLE_MAX 4096

#ifndef HOLE_MAX
#define HOLE_MAX ((uint64_t)1<<30)	/* bytes; the fuzzer sets less */
#endif

static const char *failed(const char *fmt, ...)
{
	static char message[256];
	va_list ap;
	va_start(ap, fmt);
	vsnprintf(message, sizeof message, fmt, ap);
	va_end(ap);
	return message;
}

/* Notes and properties ----------------------------------------------------- */

static int named(const struct image *im, const struct elf_note *t,
	const char *s)
{
	return elf_named(im->p, t, s);
}

/* Call f for each note until it returns nonzero. Returns that value. */
static int each_note(struct image *im,
	int (*f)(struct image *, const struct elf_note *,
	const struct elf_phdr *, void *), void *arg)
{
	int r = 0;
	for (unsigned i=0; i<im->phnum && !r; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type != PT_NOTE && ph.type != PT_GNU_PROPERTY) continue;
		size_t pos = ph.offset;
		struct elf_note t;
		while (!r
		    && elf_note(im->form, im->p, &pos, ph.offset+ph.filesz,
		    ph.align, &t))
			r = f(im, &t, &ph, arg);
	}
	return r;
}

/* The offset of the property of this type in note t if *found is set, else the
 * offset at which to insert it. 0 if the properties are malformed. */
static size_t property(const struct image *im, const struct elf_note *t,
	uint32_t type, int *found)
{
	size_t at = t->desc, end = at+t->descsz, next = at, place = 0;
	struct elf_property q;
	*found = 0;
	for (; elf_property(im->form, im->p, &next, end, &q); at = next) {
		if (q.type == type && !q.size) {
			*found = 1;
			return at;
		}
		if (q.type > type && !place) place = at;
	}
	return at != end ? 0 : place ? place : end;
}

/* Move the property at from, which has no data, to to and change its type. */
static void move_property(struct image *im, size_t from, size_t to,
	uint32_t type)
{
	if (to > from) {
		to -= 8;
		memmove(im->p+from, im->p+from+8, to-from);
	} else {
		memmove(im->p+to+8, im->p+to, from-to);
	}
	PUT_WORD(im, to, type);
	PUT_WORD(im, to+4, 0);
}

struct marking { uint32_t bit; int on, change, found; };

/* Look for a bit of SEAL_NOTE_TYPE, also one that was taken away, and set or
 * clear it if m->change. The mark may be a property too. */
static int mark_note(struct image *im, const struct elf_note *t,
	const struct elf_phdr *ph, void *arg)
{
	struct marking *m = arg;
	int parked, here;
	(void)ph;
	if (t->type == SEAL_NOTE_TYPE && t->descsz >= 4
	    && named(im, t, OWNER)) {
		uint32_t w = GET_WORD(im, t->desc);
		if (m->change)
			PUT_WORD(im, t->desc, m->on ? w|m->bit : w & ~m->bit);
		m->found |= m->change || (w & m->bit);
	}
	if (m->bit != SEAL_NOTE_DATA) return 0;
	if (t->type != NT_GNU_PROPERTY_TYPE_0 || !named(im, t, "GNU")) return 0;
	size_t seal = property(im, t, GNU_PROPERTY_MEMORY_SEAL, &here);
	size_t park = property(im, t, PROPERTY_PARKED, &parked);
	if (!m->change) {
		m->found |= here;
	} else if (m->on && parked && seal) {
		move_property(im, park, seal, GNU_PROPERTY_MEMORY_SEAL);
		m->found = 1;
	} else if (!m->on && here) {
		if (!park) return 1;
		move_property(im, seal, park, PROPERTY_PARKED);
	}
	return 0;
}

static int has_bit(const struct image *im, uint32_t bit)
{
	struct image copy = *im;
	struct marking m = { .bit = bit };
	each_note(&copy, mark_note, &m);
	return m.found;
}

/* Set a bit in the notes of the file or, if none of them has room for it, in
 * *note, the bits of the note that the block is to have. */
static void set_bit(struct image *im, uint32_t bit, uint32_t *note)
{
	struct marking m = { .bit = bit, .on = 1, .change = 1 };
	if (*note & bit || has_bit(im, bit)) return;
	each_note(im, mark_note, &m);
	if (!m.found) *note |= bit;
}

/* Returns nonzero if the properties are malformed. */
static int clear_bits(struct image *im)
{
	struct marking mark = { .bit = SEAL_NOTE_DATA, .change = 1 };
	struct marking others = { .bit = SEAL_NOTE_OFF|SEAL_NOTE_SOFT,
		.change = 1 };
	return each_note(im, mark_note, &mark)
		| each_note(im, mark_note, &others);
}

static int add_mutable_note(struct image *im, const struct elf_note *t,
	const struct elf_phdr *ph, void *arg)
{
	struct state *st = arg;
	uint64_t a[4], at = ph->vaddr + (t->desc-ph->offset);
	if (t->type != SEAL_NOTE_MUTABLE || !named(im, t, OWNER)
	    || t->descsz != 16 || ph->type != PT_NOTE)
		return 0;
	for (int i=0; i<4; i++)
		a[i] = at+4*i + (uint64_t)(int64_t)(int32_t)
			GET_WORD(im, t->desc+4*i);
	for (size_t i=0; i<st->nnotes; i++)
		if (st->note[i].start == a[1]) return 0;
	if (a[1] < a[2] && a[2] <= a[3] && st->nnotes < MAX_RANGES)
		st->note[st->nnotes++] = (struct range){ a[1], a[3] };
	return 0;
}

/* Ranges ------------------------------------------------------------------- */

static int by_start(const void *a, const void *b)
{
	const struct range *x = a, *y = b;
	return (x->start > y->start) - (x->start < y->start);
}

/* Sort the ranges and merge those that overlap or touch. */
static void join(struct state *st)
{
	size_t n = 0;
	qsort(st->r, st->n, sizeof *st->r, by_start);
	for (size_t i=0; i<st->n; i++) {
		if (!n || st->r[i].start > st->r[n-1].end)
			st->r[n++] = st->r[i];
		else if (st->r[i].end > st->r[n-1].end)
			st->r[n-1].end = st->r[i].end;
	}
	st->n = n;
}

static int add_range(struct state *st, struct range r)
{
	if (st->n == MAX_RANGES) join(st);
	if (st->n == MAX_RANGES) return -1;
	st->r[st->n++] = r;
	return 0;
}

const char *edit_state(const struct image *im, struct state *st)
{
	struct image copy = *im;
	*st = (struct state){ .marked = has_bit(im, SEAL_NOTE_DATA),
		.off = has_bit(im, SEAL_NOTE_OFF),
		.soft = has_bit(im, SEAL_NOTE_SOFT) };
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type != PT_GNU_MUTABLE || !ph.memsz) continue;
		if (ph.vaddr+ph.memsz < ph.vaddr)
			return "a mutable range of it makes no sense";
		if (add_range(st,
		    (struct range){ ph.vaddr, ph.vaddr+ph.memsz }))
			return "it has too many mutable ranges";
	}
	qsort(st->r, st->n, sizeof *st->r, by_start);
	each_note(&copy, add_mutable_note, st);
	return 0;
}

/* From the first loaded byte to the last. */
static struct range span(const struct image *im)
{
	struct range s = { UINT64_MAX, 0 };
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type != PT_LOAD || !ph.memsz) continue;
		if (ph.vaddr < s.start) s.start = ph.vaddr;
		if (ph.vaddr+ph.memsz > s.end) s.end = ph.vaddr+ph.memsz;
	}
	return s;
}

/* Does the file load a byte on the pages of r? */
static int loads(const struct image *im, struct range r)
{
	uint64_t page = image_page(im);
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type == PT_LOAD && ph.memsz
		    && ph.vaddr <= ((r.end-1) | (page-1))
		    && ph.vaddr+(ph.memsz-1) >= (r.start & -page))
			return 1;
	}
	return 0;
}

static int find_section(const struct image *im, const char *name,
	struct range *r)
{
	int found = 0;
	for (unsigned i=0; i<image_sections(im); i++) {
		struct section s = image_section(im, i);
		if (strcmp(s.name, name) || !(s.flags & SHF_ALLOC)
		    || (s.flags & SHF_TLS && s.type == SHT_NOBITS))
			continue;
		if (found++) return -1;
		*r = (struct range){ s.addr, s.addr+s.size };
	}
	return found;
}

/* START-END, with or without 0x, as in /proc/PID/maps. */
static int parse_range(const char *s, struct range *r)
{
	char *end;
	if (strspn(s, "0123456789abcdefABCDEFxX-") != strlen(s) || *s == '-')
		return -1;
	r->start = strtoull(s, &end, 16);
	if (*end != '-' || end[1] == '-' || !end[1]) return -1;
	r->end = strtoull(end+1, &end, 16);
	return *end ? -1 : 0;
}

/* Name the sections that lie in the part of wide outside of r. */
static void tell_widened(const struct image *im, const char *what,
	struct range r, struct range wide, void (*say)(const char *))
{
	char others[512] = "";
	for (unsigned i=0; i<image_sections(im); i++) {
		struct section s = image_section(im, i);
		uint64_t end = s.addr+s.size;
		if (!(s.flags & SHF_ALLOC) || !s.size || (s.flags & SHF_TLS
		    && s.type == SHT_NOBITS)) continue;
		int before = wide.start < r.start && s.addr < r.start
			&& end > wide.start;
		int behind = wide.end > r.end && s.addr < wide.end
			&& end > r.end;
		if ((before || behind)
		    && strlen(others)+strlen(s.name)+2 < sizeof others) {
			strcat(others, " ");
			strcat(others, s.name);
		}
	}
	if (*others)
		say(failed("%.100s is widened to whole pages, and takes in parts"
			" of%.140s", what, others));
}

static const char *add_mutable(const struct image *im, struct state *st,
	const char *what, void (*say)(const char *))
{
	uint64_t page = image_page(im);
	struct range s = span(im), r, wide;
	int n = find_section(im, what, &r);
	if (n < 0)
		return failed("more than one section is called %.100s", what);
	if (!n && parse_range(what, &r))
		return failed("no section that is loaded is called %.100s",
			what);
	if (r.start >= r.end) return failed("%.100s is empty", what);
	/* Accept all pages that the loader counts to the object. */
	if (r.start < (s.start & -page) || r.end-1 > ((s.end-1) | (page-1)))
		return failed("%.100s is not in what the file loads, %llx-%llx",
			what,
			(unsigned long long)s.start, (unsigned long long)s.end);
	if (!loads(im, r))
		return failed("%.100s is between segments: the file loads"
			" nothing there", what);
	wide.start = r.start & -page;
	wide.end = ((r.end-1) | (page-1)) + 1;
	if (wide.start < s.start) wide.start = s.start;
	if (wide.end > s.end || !wide.end) wide.end = s.end;
	tell_widened(im, what, r, wide, say);
	if (add_range(st, wide)) return "that is too many mutable ranges";
	return 0;
}

/* The block ---------------------------------------------------------------- */

static void put_owner(struct image *im, size_t at, uint32_t descsz,
	uint32_t type)
{
	PUT_WORD(im, at, sizeof OWNER);
	PUT_WORD(im, at+4, descsz);
	PUT_WORD(im, at+8, type);
	memcpy(im->p+at+12, OWNER "\0\0", DESC-12);
}

#define WIDE(off) (struct elf_field){ off, 8 }

/* Is there a record of ours before the table? */
static int has_record(const struct image *im)
{
	size_t at = im->phoff-RECORD_SIZE;
	return im->phoff >= SIZE(im, Ehdr)+RECORD_SIZE
		&& GET_WORD(im, at) == sizeof OWNER
		&& GET_WORD(im, at+4) == RECORD_SIZE-DESC
		&& GET_WORD(im, at+8) == SEAL_NOTE_RECORD
		&& !memcmp(im->p+at+12, OWNER "\0\0", DESC-12)
		&& GET_WORD(im, at+DESC) == RECORD_VERSION;
}

/* Restore a file that has a record. */
static const char *revert(struct image *im, uint32_t *note)
{
	size_t at = im->phoff-RECORD_SIZE, desc = at+DESC;
	uint64_t phnum = GET_WORD(im, desc+4);
	uint64_t phoff = elf_get(im->form, im->p+desc, WIDE(8));
	uint64_t size = elf_get(im->form, im->p+desc, WIDE(16));
	uint64_t len = elf_get(im->form, im->p+desc, WIDE(24));
	uint64_t table = phnum*SIZE(im, Phdr);
	const char *wrong =
		"sealmark was here, but its record makes no sense";
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type == PT_NOTE && ph.offset >= at && ph.offset-at < len
		    && ph.filesz >= MARK_SIZE && ph.offset < im->n
		    && MARK_SIZE <= im->n-ph.offset)
			*note = GET_WORD(im, ph.offset+DESC);
	}
	if (phnum >= PN_XNUM || phoff > at || table > at-phoff || size > at
	    || len > im->n-at || len < RECORD_SIZE)
		return wrong;
	PUT(im, 0, Ehdr, e_phoff, phoff);
	PUT(im, 0, Ehdr, e_phnum, phnum);
	if (size) im->n = size;
	else memset(im->p+at, 0, len);
	return image_open(im, im->p, im->n) ? wrong : 0;
}

struct block {
	uint64_t off, len;	/* in the file */
	struct elf_phdr *ph;	/* the new table */
	unsigned n;
	uint32_t note;		/* the bits of our own note; 0 for none */
	int inside;		/* it lies inside a segment */
	int own;		/* it has a segment of its own */
	/* the segment that it extends, or follows in the table */
	unsigned load;
};

static unsigned last_load(const struct image *im, struct elf_phdr *first)
{
	unsigned last = 0, n = 0;
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type != PT_LOAD) continue;
		if (!n++) *first = ph;
		last = i;
	}
	return last;
}

/* Can segment ph hold the headers at the address where programs look for
 * them? */
static int can_hold(const struct elf_phdr *ph, const struct elf_phdr *first)
{
	return ph->type == PT_LOAD && !(ph->flags & PF_W) && ph->flags & PF_R
		&& ph->vaddr-ph->offset == first->vaddr-first->offset
		&& (ph->vaddr-ph->offset) % 4096 == 0;
}

/* Find room in the rest of a segment's last page, which is mapped with it. The
 * page size is taken as 4096, the smallest, which is safe for all others. */
static int find_cave(const struct image *im, struct block *b)
{
	struct elf_phdr first;
	unsigned last = last_load(im, &first);
	for (int exec=0; exec<2; exec++) for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (!can_hold(&ph, &first) || !!(ph.flags & PF_X) != exec
		    || ph.filesz != ph.memsz || !ph.filesz)
			continue;
		uint64_t end = ph.offset+ph.filesz, limit = (end+4095) & -4096;
		uint64_t off = (end+7) & -8, top = off+b->len;
		uint64_t last_addr = im->form.is64 ? UINT64_MAX : UINT32_MAX;
		if (top > limit || ph.vaddr > last_addr-(top-ph.offset))
			continue;
		if (i < last) {
			unsigned next = i+1;
			while (image_phdr(im, next).type != PT_LOAD) next++;
			if (image_phdr(im, next).vaddr
			    < ph.vaddr+(top-ph.offset))
				continue;
		}
		if (image_room(im, end, 0) < top-end) continue;
		b->off = off;
		b->load = i;
		return 1;
	}
	return 0;
}

/* Find room between two sections of a segment, where a linker left padding. The
 * segment already covers it. */
static int find_gap(const struct image *im, struct block *b)
{
	struct elf_phdr first;
	unsigned n = image_sections(im);
	last_load(im, &first);
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (!can_hold(&ph, &first)) continue;
		uint64_t stop = ph.offset+ph.filesz;
		/* k == n: behind the table of program headers */
		for (unsigned k=0; k<=n && n; k++) {
			uint64_t end = im->phoff + im->phnum*SIZE(im, Phdr);
			if (k < n) {
				struct section s = image_section(im, k);
				if (!(s.flags & SHF_ALLOC)
				    || s.type == SHT_NOBITS)
					continue;
				end = s.offset+s.size;
			}
			uint64_t off = (end+7) & -8, top = off+b->len;
			/* the last gap of a segment may be cut off, as by
			 * strip */
			if (end < ph.offset || top > stop || top < end)
				continue;
			uint64_t room = image_room(im, end, 1);
			if (room < top-end || end+room >= stop) continue;
			b->off = off;
			b->inside = 1;
			return 1;
		}
	}
	return 0;
}

/* Find room at the end of the file; with append, behind any data. */
static const char *find_end(const struct image *im, struct block *b, int append)
{
	struct elf_phdr first;
	uint64_t page = image_page(im), end = image_end(im);
	b->load = last_load(im, &first);
	b->own = 1;
	b->len += SIZE(im, Phdr);
	uint64_t delta = first.vaddr-first.offset;
	uint64_t limit = im->form.is64 ? (uint64_t)1<<63 : UINT32_MAX;
	if (!append && end != im->n && !image_room(im, end, 0))
		return "no room inside the file, and data is appended to it; if"
			" the program does not look for that data from the end"
			" of the file, --append puts the change behind it";
	if (delta % page) page = 4096;
	if (delta % page)
		return "no room for a program header, and its first segment"
			" is at an odd place";
	uint64_t off = (im->n+page-1) & -page, top = span(im).end;
	if (top > limit-page || off > limit-page)
		return "no room for a program header";
	top = (top+page-1) & -page;
	/* memory below the first segment is never in the way */
	if (delta < (uint64_t)1<<63 ? top > delta && top-delta > off
	    : top-delta > off)
		off = top-delta;
	if (off-im->n > HOLE_MAX || off+delta > limit-b->len)
		return "no room for a program header behind its segments";
	b->off = off;
	return 0;
}

static const char *put_block(struct image *im, struct block *b)
{
	struct elf_phdr first;
	uint64_t old_size = im->n;
	last_load(im, &first);
	if (b->own) {
		unsigned char *p = calloc(1, b->off+b->len);
		if (!p) return "out of memory";
		memcpy(p, im->p, im->n);
		im->hole = im->n;
		im->hole_end = b->off;
		im->p = p;
		im->n = b->off+b->len;
		struct elf_phdr own = { PT_LOAD, PF_R, b->off,
			b->off+first.vaddr-first.offset,
			b->off+first.vaddr-first.offset, b->len, b->len,
			image_page(im) };
		if ((own.vaddr-own.offset) % own.align) own.align = 4096;
		memmove(b->ph+b->load+2, b->ph+b->load+1,
			(b->n-b->load-1)*sizeof *b->ph);
		b->ph[b->load+1] = own;
		b->n++;
	} else if (!b->inside) {
		struct elf_phdr *ph = b->ph+b->load;
		ph->filesz = ph->memsz = b->off+b->len-ph->offset;
	}
	size_t desc = b->off+DESC, table = b->off+RECORD_SIZE;
	put_owner(im, b->off, RECORD_SIZE-DESC, SEAL_NOTE_RECORD);
	PUT_WORD(im, desc, RECORD_VERSION);
	PUT_WORD(im, desc+4, im->phnum);
	elf_put(im->form, im->p+desc, WIDE(8), im->phoff);
	elf_put(im->form, im->p+desc, WIDE(16), b->own ? old_size : 0);
	elf_put(im->form, im->p+desc, WIDE(24), b->len);
	for (unsigned i=0; i<b->n; i++) {
		struct elf_phdr *ph = b->ph+i;
		uint64_t addr = first.vaddr-first.offset;
		if (ph->type == PT_PHDR) {
			ph->offset = table;
			ph->vaddr = ph->paddr = addr+table;
			ph->filesz = ph->memsz = b->n*SIZE(im, Phdr);
		}
		if (b->note && i == b->n-1) {
			ph->offset = table+b->n*SIZE(im, Phdr);
			ph->vaddr = ph->paddr = addr+ph->offset;
			put_owner(im, ph->offset, 4, SEAL_NOTE_TYPE);
			PUT_WORD(im, ph->offset+DESC, b->note);
		}
		elf_put_phdr(im->form, im->p+table+i*SIZE(im, Phdr), ph);
	}
	PUT(im, 0, Ehdr, e_phoff, table);
	PUT(im, 0, Ehdr, e_phnum, b->n);
	return 0;
}

/* Lent headers ------------------------------------------------------------- */

/* Only p_vaddr and p_memsz of a PT_GNU_MUTABLE are used. A lent header keeps
 * its old values in the other fields: p_vaddr in p_paddr, p_memsz in p_filesz,
 * and p_type in bits of p_flags that have no other use. */
#define LENT_MASK 0x0ff00000u	/* PF_MASKOS */
#define LENT(kind) (0x0e000000u | (unsigned)(kind)<<20)

/* BLANK is taken, not lent: it holds nothing to keep. */
enum { PROPERTY_TWICE = 1, TABLE_FIXED, ONLY_NOTES, UNUSED, BLANK };

static const uint32_t lent_type[] = { 0, PT_NOTE, PT_PHDR, PT_NOTE, PT_NULL,
	PT_NULL };

/* Is it a note for debuggers or package managers? */
static int for_debuggers(const struct image *im, const struct elf_note *t)
{
	if (named(im, t, "GNU")) return t->type == NT_GNU_BUILD_ID
		|| t->type == NT_GNU_ABI_TAG || t->type == NT_GNU_GOLD_VERSION;
	if (named(im, t, "Go")) return t->type == 4;
	return named(im, t, "FDO")
		&& (t->type == 0xcafe1a7e || t->type == 0x407c0c0a);
}

static int only_for_debuggers(const struct image *im, const struct elf_phdr *ph)
{
	size_t pos = ph->offset, end = pos+ph->filesz;
	struct elf_note t;
	while (elf_note(im->form, im->p, &pos, end, ph->align, &t))
		if (!for_debuggers(im, &t)) return 0;
	return pos == end;
}

/* Does a PT_GNU_PROPERTY hold the same? Loaders that know the property read it
 * there, and the kernel reads no other. */
static int property_twice(const struct image *im, const struct elf_phdr *ph)
{
	size_t pos = ph->offset, end = pos+ph->filesz;
	struct elf_note t;
	if (!elf_note(im->form, im->p, &pos, end, ph->align, &t) || pos != end
	    || t.type != NT_GNU_PROPERTY_TYPE_0 || !named(im, &t, "GNU"))
		return 0;
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr other = image_phdr(im, i);
		if (other.type == PT_GNU_PROPERTY && other.offset == ph->offset
		    && other.vaddr == ph->vaddr && other.filesz == ph->filesz
		    && other.align == ph->align)
			return 1;
	}
	return 0;
}

/* Only p_align may be set: MIPS linkers set it. An alignment of 1 is ours. */
static int is_blank(const struct elf_phdr *ph)
{
	return ph->type == PT_NULL
		&& !(ph->flags | ph->offset | ph->vaddr | ph->paddr
		| ph->filesz | ph->memsz) && ph->align != 1;
}

/* Can the header be replaced? Of those of kind ONLY_NOTES, only debuggers and
 * the like miss it. */
static int can_lend(const struct image *im, const struct elf_phdr *ph, int kind)
{
	if (ph->type != lent_type[kind] || ph->paddr != ph->vaddr
	    || ph->memsz != ph->filesz || ph->flags & LENT_MASK)
		return 0;
	switch (kind) {
	case PROPERTY_TWICE:
		return property_twice(im, ph);
	case TABLE_FIXED:
		/* In other programs the load bias is computed from it. */
		return GET(im, 0, Ehdr, e_type) == ET_EXEC;
	case ONLY_NOTES:
		return ph->filesz && only_for_debuggers(im, ph);
	case BLANK:
		return is_blank(ph);
	}
	return !is_blank(ph);
}

/* A blank header keeps its alignment when it is taken, or gets 1 if it had
 * none, and is given back with it. */
static uint64_t spare_align(uint64_t align)
{
	return align == 1 ? 0 : align;
}

/* Turn header ph, which is blank or can be lent, into range r. */
static void fill(struct elf_phdr *ph, struct range r, int kind)
{
	struct elf_phdr was = *ph;
	*ph = (struct elf_phdr){ .type = PT_GNU_MUTABLE, .flags = PF_R,
		.align = was.align ? was.align : 1,
		.vaddr = r.start, .paddr = r.start, .memsz = r.end-r.start };
	if (kind == BLANK) return;
	ph->flags = was.flags | LENT(kind);
	ph->align = was.align;
	ph->offset = was.offset;
	ph->paddr = was.vaddr;
	ph->filesz = was.filesz;
}

/* Restore the lent headers. */
static void give_back(struct image *im)
{
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		int kind = ph.flags>>20 & 15;
		if (ph.type != PT_GNU_MUTABLE || !kind || kind >= BLANK
		    || (ph.flags & LENT_MASK) != LENT(kind))
			continue;
		ph.type = lent_type[kind];
		ph.flags &= ~LENT_MASK;
		ph.vaddr = ph.paddr;
		ph.memsz = ph.filesz;
		/* Otherwise it is not ours, in spite of its flags. */
		if (ph.type != PT_NULL && (ph.offset > im->n
		    || ph.filesz > im->n-ph.offset)) continue;
		elf_put_phdr(im->form, im->p+im->phoff+i*SIZE(im, Phdr), &ph);
	}
}

/* Choose headers of ph for this many ranges: lent[i] is the kind of header i,
 * or 0 if it stays. Kinds that nobody misses come first; those after last are
 * not used. Returns 1 if there are enough. */
static int borrow(const struct image *im, const struct elf_phdr *ph, char *lent,
	size_t want, int last)
{
	static const int order[] = { BLANK, UNUSED, PROPERTY_TWICE, TABLE_FIXED,
		ONLY_NOTES };
	memset(lent, 0, im->phnum);
	for (size_t k=0; k<sizeof order/sizeof *order && want; k++) {
		for (unsigned i=0; i<im->phnum && want; i++) {
			if (lent[i] || !can_lend(im, ph+i, order[k])) continue;
			lent[i] = order[k];
			want--;
		}
		if (order[k] == last) break;
	}
	return !want;
}

static void tell_lent(const char *lent, unsigned n, void (*say)(const char *))
{
	for (unsigned i=0; i<n; i++) if (lent[i] == ONLY_NOTES) {
		say("there is no room for another program header, so that of"
			" the notes is used; debuggers do not find the build ID"
			" in memory until --unmark brings it back");
		return;
	}
}

/* Give a file that has no block the ranges of st and, unless note is 0, a note
 * with these bits. With append, a block may go behind any data. */
static const char *build(struct image *im, const struct state *st,
	uint32_t note, int append, void (*say)(const char *))
{
	struct block b = { .n = im->phnum, .note = note };
	unsigned i, k, changed = 0;
	size_t j, missing = 0, total;
	const char *error = 0;
	char have[MAX_RANGES] = { 0 }, *lent;

	b.ph = calloc(im->phnum+st->n+2, sizeof *b.ph);
	lent = calloc(1, im->phnum);
	if (!b.ph || !lent) {
		free(b.ph);
		free(lent);
		return "out of memory";
	}
	for (i=0; i<im->phnum; i++) {
		b.ph[i] = image_phdr(im, i);
		uint64_t start = b.ph[i].vaddr, end = start+b.ph[i].memsz;
		if (b.ph[i].type != PT_GNU_MUTABLE || !b.ph[i].memsz) continue;
		for (j=0; j<st->n && (have[j] || st->r[j].start != start
			|| st->r[j].end != end); j++);
		if (j < st->n) {
			have[j] = 1;
			continue;
		}
		b.ph[i] = (struct elf_phdr){ .type = PT_NULL,
			.align = spare_align(b.ph[i].align) };
		changed = 1;
	}
	for (j=0; j<st->n; j++) missing += !have[j];
	total = im->phnum+missing+!!note;
	int in_place = !note && borrow(im, b.ph, lent, missing, UNUSED);
	if (!in_place) {
		b.len = RECORD_SIZE + total*SIZE(im, Phdr)
			+ (note ? MARK_SIZE : 0);
		if ((total+1)*SIZE(im, Phdr) > TABLE_MAX)
			error = "it has too many program headers";
		else if (!find_cave(im, &b) && !find_gap(im, &b))
			error = find_end(im, &b, append);
		if (error && !note
		    && borrow(im, b.ph, lent, missing, ONLY_NOTES)) {
			in_place = 1;
			error = 0;
			tell_lent(lent, im->phnum, say);
		}
	}
	for (j=0, k=0; j<st->n && !error; j++) {
		if (have[j]) continue;
		while (in_place && !lent[k]) k++;
		int kind = in_place ? lent[k] : BLANK;
		fill(b.ph + (in_place ? k++ : b.n++), st->r[j], kind);
		changed = 1;
	}
	if (note) b.ph[b.n++] = (struct elf_phdr){ .type = PT_NOTE, .flags = PF_R,
		.filesz = MARK_SIZE, .memsz = MARK_SIZE, .align = 4 };
	if (!error && !in_place) error = put_block(im, &b);
	for (i=0; !error && in_place && changed && i<im->phnum; i++)
		elf_put_phdr(im->form, im->p+im->phoff+i*SIZE(im, Phdr), b.ph+i);
	free(b.ph);
	free(lent);
	return error;
}

static void say_nothing(const char *s)
{
	(void)s;
}

/* Undo a block, if there is one. Fails if the file was changed since: building
 * the block again must give the same bytes. Sets *append if the block was at
 * the end. */
static const char *open_block(struct image *im, const struct state *st,
	uint32_t *note, int *append)
{
	if (!has_record(im)) return 0;
	size_t desc = im->phoff-RECORD_SIZE+DESC;
	int at_end = elf_get(im->form, im->p+desc, WIDE(16)) != 0;
	unsigned char *p = malloc(im->n);
	if (!p) return "out of memory";
	struct image copy = *im;
	memcpy(p, im->p, im->n);
	const char *error = revert(im, note);
	struct image again = *im;
	if (!error) error = build(&again, st, *note, at_end, say_nothing);
	if (!error && (again.n != copy.n || memcmp(again.p, p, copy.n)))
		error = "it was changed by something else after sealmark";
	if (again.p != im->p) free(again.p);
	else if (!error && !(error = image_open(im, im->p, im->n)))
		error = revert(im, note);
	*append |= at_end;
	free(p);
	return error;
}

/* Requests that the loader would ignore ------------------------------------ */

static uint64_t dyn_word(const struct image *im, size_t at, unsigned i)
{
	unsigned size = im->form.is64 ? 8 : 4;
	return elf_get(im->form, im->p+at, (struct elf_field){ i*size, size });
}

/* The value of an entry of the dynamic section. 0 if it has none. */
static uint64_t dynamic(const struct image *im, uint64_t tag)
{
	size_t size = im->form.is64 ? 16 : 8;
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type != PT_DYNAMIC || ph.offset > im->n
		    || ph.filesz > im->n-ph.offset)
			continue;
		for (uint64_t k=0; k+size<=ph.filesz; k+=size) {
			if (dyn_word(im, ph.offset+k, 0) == tag)
				return dyn_word(im, ph.offset+k, 1);
			if (!dyn_word(im, ph.offset+k, 0)) break;
		}
	}
	return 0;
}

/* Is it a musl, which is its own dynamic linker? It looks up the function of
 * its third stage by name. */
static int is_libc(const struct image *im)
{
	static const char stage[] = "\0__dls3";
	uint64_t addr = dynamic(im, DT_STRTAB), size = dynamic(im, DT_STRSZ);
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		uint64_t off = addr-ph.vaddr;
		if (ph.type == PT_LOAD && addr >= ph.vaddr && off < ph.filesz)
			return !!memmem(im->p+ph.offset+off,
				size < ph.filesz-off ? size : ph.filesz-off,
				stage, sizeof stage);
	}
	return 0;
}

static int is_library(const struct image *im)
{
	for (unsigned i=0; i<im->phnum; i++)
		if (image_phdr(im, i).type == PT_INTERP) return 0;
	return GET(im, 0, Ehdr, e_type) == ET_DYN
		&& !(dynamic(im, DT_FLAGS_1) & DF_1_PIE);
}

static const char *ignored(const struct image *im, const struct edit *e)
{
	if (!e->exempt && !e->nmutables && !e->off && !e->soft) return 0;
	if (is_libc(im))
		return "it is the C library with the loader, which seals all of"
			" itself; only LD_SEAL=off leaves it unsealed";
	if (e->off && is_library(im))
		return "it is a library, and --off counts for programs only;"
			" --exempt keeps all of a library mutable";
	return 0;
}

const char *edit_apply(struct image *im, const struct edit *e,
	void (*say)(const char *))
{
	struct state st;
	uint32_t note = 0;
	int append = e->append;
	const char *error = edit_state(im, &st);
	if (!error) error = ignored(im, e);
	if (!error) error = open_block(im, &st, &note, &append);
	if (error) return error;
	give_back(im);
	if (e->unmark) {
		if (clear_bits(im)) return "its GNU properties make no sense";
		st.n = note = 0;
	}
	if (e->mark) set_bit(im, SEAL_NOTE_DATA, &note);
	if (e->off) set_bit(im, SEAL_NOTE_OFF, &note);
	if (e->soft) set_bit(im, SEAL_NOTE_SOFT, &note);
	if (e->exempt && add_range(&st, span(im)))
		return "that is too many mutable ranges";
	for (size_t i=0; i<e->nmutables; i++)
		if ((error = add_mutable(im, &st, e->mutables[i], say)))
			return error;
	if (e->exempt || e->nmutables) join(&st);
	error = build(im, &st, note, append, say);
	if (error) return error;
	struct image check;
	return image_open(&check, im->p, im->n)
		? "cannot change it without damage" : 0;
}

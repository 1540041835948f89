/* The parser of the notes that an object brings, and what is made of the ranges in
 * them: for libFuzzer. The first byte says how the note segment is aligned, the next
 * seven where it lies and what a PT_GNU_MUTABLE beside it says; the rest is the
 * segment.
 *
 * Beyond what the sanitizers see: whatever the notes say, nothing is mutable that
 * is not in the object, a page is mutable wholly or not, and an error exempts
 * nothing. */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "seal.h"

#define PAGE 4096
#define DATA (16*PAGE)		/* in bytes, after the notes' page */
#define MUST(x) do { if (!(x)) { fprintf(stderr, "must hold: %s\n", #x); abort(); } } while (0)

static void check(const struct seal_object *o, const struct seal_mutable *m, int ret,
	uintptr_t lo, uintptr_t hi)
{
	static struct seal_set all, rest, cover;
	size_t i;
	cover.n = 0;
	for (i=0; i<m->n; i++) __seal_set_add(&cover, m->r[i]);
	if (ret) MUST(!m->pages.n);
	MUST(m->pages.n <= SEAL_SET_MAX);
	for (i=0; i<m->pages.n; i++) {
		struct seal_range r = m->pages.r[i];
		MUST(r.start < r.end && r.start >= lo && r.end <= hi);
		MUST(!(r.start % PAGE) && !(r.end % PAGE));
		/* Each byte of the object in it was asked for. */
		struct seal_range in = __seal_common(r, (struct seal_range){ lo, hi });
		MUST(__seal_set_holds(&cover, in));
	}
	MUST(!__seal_object_ranges(&all, o, 1, PAGE));
	rest = all;
	for (i=0; i<m->pages.n; i++)
		if (__seal_set_subtract(&rest, m->pages.r[i])) return;
	for (i=0; i<m->pages.n; i++) __seal_set_add(&rest, m->pages.r[i]);
	MUST(rest.n == all.n && !memcmp(rest.r, all.r, all.n*sizeof *all.r));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const size_t aligns[] = { 0, 1, 4, 8, 16 };
	static struct seal_mutable m, again;
	if (n < 8) return 0;
	size_t align = aligns[data[0] % 5], at = data[1]*4;
	uint32_t start = data[2] | data[3]<<8 | data[4]<<16, len = data[5]<<8 | data[6]<<12;
	data += 8;
	n -= 8;
	if (n > 64*PAGE) return 0;

	/* Exactly as long as it is, for the sanitizer, and at any address. */
	unsigned char *p = malloc(n+1);
	memcpy(p, data, n);
	int mark = __seal_note(p, n, align);
	m.n = 0;
	int r = __seal_note_mutable(&m, 0, p, n, align, 0x100000+at);
	MUST(m.n <= SEAL_MUTABLE_MAX);
	memmove(p+1, p, n);
	MUST(mark == __seal_note(p+1, n, align));
	again.n = 0;
	MUST(r == __seal_note_mutable(&again, 0, p+1, n, align, 0x100000+at));
	MUST(m.n == again.n && !memcmp(m.r, again.r, m.n*sizeof *m.r));
	free(p);

	/* In an object: the notes and then data, all of which they could name. */
	size_t room = at+n+DATA;
	room = (room+PAGE-1) & -PAGE;
	unsigned char *mem = aligned_alloc(PAGE, room);
	memset(mem, 0, room);
	memcpy(mem+at, data, n);
	ElfW(Phdr) ph[] = {
		{ .p_type = PT_LOAD, .p_flags = PF_R|PF_W, .p_filesz = room, .p_memsz = room },
		{ .p_type = PT_NOTE, .p_vaddr = at, .p_filesz = n, .p_memsz = n,
			.p_align = align },
		{ .p_type = PT_GNU_MUTABLE, .p_vaddr = start, .p_memsz = len },
	};
	struct seal_object o = { .base = (uintptr_t)mem, .phdr = ph, .phnum = 3,
		.phentsize = sizeof *ph };
	__seal_marked(&o);
	r = __seal_mutable(&m, &o, PAGE);
	check(&o, &m, r, o.base, o.base+room);
	MUST(__seal_exempts(&o));	/* there is a PT_GNU_MUTABLE */
	o.phnum = 2;
	if (__seal_mutable(&m, &o, PAGE) || m.n) MUST(__seal_exempts(&o));
	free(mem);
	return 0;
}

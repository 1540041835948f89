#include <sys/mman.h>
#include "seal.h"

/* Policy for one object: which of its pages are sealed. No system calls. Only
 * __seal_marked and __seal_mutable_bytes read more of the object's memory than
 * its program headers: its notes. */

static const ElfW(Phdr) *phdr_at(const struct seal_object *o, size_t i)
{
	return (const void *)((const char *)o->phdr + i*o->phentsize);
}

struct seal_range __seal_segment(const ElfW(Phdr) *ph, uintptr_t base,
	size_t page)
{
	return __seal_round(base+ph->p_vaddr, ph->p_memsz, page);
}

int __seal_prot(const ElfW(Phdr) *ph)
{
	return (ph->p_flags & PF_R ? PROT_READ : 0)
		| (ph->p_flags & PF_W ? PROT_WRITE : 0)
		| (ph->p_flags & PF_X ? PROT_EXEC : 0);
}

int __seal_data(const struct seal_object *o, enum seal_level level)
{
	/* The vdso has no RW data, and its notes are of no interest. */
	return level != SEAL_OFF && !o->foreign && (o->loader || o->vdso
		|| level >= SEAL_FULL || __seal_marked(o));
}

/* 1 if r holds the address at. Of the ends of r, lower *next to the one that
 * follows at. */
static int within(struct seal_range r, uintptr_t at, uintptr_t *next)
{
	if (r.start >= r.end || r.end <= at) return 0;
	uintptr_t end = r.start > at ? r.start : r.end;
	if (end < *next) *next = end;
	return r.start <= at;
}

/* Segments that share a page: it is as mutable as the writable one of them.
 *
 *	segments   [ r-- ][ r-x ][ r-- ][   rw-    ]
 *	RELRO                           [ro]
 *	RW stays   [######################]              [ RW ]
 *	RW sealed  [################################]
 *
 * RELRO outside of the writable segments is not sealed: it may not be the
 * object's memory. */
uintptr_t __seal_next(const struct seal_object *o, int rw, uintptr_t at,
	size_t page, int *sealed)
{
	uintptr_t next = -1;
	int mapped = o->map.start != o->map.end, writable = 0;
	int ours = within(o->map, at, &next);
	int records = within(o->records, at, &next);
	/* The segments make no difference to a library that is sealed whole. */
	size_t n = mapped && rw ? 0 : o->phnum;
	int relro = n && within(o->relro, at, &next);
	for (size_t i=0; i<n; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD) continue;
		if (!within(__seal_segment(ph, o->base, page), at, &next))
			continue;
		if (!mapped) ours = 1;
		if (ph->p_flags & PF_W) writable = 1;
	}
	*sealed = ours && (records ? o->records_sealed
		: rw || !writable || relro);
	return next;
}

int __seal_relro_valid(const struct seal_object *o, size_t page)
{
	uintptr_t at, next;
	for (at=o->relro.start; at<o->relro.end; at=next) {
		next = 0;
		for (size_t i=0; i<o->phnum; i++) {
			const ElfW(Phdr) *ph = phdr_at(o, i);
			uintptr_t end = -1;
			if (ph->p_type == PT_LOAD && (ph->p_flags & PF_W)
			    && within(__seal_segment(ph, o->base, page), at,
			    &end))
				next = end;
		}
		if (!next) return 0;
	}
	return o->relro.start <= o->relro.end;
}

/* 1 if [start, start+len) lies in the file contents of a readable segment.
 * Notes elsewhere are not read. */
static int readable(const struct seal_object *o, uintptr_t start, size_t len)
{
	size_t i;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_R)) continue;
		uintptr_t off = start-(o->base+ph->p_vaddr);
		size_t size = ph->p_filesz < ph->p_memsz ? ph->p_filesz : ph->p_memsz;
		if (off <= size && len <= size-off) return 1;
	}
	return 0;
}

int __seal_notes(const struct seal_object *o)
{
	size_t i;
	int bits = 0;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr;
		if (ph->p_type != PT_NOTE && ph->p_type != PT_GNU_PROPERTY) continue;
		if (!readable(o, start, ph->p_filesz)) continue;
		bits |= __seal_note((void *)start, ph->p_filesz, ph->p_align);
	}
	return bits;
}

int __seal_marked(const struct seal_object *o)
{
	return __seal_notes(o) & SEAL_NOTE_DATA;
}

/* 1 if words at p may be the header of a note of mutable ranges. */
static int may_be_note(const uint32_t *p, size_t n)
{
	for (; n >= 12; p++, n-=sizeof *p)
		if (p[0] == sizeof SEAL_NOTE_OWNER && p[2] == SEAL_NOTE_MUTABLE)
			return 1;
	return 0;
}

int __seal_exempts(const struct seal_object *o)
{
	if (o->loader || o->vdso) return 0;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr;
		if (ph->p_type == PT_GNU_MUTABLE) return 1;
		if (ph->p_type == PT_NOTE && readable(o, start, ph->p_filesz)
		    && (start%4 || may_be_note((void *)start, ph->p_filesz)))
			return 1;
	}
	return 0;
}

/* 1 if r lies in a writable segment and outside of RELRO. */
static int in_data(const struct seal_object *o, struct seal_range r,
	size_t page)
{
	size_t i;
	int in = 0;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr;
		if (ph->p_type == PT_GNU_RELRO) {
			struct seal_range ro = __seal_common(r,
				__seal_relro(ph, o->base, page));
			if (ro.start != ro.end) return 0;
		}
		if (ph->p_type == PT_LOAD && (ph->p_flags & PF_W)
		    && r.start-start <= ph->p_memsz
		    && r.end-r.start <= ph->p_memsz-(r.start-start))
			in = 1;
	}
	return in;
}

/* Segments and notes may name the same bytes: sealmark can exempt a whole
 * program that has SEAL_MUTABLE data. */
static int find_mutable(struct seal_mutable *m, const struct seal_object *o,
	size_t page)
{
	size_t i, segments;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr;
		if (ph->p_type == PT_GNU_MUTABLE && __seal_mutable_add(m, 0,
		    (struct seal_range){ start, start+ph->p_memsz }))
			return -1;
	}
	segments = m->n;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr;
		if (ph->p_type != PT_NOTE) continue;
		if (!readable(o, start, ph->p_filesz)) continue;
		if (__seal_note_mutable(m, segments, (void *)start,
		    ph->p_filesz, ph->p_align, start))
			return -1;
	}
	if (!m->n) return 0;
	/* The compiler makes notes for variables alone, so one that names code
	 * or RELRO is damaged, and not to be believed. */
	for (i=segments; i<m->n; i++)
		if (!in_data(o, m->r[i], page)) return -1;
	struct seal_range span = __seal_span(o, page);
	for (i=0; i<m->n; i++)
		if (m->r[i].start < span.start || m->r[i].end > span.end)
			return -1;
	return 0;
}

int __seal_mutable_bytes(struct seal_mutable *m, const struct seal_object *o,
	size_t page)
{
	m->n = 0;
	if (o->loader || o->vdso || !find_mutable(m, o, page)) return 0;
	m->n = 0;
	return -1;
}

/* 1 if all that o's segments have of the page at at is mutable:
 *
 *	m         [----]    [------------]
 *	segment      [---------------------------]
 *	page      |       |	0: not between the ranges
 *	page                |        |	1
 */
static int is_mutable(const struct seal_mutable *m, const struct seal_object *o,
	uintptr_t at, size_t page)
{
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t pos = o->base+ph->p_vaddr, end = pos+ph->p_memsz;
		if (ph->p_type != PT_LOAD) continue;
		if (end < pos) end = UINTPTR_MAX;
		if (pos < at) pos = at;
		if (end > at+page) end = at+page;
		while (pos < end) {
			size_t j;
			for (j=0; j<m->n && (pos < m->r[j].start
			    || pos >= m->r[j].end); j++);
			if (j == m->n) return 0;
			pos = m->r[j].end;
		}
	}
	return 1;
}

/* Only the first and the last page can have bytes that are not mutable. */
struct seal_range __seal_mutable_pages(const struct seal_mutable *m, size_t i,
	const struct seal_object *o, size_t page)
{
	struct seal_range r = __seal_round(m->r[i].start,
		m->r[i].end-m->r[i].start, page);
	if (r.start < r.end && !is_mutable(m, o, r.start, page))
		r.start += page;
	if (r.start < r.end && !is_mutable(m, o, r.end-page, page))
		r.end -= page;
	return r;
}

struct seal_range __seal_first_mutable(const struct seal_mutable *m,
	const struct seal_object *o, struct seal_range r, size_t page)
{
	struct seal_range first = { r.end, r.end };
	for (size_t i=0; m && i<m->n; i++) {
		struct seal_range c = __seal_mutable_pages(m, i, o, page);
		if (c.start < c.end && c.end > r.start && c.start < first.start)
			first = c;
	}
	return first;
}

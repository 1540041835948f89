#include <sys/mman.h>
#include "seal.h"

/* Policy for one object: which of its pages are sealed. No system calls. Only
 * __seal_marked and __seal_mutable read more of the object's memory than its
 * program headers: its notes. */

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
		|| level == SEAL_FULL || __seal_marked(o));
}

/* Start with all pages of the object, subtract the writable segments, and add
 * RELRO back:
 *
 *	segments   [ r-- ][ r-x ][ r-- ][   rw-    ]
 *	RELRO                           [ro]
 *	RW stays   [######################]              [ RW ]
 *	RW sealed  [################################]
 *
 * Subtracting the writable segments, instead of adding the others, keeps a page
 * that two segments share mutable if one of them is writable. */
int __seal_object_ranges(struct seal_set *set, const struct seal_object *o,
	int rw, size_t page)
{
	size_t i;
	set->n = 0;
	if (!o->phnum) return -1;
	if (__seal_set_add(set, o->map)) return -1;
	if (o->map.start == o->map.end)
		for (i=0; i<o->phnum; i++) {
			const ElfW(Phdr) *ph = phdr_at(o, i);
			if (ph->p_type != PT_LOAD) continue;
			if (__seal_set_add(set, __seal_segment(ph, o->base,
			    page)))
				return -1;
		}
	if (rw) return 0;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		if (__seal_set_subtract(set, __seal_segment(ph, o->base,
		    page)))
			return -1;
	}
	/* RELRO outside of the writable segments is not sealed: it may not be
	 * the object's memory. */
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		if (__seal_set_add(set, __seal_common(o->relro,
		    __seal_segment(ph, o->base, page))))
			return -1;
	}
	return 0;
}

int __seal_relro_valid(const struct seal_object *o, size_t page)
{
	struct seal_set set;
	size_t i;
	if (o->relro.start > o->relro.end) return 0;
	set.n = 0;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		if (__seal_set_add(&set, __seal_segment(ph, o->base,
		    page)))
			return 0;
	}
	return __seal_set_holds(&set, o->relro);
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

int __seal_marked(const struct seal_object *o)
{
	size_t i;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr;
		if (ph->p_type != PT_NOTE && ph->p_type != PT_GNU_PROPERTY) continue;
		if (!readable(o, start, ph->p_filesz)) continue;
		if (__seal_note((void *)start, ph->p_filesz, ph->p_align))
			return 1;
	}
	return 0;
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

/* From the first page of o's segments to the last. */
static struct seal_range span_of(const struct seal_object *o, size_t page)
{
	struct seal_range r, span = { -1, 0 };
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD) continue;
		r = __seal_segment(ph, o->base, page);
		if (r.start == r.end) continue;
		if (r.start < span.start) span.start = r.start;
		if (r.end > span.end) span.end = r.end;
	}
	return span;
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

/* Collect in m->r the ranges that o declares mutable and, if there are any,
 * join them in m->cover. Segments and notes may name the same bytes: sealmark
 * can exempt a whole program that has SEAL_MUTABLE data. */
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
	struct seal_range span = span_of(o, page);
	for (m->cover.n=i=0; i<m->n; i++)
		if (m->r[i].start < span.start || m->r[i].end > span.end
		    || __seal_set_add(&m->cover, m->r[i]))
			return -1;
	return 0;
}

/* Remove from m->pages those on which the segment [pos, end) has bytes that are
 * not mutable:
 *
 *	cover     [----]    [------------]
 *	segment      [---------------------------]
 *	others          [###]            [#######]
 */
static int keep_whole(struct seal_mutable *m, uintptr_t pos, uintptr_t end,
	size_t page)
{
	size_t i;
	for (i=0; i<m->cover.n && pos < end; i++) {
		struct seal_range c = m->cover.r[i];
		uintptr_t stop = c.start < end ? c.start : end;
		if (pos < stop && __seal_set_subtract(&m->pages,
		    __seal_round(pos, stop-pos, page)))
			return -1;
		if (c.end > pos) pos = c.end;
	}
	if (pos >= end) return 0;
	return __seal_set_subtract(&m->pages, __seal_round(pos, end-pos, page));
}

static int find_pages(struct seal_mutable *m, const struct seal_object *o,
	size_t page)
{
	size_t i;
	for (i=0; i<m->cover.n; i++) {
		struct seal_range c = m->cover.r[i];
		if (__seal_set_add(&m->pages, __seal_round(c.start,
		    c.end-c.start, page)))
			return -1;
	}
	for (i=0; i<o->phnum && m->pages.n; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		uintptr_t start = o->base+ph->p_vaddr, end = start+ph->p_memsz;
		if (ph->p_type != PT_LOAD) continue;
		if (keep_whole(m, start, end < start ? UINTPTR_MAX : end, page)) return -1;
	}
	return 0;
}

int __seal_leave_out(struct seal_set *set, const struct seal_set *pages,
	struct seal_set *scratch)
{
	*scratch = *set;
	for (size_t i=0; i<pages->n; i++)
		if (__seal_set_subtract(scratch, pages->r[i])) return -1;
	*set = *scratch;
	return 0;
}

int __seal_mutable(struct seal_mutable *m, const struct seal_object *o, size_t page)
{
	m->n = m->pages.n = 0;
	if (o->loader || o->vdso) return 0;
	if (!find_mutable(m, o, page) && (!m->n || !find_pages(m, o, page)))
		return 0;
	m->pages.n = 0;
	return -1;
}

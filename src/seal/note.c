#include <stdint.h>
#include "seal_policy.h"

/* Notes come from an untrusted file and may be unaligned. */
static uint32_t word(const unsigned char *p)
{
	uint32_t w;
	__builtin_memcpy(&w, p, sizeof w);
	return w;
}

static int owner(const unsigned char *p, size_t n, const char *s, size_t l)
{
	if (n != l) return 0;
	while (n--) if (p[n] != (unsigned char)s[n]) return 0;
	return 1;
}

/* Round the 32-bit size n up to a multiple of a, in 64 bits so that it can't
 * wrap. */
static uint64_t pad(uint64_t n, size_t a)
{
	return (n+a-1) & ~(uint64_t)(a-1);
}

/* A property is a type, a size and that many bytes, padded to the size of a
 * pointer. The seal property has no bytes; one with bytes is ignored. */
static int property(const unsigned char *p, size_t n)
{
	while (n >= 8) {
		uint64_t size = pad(word(p+4), sizeof(size_t));
		if (word(p) == GNU_PROPERTY_MEMORY_SEAL && !size) return 1;
		if (size > n-8) return 0;
		p += 8+size;
		n -= 8+size;
	}
	return 0;
}

/* A note is the sizes of its name and its descriptor, its type, then name and
 * descriptor, each padded: namesz descsz type name.. desc.. */
struct note {
	uint32_t type, descsz;
	int ours;		/* the name is SEAL_NOTE_OWNER */
	int gnu;		/* the name is "GNU" */
	const unsigned char *desc;
};

/* Read the note at p, where n bytes are left, at least 12. Returns the offset
 * of the next note, which is n or more after the last one, or 0 if this note
 * reaches past the end. Even then ours and gnu are set if the name is
 * complete. */
static uint64_t read_note(struct note *t, const unsigned char *p, size_t n,
	size_t align)
{
	uint32_t namesz = word(p);
	uint64_t desc = pad(12+(uint64_t)namesz, align);
	t->descsz = word(p+4);
	t->type = word(p+8);
	t->ours = t->gnu = 0;
	if (namesz > n-12) return 0;
	t->ours = owner(p+12, namesz, SEAL_NOTE_OWNER, sizeof SEAL_NOTE_OWNER);
	t->gnu = owner(p+12, namesz, "GNU", sizeof "GNU");
	if (desc > n || t->descsz > n-desc) return 0;
	t->desc = p+desc;
	return pad(desc+t->descsz, align);
}

int __seal_note(const unsigned char *p, size_t n, size_t align)
{
	struct note t;
	uint64_t next;
	int bits = 0;
	if (align != 8) align = 4;
	for (; n >= 12; p += next, n -= next) {
		next = read_note(&t, p, n, align);
		if (!next) break;
		if (t.ours && t.type == SEAL_NOTE_TYPE && t.descsz >= 4)
			bits |= word(t.desc) & (SEAL_NOTE_DATA|SEAL_NOTE_OFF
				|SEAL_NOTE_SOFT);
		if (t.gnu && t.type == NT_GNU_PROPERTY_TYPE_0
		    && property(t.desc, t.descsz))
			bits |= SEAL_NOTE_DATA;
		if (next >= n) break;
	}
	return bits;
}

int __seal_mutable_add(struct seal_mutable *m, size_t from, struct seal_range r)
{
	size_t i;
	if (r.start == r.end) return 0;
	if (r.start > r.end) return -1;
	for (i=0; i<m->n; i++) {
		if (m->r[i].start == r.start && m->r[i].end == r.end) return 0;
		if (i >= from && r.start < m->r[i].end && m->r[i].start < r.end)
			return -1;
	}
	if (m->n == SEAL_MUTABLE_MAX) return -1;
	m->r[m->n++] = r;
	return 0;
}

/* The word at p holds a signed distance from its own address, which is at when
 * the program runs. Returns the address that it points to. */
static uintptr_t relative(const unsigned char *p, uintptr_t at)
{
	uint32_t w = word(p);
	return at + w - (w>>31 ? (uint64_t)1<<32 : 0);
}

/* 	place
 *	  |
 *	[ musl_mutable ]........[ next section
 *	start        stop       next
 *
 * The dots are padding, so everything up to next is mutable. */
static int add_note(struct seal_mutable *m, size_t from, const struct note *t,
	uintptr_t at)
{
	uintptr_t a[4];
	if (t->descsz != sizeof(uint32_t)*4) return -1;
	for (int i=0; i<4; i++) a[i] = relative(t->desc+4*i, at+4*i);
	uintptr_t place = a[0], start = a[1], stop = a[2], next = a[3];
	if (start == stop) return 0;
	if (place < start || place > stop || next < stop
	    || next-stop >= SEAL_NOTE_PAGE)
		return -1;
	return __seal_mutable_add(m, from, (struct seal_range){ start, next });
}

int __seal_note_mutable(struct seal_mutable *m, size_t from,
	const unsigned char *p, size_t n, size_t align, uintptr_t at)
{
	struct note t;
	uint64_t next;
	int found = 0;
	if (align != 8) align = 4;
	for (; n >= 12; p += next, n -= next, at += next) {
		next = read_note(&t, p, n, align);
		int ours = t.ours && t.type == SEAL_NOTE_MUTABLE;
		if (!next) return found || ours ? -1 : 0;
		if (ours && add_note(m, from, &t, at+(t.desc-p))) return -1;
		found |= ours;
		if (next >= n) return 0;
	}
	return 0;
}

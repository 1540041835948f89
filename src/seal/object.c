#include "seal.h"

/* Policy for one object: which of its pages are sealed. No system call; only
 * __seal_marked looks at the object's memory. */

static const ElfW(Phdr) *phdr_at(const struct seal_object *o, size_t i)
{
	return (const void *)((const char *)o->phdr + i*o->phentsize);
}

/* Record, subtract, apply. First all that belongs to the object, then away
 * with what stays mutable, then back with the part of it that no longer is:
 *
 *	segments   [ r-- ][ r-x ][ r-- ][   rw-    ]
 *	RELRO                           [ro]
 *	RW stays   [######################]              [ RW ]
 *	RW sealed  [################################]
 *
 * Subtracting segment by segment rather than adding only the others keeps
 * a page that two segments share mutable if one of the two is writable. */
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
			if (__seal_set_add(set, __seal_round(o->base+ph->p_vaddr,
			    ph->p_memsz, page)))
				return -1;
		}
	if (rw) return 0;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		if (__seal_set_subtract(set, __seal_round(o->base+ph->p_vaddr,
		    ph->p_memsz, page)))
			return -1;
	}
	/* A PT_GNU_RELRO that points outside the writable segments is not
	 * the object's to seal. */
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		if (__seal_set_add(set, __seal_common(o->relro,
		    __seal_round(o->base+ph->p_vaddr, ph->p_memsz, page))))
			return -1;
	}
	return 0;
}

int __seal_relro_valid(const struct seal_object *o, size_t page)
{
	struct seal_set set = { 0 };
	size_t i;
	for (i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = phdr_at(o, i);
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		if (__seal_set_add(&set, __seal_round(o->base+ph->p_vaddr,
		    ph->p_memsz, page)))
			return 0;
	}
	return __seal_set_holds(&set, o->relro);
}

/* Notes are believed only where the object has pages that can be read: a
 * segment that points elsewhere is not followed. */
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
		if (ph->p_type != PT_NOTE) continue;
		if (!readable(o, start, ph->p_filesz)) continue;
		if (__seal_note((void *)start, ph->p_filesz, ph->p_align))
			return 1;
	}
	return 0;
}

#include <string.h>
#include "image.h"
#include "seal_note.h"

struct elf_phdr image_phdr(const struct image *im, unsigned i)
{
	return elf_phdr(im->form, im->p + im->phoff + i*SIZE(im, Phdr));
}

/* Is [off, off+len) within the file? */
static int inside(const struct image *im, uint64_t off, uint64_t len)
{
	return off <= im->n && len <= im->n-off;
}

static const char *check_segments(const struct image *im)
{
	uint64_t end = 0, last = im->form.is64 ? UINT64_MAX : UINT32_MAX;
	int loads = 0;
	for (unsigned i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if ((ph.type == PT_LOAD || ph.type == PT_NOTE
		    || ph.type == PT_PHDR
		    || ph.type == PT_GNU_PROPERTY)
		    && !inside(im, ph.offset, ph.filesz))
			return "a segment is not all in the file";
		if (ph.type != PT_LOAD) continue;
		if (ph.filesz > ph.memsz || ph.vaddr > last-ph.memsz)
			return "a segment's sizes make no sense";
		if (ph.align & (ph.align-1) || ((ph.vaddr-ph.offset)
		    & (ph.align > 1 ? ph.align-1 : 0)))
			return "a segment's alignment makes no sense";
		if (ph.vaddr < end)
			return "its segments overlap or are not in order";
		end = ph.vaddr+ph.memsz;
		loads |= ph.memsz != 0;
	}
	return loads ? 0 : "it has no segment to load";
}

const char *image_open(struct image *im, unsigned char *p, size_t n)
{
	struct elf_header h;
	const char *why = elf_header(&h, p, n);
	if (why) return why;
	*im = (struct image){ .p = p, .n = n, .form = h.form,
		.phoff = h.phoff, .phnum = h.phnum };
	if (p[EI_VERSION] != EV_CURRENT) return "unknown ELF version";
	if (h.phentsize != SIZE(im, Phdr))
		return "its program headers are of an unknown size";
	if (im->phoff < SIZE(im, Ehdr)
	    || !inside(im, im->phoff, (uint64_t)im->phnum*SIZE(im, Phdr)))
		return "its program headers are not in the file";
	return check_segments(im);
}

unsigned image_sections(const struct image *im)
{
	uint64_t off = GET(im, 0, Ehdr, e_shoff),
		num = GET(im, 0, Ehdr, e_shnum);
	if (!off || GET(im, 0, Ehdr, e_shentsize) != SIZE(im, Shdr)
	    || !inside(im, off, num*SIZE(im, Shdr)))
		return 0;
	return num;
}

static size_t section_at(const struct image *im, unsigned i)
{
	return GET(im, 0, Ehdr, e_shoff) + (uint64_t)i*SIZE(im, Shdr);
}

/* The name, or "" if it lies outside of the file or has no end. */
static const char *section_name(const struct image *im, uint64_t name)
{
	unsigned strndx = GET(im, 0, Ehdr, e_shstrndx);
	if (strndx >= image_sections(im)) return "";
	size_t at = section_at(im, strndx);
	uint64_t off = GET(im, at, Shdr, sh_offset),
		size = GET(im, at, Shdr, sh_size);
	if (GET(im, at, Shdr, sh_type) != SHT_STRTAB || !inside(im, off, size)
	    || name >= size || !memchr(im->p+off+name, 0, size-name))
		return "";
	return (const char *)im->p+off+name;
}

struct section image_section(const struct image *im, unsigned i)
{
	size_t at = section_at(im, i);
	return (struct section){
		.name = section_name(im, GET(im, at, Shdr, sh_name)),
		.type = GET(im, at, Shdr, sh_type),
		.flags = GET(im, at, Shdr, sh_flags),
		.addr = GET(im, at, Shdr, sh_addr),
		.offset = GET(im, at, Shdr, sh_offset),
		.size = GET(im, at, Shdr, sh_size),
	};
}

uint64_t image_page(const struct image *im)
{
	switch (GET(im, 0, Ehdr, e_machine)) {
	case EM_386:
	case EM_X86_64:
	case EM_S390:
	case EM_RISCV:
		return 4096;
	}
	return 65536;
}

/* Call f for each part of the file that a header names. Without loads, skip
 * PT_LOAD, which only says that the bytes are mapped. */
static void each_part(const struct image *im, int loads,
	void (*f)(uint64_t, uint64_t, uint64_t *), uint64_t *arg)
{
	unsigned n = image_sections(im), i;
	f(0, SIZE(im, Ehdr), arg);
	f(im->phoff, im->phnum*SIZE(im, Phdr), arg);
	if (n) f(section_at(im, 0), n*SIZE(im, Shdr), arg);
	for (i=0; i<im->phnum; i++) {
		struct elf_phdr ph = image_phdr(im, i);
		if (ph.type == PT_GNU_MUTABLE) continue;
		if (ph.type != PT_LOAD || loads) f(ph.offset, ph.filesz, arg);
	}
	for (i=0; i<n; i++) {
		struct section s = image_section(im, i);
		if (s.type != SHT_NOBITS && s.type != SHT_NULL)
			f(s.offset, s.size, arg);
	}
}

static void extend(uint64_t off, uint64_t len, uint64_t *end)
{
	if (len && off+len >= off && off+len > *end) *end = off+len;
}

uint64_t image_end(const struct image *im)
{
	uint64_t end = 0;
	each_part(im, 1, extend, &end);
	return end < im->n ? end : im->n;
}

/* arg: an offset, the start of the next part, and whether a part covers the
 * offset */
static void narrow(uint64_t off, uint64_t len, uint64_t *arg)
{
	if (!len) return;
	if (off > arg[0]) {
		if (off < arg[1]) arg[1] = off;
	} else if (off+len > arg[0] || off+len < off) {
		arg[2] = 1;
	}
}

uint64_t image_room(const struct image *im, uint64_t a, int inside)
{
	uint64_t arg[] = { a, im->n, 0 };
	if (a >= im->n) return 0;
	each_part(im, !inside, narrow, arg);
	if (arg[2]) return 0;
	for (uint64_t i=a; i<arg[1]; i++) if (im->p[i]) return 0;
	return arg[1]-a;
}

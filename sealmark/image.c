#include <string.h>
#include "image.h"

uint64_t image_get(const struct image *im, size_t off, struct field f)
{
	uint64_t v = 0;
	for (size_t i=0; i<f.size; i++)
		v = v<<8 | im->p[off+f.off + (im->big ? i : f.size-1-i)];
	return v;
}

void image_put(struct image *im, size_t off, struct field f, uint64_t v)
{
	for (size_t i=0; i<f.size; i++, v>>=8)
		im->p[off+f.off + (im->big ? f.size-1-i : i)] = v;
}

uint32_t image_word(const struct image *im, size_t off)
{
	return image_get(im, off, (struct field){ 0, 4 });
}

void image_put_word(struct image *im, size_t off, uint32_t v)
{
	image_put(im, off, (struct field){ 0, 4 }, v);
}

struct phdr image_phdr(const struct image *im, unsigned i)
{
	size_t at = im->phoff + i*SIZE(im, Phdr);
	return (struct phdr){
		.type = GET(im, at, Phdr, p_type),
		.flags = GET(im, at, Phdr, p_flags),
		.offset = GET(im, at, Phdr, p_offset),
		.vaddr = GET(im, at, Phdr, p_vaddr),
		.paddr = GET(im, at, Phdr, p_paddr),
		.filesz = GET(im, at, Phdr, p_filesz),
		.memsz = GET(im, at, Phdr, p_memsz),
		.align = GET(im, at, Phdr, p_align),
	};
}

void image_put_phdr(struct image *im, size_t at, const struct phdr *ph)
{
	PUT(im, at, Phdr, p_type, ph->type);
	PUT(im, at, Phdr, p_flags, ph->flags);
	PUT(im, at, Phdr, p_offset, ph->offset);
	PUT(im, at, Phdr, p_vaddr, ph->vaddr);
	PUT(im, at, Phdr, p_paddr, ph->paddr);
	PUT(im, at, Phdr, p_filesz, ph->filesz);
	PUT(im, at, Phdr, p_memsz, ph->memsz);
	PUT(im, at, Phdr, p_align, ph->align);
}

/* Is [off, off+len) within the file? */
static int inside(const struct image *im, uint64_t off, uint64_t len)
{
	return off <= im->n && len <= im->n-off;
}

static const char *check_segments(const struct image *im)
{
	uint64_t end = 0, last = im->is64 ? UINT64_MAX : UINT32_MAX;
	int loads = 0;
	for (unsigned i=0; i<im->phnum; i++) {
		struct phdr ph = image_phdr(im, i);
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
	*im = (struct image){ .p = p, .n = n };
	if (n < EI_NIDENT || memcmp(p, ELFMAG, SELFMAG))
		return "not an ELF file";
	if (p[EI_CLASS] != ELFCLASS32 && p[EI_CLASS] != ELFCLASS64)
		return "unknown ELF class";
	if (p[EI_DATA] != ELFDATA2LSB && p[EI_DATA] != ELFDATA2MSB)
		return "unknown byte order";
	if (p[EI_VERSION] != EV_CURRENT) return "unknown ELF version";
	im->is64 = p[EI_CLASS] == ELFCLASS64;
	im->big = p[EI_DATA] == ELFDATA2MSB;
	if (n < SIZE(im, Ehdr)) return "the file is cut off";
	uint64_t type = GET(im, 0, Ehdr, e_type);
	if (type == ET_REL) return "an object file, which is not linked yet";
	if (type != ET_EXEC && type != ET_DYN)
		return "neither program nor library";
	im->phoff = GET(im, 0, Ehdr, e_phoff);
	im->phnum = GET(im, 0, Ehdr, e_phnum);
	if (!im->phnum) return "it has no program headers";
	if (im->phnum == PN_XNUM) return "it has too many program headers";
	if (GET(im, 0, Ehdr, e_phentsize) != SIZE(im, Phdr))
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
		struct phdr ph = image_phdr(im, i);
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

int image_note(const struct image *im, size_t *pos, size_t end, uint64_t align,
	struct note *t)
{
	uint64_t mask = align == 8 ? 7 : 3;
	if (end-*pos < 12) return 0;
	uint64_t left = end-*pos;
	t->namesz = image_word(im, *pos);
	t->descsz = image_word(im, *pos+4);
	t->type = image_word(im, *pos+8);
	t->name = *pos+12;
	uint64_t desc = (12+(uint64_t)t->namesz+mask) & ~mask;
	if (desc > left || t->descsz > left-desc) return 0;
	t->desc = *pos+desc;
	uint64_t next = (desc+t->descsz+mask) & ~mask;
	*pos = next < left ? *pos+next : end;
	return 1;
}

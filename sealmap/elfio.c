#include "elfio.h"
#include <string.h>

uint64_t elf_get(struct elf_form form, const void *p, struct elf_field f)
{
	const unsigned char *s = (const unsigned char *)p + f.off;
	uint64_t v = 0;
	for (size_t i=0; i<f.size; i++)
		v = v<<8 | s[form.big ? i : f.size-1-i];
	return v;
}

void elf_put(struct elf_form form, void *p, struct elf_field f, uint64_t v)
{
	unsigned char *s = (unsigned char *)p + f.off;
	for (size_t i=0; i<f.size; i++, v>>=8)
		s[form.big ? f.size-1-i : i] = v;
}

const char *elf_header(struct elf_header *h, const unsigned char *p, size_t n)
{
	if (n < SELFMAG || memcmp(p, ELFMAG, SELFMAG))
		return "not an ELF file";
	if (n < EI_NIDENT) return "not a whole ELF file";
	if (p[EI_CLASS] != ELFCLASS32 && p[EI_CLASS] != ELFCLASS64)
		return "unknown ELF class";
	if (p[EI_DATA] != ELFDATA2LSB && p[EI_DATA] != ELFDATA2MSB)
		return "unknown byte order";
	struct elf_form form = { .is64 = p[EI_CLASS] == ELFCLASS64,
		.big = p[EI_DATA] == ELFDATA2MSB };
	if (n < ELF_SIZE(form, Ehdr)) return "not a whole ELF file";
#define EHDR(f) elf_get(form, p, ELF_FIELD(form, Ehdr, f))
	*h = (struct elf_header){
		.form = form,
		.type = EHDR(e_type),
		.machine = EHDR(e_machine),
		.phnum = EHDR(e_phnum),
		.phentsize = EHDR(e_phentsize),
		.phoff = EHDR(e_phoff),
	};
#undef EHDR
	if (h->type == ET_REL)
		return "an object file, which is not linked yet";
	if (h->type == ET_CORE) return "a core file";
	if (h->type != ET_EXEC && h->type != ET_DYN)
		return "neither program nor library";
	if (!h->phnum) return "it has no program headers";
	if (h->phnum == PN_XNUM) return "it has too many program headers";
	if (h->phentsize < ELF_SIZE(form, Phdr))
		return "its program headers are of an unknown size";
	return 0;
}

struct elf_phdr elf_phdr(struct elf_form form, const void *p)
{
#define PHDR(f) elf_get(form, p, ELF_FIELD(form, Phdr, f))
	return (struct elf_phdr){
		.type = PHDR(p_type),
		.flags = PHDR(p_flags),
		.offset = PHDR(p_offset),
		.vaddr = PHDR(p_vaddr),
		.paddr = PHDR(p_paddr),
		.filesz = PHDR(p_filesz),
		.memsz = PHDR(p_memsz),
		.align = PHDR(p_align),
	};
#undef PHDR
}

void elf_put_phdr(struct elf_form form, void *p, const struct elf_phdr *ph)
{
#define PHDR(f, v) elf_put(form, p, ELF_FIELD(form, Phdr, f), v)
	PHDR(p_type, ph->type);
	PHDR(p_flags, ph->flags);
	PHDR(p_offset, ph->offset);
	PHDR(p_vaddr, ph->vaddr);
	PHDR(p_paddr, ph->paddr);
	PHDR(p_filesz, ph->filesz);
	PHDR(p_memsz, ph->memsz);
	PHDR(p_align, ph->align);
#undef PHDR
}

/* Round the 32-bit size n up, in 64 bits so that it can't wrap. */
static uint64_t pad(uint64_t n, uint64_t align)
{
	return (n+align-1) & -align;
}

static uint32_t word(struct elf_form form, const unsigned char *p)
{
	return elf_get(form, p, ELF_WORD);
}

int elf_note(struct elf_form form, const unsigned char *p, size_t *pos,
	size_t end, uint64_t align, struct elf_note *t)
{
	if (align != 8) align = 4;
	if (end-*pos < 12) return 0;
	uint64_t left = end-*pos;
	t->namesz = word(form, p+*pos);
	t->descsz = word(form, p+*pos+4);
	t->type = word(form, p+*pos+8);
	t->name = *pos+12;
	uint64_t desc = pad(12+(uint64_t)t->namesz, align);
	if (desc > left || t->descsz > left-desc) return 0;
	t->desc = *pos+desc;
	uint64_t next = pad(desc+t->descsz, align);
	*pos = next < left ? *pos+next : end;
	return 1;
}

int elf_named(const unsigned char *p, const struct elf_note *t, const char *s)
{
	return t->namesz == strlen(s)+1 && !memcmp(p+t->name, s, t->namesz);
}

int elf_property(struct elf_form form, const unsigned char *p, size_t *pos,
	size_t end, struct elf_property *t)
{
	if (end-*pos < 8) return 0;
	t->type = word(form, p+*pos);
	t->size = word(form, p+*pos+4);
	uint64_t size = pad(t->size, ELF_ADDR(form).size);
	if (size > end-*pos-8) return 0;
	*pos += 8+size;
	return 1;
}

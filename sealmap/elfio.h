#ifndef ELFIO_H
#define ELFIO_H

/* Reads and writes ELF headers and notes of either class and byte order, in
 * bytes that the caller has in memory. sealmap and sealmark share it. */

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

/* Not in every system's elf.h. */
#ifndef PT_GNU_PROPERTY
#define PT_GNU_PROPERTY 0x6474e553
#endif
#ifndef DF_1_PIE
#define DF_1_PIE 0x08000000
#endif
#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

struct elf_form { int is64, big; };

/* Offset and size of a field, by class. */
struct elf_field { size_t off, size; };

#define ELF_FIELD(form, T, f) ((form).is64 ? (struct elf_field){ \
	offsetof(Elf64_##T, f), sizeof ((Elf64_##T *)0)->f } \
	: (struct elf_field){ \
	offsetof(Elf32_##T, f), sizeof ((Elf32_##T *)0)->f })
#define ELF_SIZE(form, T) \
	((form).is64 ? sizeof(Elf64_##T) : sizeof(Elf32_##T))
/* The word of the class, and the 32-bit word that notes are made of. */
#define ELF_ADDR(form) (struct elf_field){ 0, (form).is64 ? 8 : 4 }
#define ELF_WORD (struct elf_field){ 0, 4 }

/* The field f of the thing at p, which has room for it. */
uint64_t elf_get(struct elf_form form, const void *p, struct elf_field f);
void elf_put(struct elf_form form, void *p, struct elf_field f, uint64_t v);

struct elf_header {
	struct elf_form form;
	unsigned type, machine, phnum, phentsize;
	uint64_t phoff;
};

/* Read the header of a file from its first n bytes. Returns 0, or the reason
 * why it is no program or library, or has no program headers. 64 bytes are
 * enough. */
const char *elf_header(struct elf_header *h, const unsigned char *p, size_t n);

struct elf_phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct elf_phdr elf_phdr(struct elf_form form, const void *p);
void elf_put_phdr(struct elf_form form, void *p, const struct elf_phdr *ph);

/* A note, by the offsets of its parts. */
struct elf_note {
	uint32_t type, descsz;
	size_t name, namesz, desc;
};

/* Read the note at offset *pos of the bytes at p, of a segment that ends at
 * offset end and has p_align align, and move *pos to the next. Returns 0 at the
 * end, or if the rest is not a note. */
int elf_note(struct elf_form form, const unsigned char *p, size_t *pos,
	size_t end, uint64_t align, struct elf_note *t);

/* Is s, which has no more than t's bytes, the name of the note? */
int elf_named(const unsigned char *p, const struct elf_note *t, const char *s);

/* A property of a note of type NT_GNU_PROPERTY_TYPE_0. size is without
 * padding. */
struct elf_property { uint32_t type, size; };

/* Read the property at offset *pos of the bytes at p, and move *pos to the
 * next. Returns 0 at the end, or if the rest is not a property: then *pos is
 * not end. */
int elf_property(struct elf_form form, const unsigned char *p, size_t *pos,
	size_t end, struct elf_property *t);

#endif

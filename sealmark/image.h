#ifndef IMAGE_H
#define IMAGE_H

/* An ELF file in memory, of either class and byte order. */

#include <elf.h>
#include <stddef.h>
#include <stdint.h>

#ifndef PT_GNU_MUTABLE
#define PT_GNU_MUTABLE 0x6474f555
#endif

struct image {
	unsigned char *p;
	size_t n;		/* bytes */
	int is64, big;
	uint64_t phoff;
	unsigned phnum;
	/* zeros in p that need not be written: a hole in the file */
	size_t hole, hole_end;
};

struct phdr {
	uint32_t type, flags;
	uint64_t offset, vaddr, paddr, filesz, memsz, align;
};

struct section {
	const char *name;
	uint32_t type;
	uint64_t flags, addr, offset, size;
};

/* Offset and size of a field, by the file's class. */
struct field { size_t off, size; };

#define FIELD(im, T, f) ((im)->is64 \
	? (struct field){ offsetof(Elf64_##T, f), sizeof ((Elf64_##T *)0)->f } \
	: (struct field){ offsetof(Elf32_##T, f), sizeof ((Elf32_##T *)0)->f })
#define SIZE(im, T) ((im)->is64 ? sizeof(Elf64_##T) : sizeof(Elf32_##T))

/* The field f of the T at offset off, which must lie inside the file. */
#define GET(im, off, T, f) image_get(im, off, FIELD(im, T, f))
#define PUT(im, off, T, f, v) image_put(im, off, FIELD(im, T, f), v)

uint64_t image_get(const struct image *im, size_t off, struct field f);
void image_put(struct image *im, size_t off, struct field f, uint64_t v);
uint32_t image_word(const struct image *im, size_t off);
void image_put_word(struct image *im, size_t off, uint32_t v);

/* Check the n bytes at p. Returns 0, or a message if they are not a program or
 * library with valid program headers. Files that are not understood are never
 * changed. */
const char *image_open(struct image *im, unsigned char *p, size_t n);

struct phdr image_phdr(const struct image *im, unsigned i);

/* Write a program header at offset off. */
void image_put_phdr(struct image *im, size_t off, const struct phdr *ph);

/* The number of sections, or 0 if there are none or their table is invalid. */
unsigned image_sections(const struct image *im);
struct section image_section(const struct image *im, unsigned i);

/* The largest page size of the file's machine, in bytes. */
uint64_t image_page(const struct image *im);

/* The end of the last part of the file that a header names. */
uint64_t image_end(const struct image *im);

/* The number of unused bytes from offset a on: they are 0 and lie before the
 * next part that a header names. 0 if one of those bytes is not 0: then there
 * is data that no header names, and its start is unknown. With inside, bytes
 * within a segment are unused if no section and no other header covers them. */
uint64_t image_room(const struct image *im, uint64_t a, int inside);

/* A note, by the offsets of its parts. */
struct note {
	uint32_t type, descsz;
	size_t name, namesz, desc;
};

/* Read the note at *pos of a segment that ends at end and has p_align align,
 * and move *pos to the next. Returns 0 at the end, or if the rest is not a
 * note. */
int image_note(const struct image *im, size_t *pos, size_t end, uint64_t align,
	struct note *t);

#endif

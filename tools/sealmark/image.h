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
	/* Bytes of zeros in p that need not be written: a hole in the file. */
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

/* Where a field is and how many bytes it has, by the file's class. */
struct field { size_t off, size; };

#define FIELD(im, T, f) ((im)->is64 \
	? (struct field){ offsetof(Elf64_##T, f), sizeof ((Elf64_##T *)0)->f } \
	: (struct field){ offsetof(Elf32_##T, f), sizeof ((Elf32_##T *)0)->f })
#define SIZE(im, T) ((im)->is64 ? sizeof(Elf64_##T) : sizeof(Elf32_##T))

/* The field f of the T at byte off of the file, which must be inside it. */
#define GET(im, off, T, f) image_get(im, off, FIELD(im, T, f))
#define PUT(im, off, T, f, v) image_put(im, off, FIELD(im, T, f), v)

uint64_t image_get(const struct image *im, size_t off, struct field f);
void image_put(struct image *im, size_t off, struct field f, uint64_t v);
uint32_t image_word(const struct image *im, size_t off);
void image_put_word(struct image *im, size_t off, uint32_t v);

/* Look at the n bytes at p. Null, or what keeps them from being a program or
 * library whose program headers make sense: nothing is changed in one that is
 * not understood. */
const char *image_open(struct image *im, unsigned char *p, size_t n);

struct phdr image_phdr(const struct image *im, unsigned i);

/* Write a program header at byte off. */
void image_put_phdr(struct image *im, size_t off, const struct phdr *ph);

/* The number of sections, 0 if there are none or their table is not sound. */
unsigned image_sections(const struct image *im);
struct section image_section(const struct image *im, unsigned i);

/* The largest page size of the machine that the file is for, in bytes. */
uint64_t image_page(const struct image *im);

/* One past the last byte of the file that anything in it tells of. */
uint64_t image_end(const struct image *im);

/* How many bytes of the file from a on are unused: they are 0 and belong to
 * nothing, up to where the next thing starts that a header tells of, or the end
 * of the file. 0 if a byte in between is not 0: then somebody keeps data there
 * that no header tells of, and where it starts is not known. With inside, bytes
 * within a segment are unused if no section and no other header has them. */
uint64_t image_room(const struct image *im, uint64_t a, int inside);

/* A note, by where in the file its parts are. */
struct note {
	uint32_t type, descsz;
	size_t name, namesz, desc;
};

/* The note at *pos, where end is the end of its segment and align its p_align;
 * moves *pos to the next. 0 at the end, or where the rest is no note. */
int image_note(const struct image *im, size_t *pos, size_t end, uint64_t align,
	struct note *t);

#endif

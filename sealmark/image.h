#ifndef IMAGE_H
#define IMAGE_H

/* An ELF file in memory, of either class and byte order: its program headers,
 * sections, and the bytes that nothing uses. */

#include <stddef.h>
#include <stdint.h>
#include "../sealmap/elfio.h"

struct image {
	unsigned char *p;
	size_t n;		/* bytes */
	struct elf_form form;
	uint64_t phoff;
	unsigned phnum;
	/* zeros in p that need not be written: a hole in the file */
	size_t hole, hole_end;
};

struct section {
	const char *name;
	uint32_t type;
	uint64_t flags, addr, offset, size;
};

#define SIZE(im, T) ELF_SIZE((im)->form, T)

/* The field f of the T at offset off, which must lie inside the file. */
#define GET(im, off, T, f) elf_get((im)->form, (im)->p+(off), \
	ELF_FIELD((im)->form, T, f))
#define PUT(im, off, T, f, v) elf_put((im)->form, (im)->p+(off), \
	ELF_FIELD((im)->form, T, f), v)
#define GET_WORD(im, off) \
	((uint32_t)elf_get((im)->form, (im)->p+(off), ELF_WORD))
#define PUT_WORD(im, off, v) elf_put((im)->form, (im)->p+(off), ELF_WORD, v)

/* Check the n bytes at p. Returns 0, or a message if they are not a program or
 * library with valid program headers. Files that are not understood are never
 * changed. */
const char *image_open(struct image *im, unsigned char *p, size_t n);

struct elf_phdr image_phdr(const struct image *im, unsigned i);

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

#endif

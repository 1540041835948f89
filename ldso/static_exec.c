#define _GNU_SOURCE
#define SYSCALL_NO_TLS 1
#include <elf.h>
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "dynlink.h"
#include "libc.h"
#include "syscall.h"
#include "seal.h"
#include "seal_start.h"
#include "segment.h"

extern weak hidden char __ehdr_start[];

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

struct image {
	const char *name;
	int fd, preload;
	off_t size;
	Ehdr eh;
	Phdr *ph;
	unsigned char *base;
	struct seal_range map;
};

static void fail(const struct image *im, const char *what)
{
	__seal_print(im->name, ": ", what, "\n", (char *)0);
	_exit(1);
}

static int read_at(const struct image *im, void *to, size_t n, size_t off)
{
	for (size_t i=0; i<n; ) {
		ssize_t l = pread(im->fd, (char *)to+i, n-i, off+i);
		if (l<0 && errno==EINTR) continue;
		if (l<=0) return -1;
		i += l;
	}
	return 0;
}

/* 1 if the dynamic section, read from the file, names a needed library, or if
 * there are preloads and the file is not marked as a program (DF_1_PIE). */
static int needs_library(const struct image *im, const Phdr *dyn)
{
	size_t d[2], flags = 0;
	for (size_t i=0; i+sizeof d <= dyn->p_filesz; i+=sizeof d) {
		if (read_at(im, d, sizeof d, dyn->p_offset+i)) return 0;
		if (d[0] == DT_NEEDED) return 1;
		if (d[0] == DT_FLAGS_1) flags = d[1];
		if (d[0] == DT_NULL) break;
	}
	return im->preload && !(flags & DF_1_PIE);
}

/* Read the headers. Returns 0 if they are not those of a static program;
 * map_library reports the errors of a dynamic one. */
static int read_headers(struct image *im)
{
	const Ehdr *self = (void *)__ehdr_start;
	Ehdr *eh = &im->eh;
	struct stat st;
	size_t i, loads = 0;

	if (fstat(im->fd, &st) || read_at(im, eh, sizeof *eh, 0)) return 0;
	if (memcmp(eh->e_ident, self->e_ident, EI_VERSION)
	    || eh->e_machine != self->e_machine
	    || (eh->e_type != ET_EXEC && eh->e_type != ET_DYN)
	    || eh->e_phentsize != sizeof *im->ph || !eh->e_phnum || !eh->e_entry)
		return 0;
	im->size = st.st_size;
	size_t n = eh->e_phnum*sizeof *im->ph;
	im->ph = mmap(0, n, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	if (im->ph == MAP_FAILED) return 0;
	if (read_at(im, im->ph, n, eh->e_phoff)) goto not_static;
	for (i=0; i<eh->e_phnum; i++) {
		if (im->ph[i].p_type == PT_INTERP) goto not_static;
		if (im->ph[i].p_type == PT_DYNAMIC && needs_library(im, im->ph+i))
			goto not_static;
		if (im->ph[i].p_type == PT_LOAD) loads++;
	}
	if (loads) return 1;
not_static:
	munmap(im->ph, n);
	return 0;
}

/* Map the image as the kernel does: reserve the span, then map each segment in
 * its place, with zeros behind its file contents. The gaps between segments
 * stay reserved, without access. */
static void map_image(struct image *im)
{
	size_t min = SIZE_MAX, max = 0, i, pg = PAGE_SIZE-1, align = PAGE_SIZE;
	int flags = MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE;
	for (i=0; i<im->eh.e_phnum; i++) {
		const Phdr *ph = im->ph+i;
		if (ph->p_type != PT_LOAD) continue;
		if (!segment_in_file(ph, im->fd, &im->size)
		    || ph->p_filesz > ph->p_memsz)
			fail(im, "cannot load: a segment is not all in the file");
		/* Without file contents, the offset means nothing. */
		if (ph->p_vaddr+ph->p_memsz < ph->p_vaddr
		    || ph->p_vaddr+ph->p_memsz > SIZE_MAX-65536
		    || (ph->p_filesz && (ph->p_vaddr-ph->p_offset & pg)))
			fail(im, "cannot load: a segment has no valid address");
		if (ph->p_vaddr < min) min = ph->p_vaddr;
		if (ph->p_vaddr+ph->p_memsz > max) max = ph->p_vaddr+ph->p_memsz;
		if (ph->p_align > align && !(ph->p_align & ph->p_align-1)
		    && ph->p_align < SIZE_MAX/4)
			align = ph->p_align;
	}
	min &= -PAGE_SIZE;
	size_t len = (max+pg & ~pg)-min;
	unsigned char *map;
	if (im->eh.e_type == ET_EXEC) {
		map = mmap((void *)min, len, PROT_NONE, flags|MAP_FIXED_NOREPLACE, -1, 0);
		if (map != (void *)min)
			fail(im, "cannot load: its address is taken");
	} else {
		size_t room = len+align-PAGE_SIZE;
		unsigned char *p = mmap(0, room, PROT_NONE, flags, -1, 0);
		if (p == MAP_FAILED) fail(im, "cannot load: out of memory");
		map = p+((min-(size_t)p) & align-1);
		if (map > p) munmap(p, map-p);
		if (map+len < p+room) munmap(map+len, p+room-(map+len));
	}
	im->base = map-min;
	im->map.start = (uintptr_t)map;
	im->map.end = im->map.start+len;
	for (i=0; i<im->eh.e_phnum; i++) {
		const Phdr *ph = im->ph+i;
		if (ph->p_type != PT_LOAD || !ph->p_memsz) continue;
		unsigned char *start = im->base+(ph->p_vaddr & ~pg);
		unsigned char *end = im->base+(ph->p_vaddr+ph->p_memsz+pg & ~pg);
		unsigned char *file = im->base+ph->p_vaddr+ph->p_filesz;
		unsigned char *zero = im->base+(ph->p_vaddr+ph->p_filesz+pg & ~pg);
		int prot = __seal_prot(ph);
		if (!ph->p_filesz) file = zero = start;
		if (zero > start && mmap(start, zero-start, prot,
		    MAP_PRIVATE|MAP_FIXED, im->fd, ph->p_offset & ~pg) == MAP_FAILED)
			fail(im, "cannot load: a segment cannot be mapped");
		if (ph->p_memsz <= ph->p_filesz) continue;
		if (prot & PROT_WRITE) memset(file, 0, zero-file);
		if (end > zero && mmap(zero, end-zero, prot,
		    MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
			fail(im, "cannot load: out of memory");
	}
}

static const Phdr *phdr_in_memory(const struct image *im)
{
	size_t off = im->eh.e_phoff, n = im->eh.e_phnum*sizeof *im->ph;
	for (size_t i=0; i<im->eh.e_phnum; i++) {
		const Phdr *ph = im->ph+i;
		if (ph->p_type == PT_LOAD && off >= ph->p_offset
		    && off+n <= ph->p_offset+ph->p_filesz)
			return (void *)(im->base+ph->p_vaddr+(off-ph->p_offset));
	}
	return 0;
}

static void seal_image(const struct image *im)
{
	struct seal_job job = { 0 };
	const Ehdr *self = (void *)__ehdr_start;
	struct seal_object o = {
		.name = im->name,
		.base = (uintptr_t)im->base,
		.phdr = im->ph,
		.phnum = im->eh.e_phnum,
		.phentsize = sizeof *im->ph,
		.map = im->map,
		.foreign = 1,
	}, loader = {
		.name = "ld.so",
		.base = (uintptr_t)self,
		.phdr = (void *)((char *)self+self->e_phoff),
		.phnum = self->e_phnum,
		.phentsize = self->e_phentsize,
		.loader = 1,
	};
	int err;

	__seal_program(&o);
	/* A marked program was linked against a libc that seals the rest when
	 * it starts. */
	if (__seal_strict() && !__seal_marked(&o))
		__seal_refuse(im->name, "a static program that does not seal itself");
	if (!__seal_wanted()) return;
	__seal_add(&job, &o);
	__seal_add(&job, &loader);
	__seal_add_vdso(&job);
	if ((err = __seal_finish(&job, im->name)))
		__seal_refuse(im->name, __seal_reason(err));
}

void __exec_static(int fd, int preload, const char *argv0, size_t *sp, size_t *auxv)
{
	struct image im = { .name = (char *)sp[1], .fd = fd, .preload = preload };
	if (DL_FDPIC || DL_NOMMU_SUPPORT || !read_headers(&im)) return;
	map_image(&im);
	close(fd);
	seal_image(&im);
	if (argv0) sp[1] = (size_t)argv0;
	for (; *auxv; auxv+=2) switch (*auxv) {
	case AT_PHDR: auxv[1] = (size_t)phdr_in_memory(&im); break;
	case AT_PHENT: auxv[1] = sizeof *im.ph; break;
	case AT_PHNUM: auxv[1] = im.eh.e_phnum; break;
	case AT_ENTRY: auxv[1] = (size_t)im.base+im.eh.e_entry; break;
	case AT_EXECFN: auxv[1] = (size_t)im.name; break;
	}
	size_t entry = (size_t)im.base+im.eh.e_entry;
	munmap(im.ph, im.eh.e_phnum*sizeof *im.ph);
	/* The psABIs require a stack pointer aligned to 16 at the entry point,
	 * and some processors fault otherwise. The loader's own arguments lie
	 * just below and are not needed any more: if they were an odd number of
	 * words, the block moves down over them. */
	size_t *aligned = (void *)((size_t)sp & -16);
	memmove(aligned, sp, (char *)(auxv+2)-(char *)sp);
	STATIC_JMP((void *)entry, aligned);
	for (;;);
}

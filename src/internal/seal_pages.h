#ifndef SEAL_PAGES_H
#define SEAL_PAGES_H

/* Pages of a file replaced in place by anonymous ones with the same contents.
 * They may hold the GOT, which is empty meanwhile, or which is not relocated
 * yet. So these are inline, no loop may become a call, and nothing loads
 * anything but the data. There is no errno. */

#ifndef SYSCALL_NO_TLS
#define SYSCALL_NO_TLS 1
#endif
#include <elf.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include "syscall.h"
#include "seal.h"

/* __syscall6, unlike __syscall, is an instruction in any build. */
static inline long seal_map(uintptr_t at, size_t len, int flags)
{
	flags |= MAP_PRIVATE|MAP_ANONYMOUS;
#ifdef SYS_mmap2
	return __syscall6(SYS_mmap2, at, len, PROT_READ|PROT_WRITE, flags,
		-1, 0);
#else
	return __syscall6(SYS_mmap, at, len, PROT_READ|PROT_WRITE, flags,
		-1, 0);
#endif
}

typedef size_t seal_vec __attribute__((__vector_size__(16), __may_alias__));

/* len is a multiple of SEAL_COPIED. */
#define SEAL_COPIED 128
static inline void seal_copy(void *dest, const void *src, size_t len)
{
	seal_vec *to = dest;
	const seal_vec *from = src;
	for (size_t i=0; i<len/sizeof *to; i+=8) {
		seal_vec a = from[i], b = from[i+1];
		seal_vec c = from[i+2], d = from[i+3];
		to[i] = a, to[i+1] = b, to[i+2] = c, to[i+3] = d;
		a = from[i+4], b = from[i+5], c = from[i+6], d = from[i+7];
		to[i+4] = a, to[i+5] = b, to[i+6] = c, to[i+7] = d;
		__asm__ __volatile__ ("" : : : "memory");
	}
}

/* Most programs, and ld.so, have a page or two of RELRO. They are kept on the
 * stack while new pages are mapped in their place. In between the new pages are
 * zero, and nothing reads them. Pages that are mapped over as many others count
 * towards no limit. */
#define SEAL_KEPT_MAX 16384

/* Replace the pages from at to end. first is on the first of them: the bytes
 * before it are padding, and become zero. Most RELRO begins near the end of a
 * page, so little is copied, and the stack grows little. Returns 0, or a
 * positive errno with the contents unchanged. */
static inline int seal_replace(uintptr_t first, uintptr_t at, uintptr_t end,
	size_t page)
{
	size_t step = page > SEAL_KEPT_MAX ? page : SEAL_KEPT_MAX;
	first &= -(uintptr_t)SEAL_COPIED;
	for (; at < end; at+=step, first=at) {
		size_t len = end-at < step ? end-at : step, n = at+len-first;
		seal_vec kept[n/sizeof(seal_vec)];
		seal_copy(kept, (void *)first, n);
		long ret = seal_map(at, len, MAP_FIXED|MAP_POPULATE);
		if ((unsigned long)ret > -4096UL) return -ret;
		seal_copy((void *)first, kept, n);
	}
	return 0;
}

/* The first byte of the page at at that a segment has, of an object with the
 * load bias base. The bytes before it are padding. */
static inline uintptr_t seal_first(const void *phdr, size_t n, size_t size,
	uintptr_t base, uintptr_t at, size_t page)
{
	uintptr_t first = at+page;
	for (size_t i=0; i<n; i++) {
		const ElfW(Phdr) *ph = (void *)((uintptr_t)phdr+i*size);
		uintptr_t start = base+ph->p_vaddr, end = start+ph->p_memsz;
		if (ph->p_type != PT_LOAD || end <= at || start >= first)
			continue;
		first = start > at ? start : at;
	}
	return first;
}

/* Called before the first relocation of the object that this is linked into,
 * ld.so or a static program, with its load bias and the auxiliary vector. The
 * first write to a page of RELRO copies it, so replacing it later would cost
 * one copy more. Returns 1 if RELRO is on anonymous pages now. */
static inline int seal_early(uintptr_t base, const size_t *aux)
{
	struct seal_range relro = { 0, 0 };
	const ElfW(Ehdr) *eh = (void *)base;
	uintptr_t phdr = aux[AT_PHDR], i;
	size_t n = aux[AT_PHNUM], size = aux[AT_PHENT], page = aux[AT_PAGESZ];
	if (aux[AT_BASE]) {
		phdr = base+eh->e_phoff;
		n = eh->e_phnum;
		size = eh->e_phentsize;
	}
	for (i=0; i<n; i++) {
		const ElfW(Phdr) *ph = (void *)(phdr+i*size);
		if (ph->p_type == PT_GNU_RELRO)
			relro = __seal_relro(ph, base, page);
	}
	if (relro.start >= relro.end) return 0;
	for (i=0; i<n; i++) {
		const ElfW(Phdr) *ph = (void *)(phdr+i*size);
		uintptr_t start = base+ph->p_vaddr, end = start+ph->p_memsz;
		if (ph->p_type == PT_LOAD && (ph->p_flags & PF_W)
		    && relro.start >= (start & -page)
		    && relro.end <= (end+page-1 & -page))
			return !seal_replace(seal_first((void *)phdr, n, size,
				base, relro.start, page), relro.start,
				relro.end, page);
	}
	/* It may lie in more than one segment. */
	return 0;
}

/* 1 if it did so. Defined in dlstart.c. */
extern hidden char __relro_moved;

#endif

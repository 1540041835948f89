#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include "seal_arch.h"

/* glibc's function by which the unwinder of gcc 12 and later finds the table
 * of the object that has an address. A compiler whose libgcc_eh.a was built for
 * glibc links a reference to it into any program that unwinds, in C too. musl's
 * headers do not declare it, and libgcc asks for dl_iterate_phdr there. */

/* glibc's struct dl_find_object. Only i386 has the base of data-relative
 * addresses, which is the address of its GOT. */
struct found {
	unsigned long long flags;
	void *start, *end;
	struct link_map *map;
	void *eh_frame;
#ifdef FIND_OBJECT_DBASE
	void *dbase;
	unsigned pad;
#endif
	unsigned long long reserved[7];
};

struct query {
	uintptr_t address;
	struct found *found;
};

static int look(struct dl_phdr_info *info, size_t size, void *arg)
{
	struct query *q = arg;
	(void)size;
	const ElfW(Phdr) *ph = info->dlpi_phdr, *table = 0, *in = 0;
	for (int i=0; i<info->dlpi_phnum; i++, ph++) {
		if (ph->p_type == PT_GNU_EH_FRAME) table = ph;
		if (ph->p_type == PT_LOAD && q->address
		    - (info->dlpi_addr + ph->p_vaddr) < ph->p_memsz) in = ph;
	}
	if (!in) return 0;
	if (!table) return -1;
	*q->found = (struct found){
		.start = (void *)(info->dlpi_addr + in->p_vaddr),
		.end = (void *)(info->dlpi_addr + in->p_vaddr + in->p_memsz),
		.eh_frame = (void *)(info->dlpi_addr + table->p_vaddr),
	};
#ifdef FIND_OBJECT_DBASE
	for (ph=info->dlpi_phdr; ph<info->dlpi_phdr+info->dlpi_phnum; ph++) {
		if (ph->p_type != PT_DYNAMIC) continue;
		const ElfW(Dyn) *d = (void *)(info->dlpi_addr + ph->p_vaddr);
		for (; d->d_tag; d++) if (d->d_tag == DT_PLTGOT)
			q->found->dbase = (void *)(info->dlpi_addr
				+ d->d_un.d_ptr);
	}
#endif
	return 1;
}

/* 0 if address is in an object that has a table. The map of the object is left
 * out, since no unwinder reads it. */
int _dl_find_object(void *address, struct found *found)
{
	struct query q = { (uintptr_t)address, found };
	return dl_iterate_phdr(look, &q) == 1 ? 0 : -1;
}

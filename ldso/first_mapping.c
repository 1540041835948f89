#include <elf.h>
#include <link.h>
#include "dynlink.h"
#include "libc.h"
#include "first_mapping.h"

/* The first mapping of a library spans all of it, with the protection of its
 * lowest segment. The other segments are mapped over it. Returns 1 if ph needs
 * no mapping of its own: the first mapping has its pages at the same distance
 * in the file and with the same protection, as is usual for .rodata, and no
 * segment before it was mapped over them. */
int first_mapping_serves(const Phdr *ph0, size_t phnum, size_t phentsize,
	const Phdr *ph)
{
	const Phdr *p, *low = ph;
	size_t i, min = ph->p_vaddr & -PAGE_SIZE;
	for (p=ph0, i=phnum; i--; p=(void *)((char *)p+phentsize))
		if (p->p_type == PT_LOAD && p->p_vaddr < low->p_vaddr) low = p;
	if (ph->p_flags & PF_W || (ph->p_flags^low->p_flags) & (PF_R|PF_W|PF_X)
	    || min-(low->p_vaddr & -PAGE_SIZE)
	    != (ph->p_offset & -PAGE_SIZE)-(low->p_offset & -PAGE_SIZE))
		return 0;
	for (p=ph0; p!=ph; p=(void *)((char *)p+phentsize))
		if (p->p_type == PT_LOAD && p != low
		    && (p->p_vaddr+p->p_memsz+PAGE_SIZE-1 & -PAGE_SIZE) > min)
			return 0;
	return 1;
}

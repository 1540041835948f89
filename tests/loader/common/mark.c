#define _GNU_SOURCE
#include "want.h"
#include <elf.h>
#include <string.h>

#ifndef NT_GNU_PROPERTY_TYPE_0
#define NT_GNU_PROPERTY_TYPE_0 5
#endif
#define PROPERTY_MEMORY_SEAL 3

/* Marked: GNU_PROPERTY_MEMORY_SEAL, or a note of owner "musl-seal" and type 1
 * with bit 0 set in its word. Written independently of the loader's parser on
 * purpose. */
int is_marked(uintptr_t base, const ElfW(Phdr) *ph, int n)
{
	int i;
	for (i=0; i<n; i++) {
		if (ph[i].p_type != PT_NOTE && ph[i].p_type != 0x6474e553)
			continue;
		const char *p = (void *)(base + ph[i].p_vaddr);
		const char *end = p + ph[i].p_memsz;
		size_t al = ph[i].p_align == 8 ? 8 : 4;
		while (end-p >= 12) {
			uint32_t h[3], v;
			memcpy(h, p, 12);
			const char *name = p+12;
			size_t d = (12 + h[0] + al-1) & -al;
			const char *desc = p + d;
			size_t next = (d + h[1] + al-1) & -al;
			if (next > (size_t)(end-p)) next = end-p;
			if (d + h[1] > (size_t)(end-p)) break;
			if (h[0]==10 && !memcmp(name, "musl-seal", 10)
			    && h[2]==1 && h[1]==4) {
				memcpy(&v, desc, 4);
				if (v & 1) return 1;
			}
			if (h[0]==4 && !memcmp(name, "GNU", 4)
			    && h[2]==NT_GNU_PROPERTY_TYPE_0) {
				const char *q = desc, *qe = desc+h[1];
				while (qe-q >= 8) {
					uint32_t t[2];
					memcpy(t, q, 8);
					if (t[0]==PROPERTY_MEMORY_SEAL)
						return 1;
					q += 8 + ((t[1] + sizeof(size_t)-1)
						& -sizeof(size_t));
				}
			}
			p += next;
		}
	}
	return 0;
}

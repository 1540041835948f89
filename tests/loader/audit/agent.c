/* A tracer, by LD_PRELOAD: makes the text of the program writable, all of it,
 * and patches a function of it. */
#define _GNU_SOURCE
#include "refused.h"
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static int patch(struct dl_phdr_info *o, size_t size, void *arg)
{
	(void)size, (void)arg;
	void *program = dlopen(0, RTLD_NOW);
	char *f = dlsym(program, "one"), *g = dlsym(program, "two");
	for (int i=0; i<o->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = o->dlpi_phdr+i;
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_X)) continue;
		char *start = PAGE_OF(o->dlpi_addr+ph->p_vaddr);
		char *end = PAGE_OF(o->dlpi_addr+ph->p_vaddr+ph->p_memsz
			+PAGE-1);
		if (mprotect(start, end-start,
		    PROT_READ|PROT_WRITE|PROT_EXEC)) {
			refused("mprotect", start, end-start, "rwx", "text");
			fflush(stdout);
			_exit(1);
		}
		memcpy(f, g, CODE);
		__builtin___clear_cache(f, f+CODE);
		if (mprotect(start, end-start, PROT_READ|PROT_EXEC)) _exit(2);
	}
	/* The first is the program. */
	return 1;
}

__attribute__((__constructor__)) static void start(void)
{
	dl_iterate_phdr(patch, 0);
}

#define _GNU_SOURCE
#include "refused.h"
#include <errno.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

struct found {
	size_t at, bias;
	const char *name;
	int libc;
};

static int find(struct dl_phdr_info *o, size_t size, void *arg)
{
	struct found *f = arg;
	int here = 0;
	(void)size;
	for (int i=0; i<o->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = o->dlpi_phdr+i;
		size_t start = o->dlpi_addr+ph->p_vaddr & -PAGE;
		size_t end = o->dlpi_addr+ph->p_vaddr+ph->p_memsz;
		if (ph->p_type != PT_LOAD) continue;
		here |= f->at-start < end-start;
	}
	if (!here) return 0;
	f->bias = o->dlpi_addr;
	f->name = o->dlpi_name;
	f->libc = !!strstr(o->dlpi_name, "ld-musl");
	return 1;
}

int refused(const char *call, const void *start, size_t len, const char *prot,
	const char *parts)
{
	int error = errno;
	struct found f = { .at = (size_t)start, .name = "nothing" };
	dl_iterate_phdr(find, &f);
	if (!strcmp(f.name, "/proc/self/exe")) {
		/* A static program. */
		f.name = (char *)getauxval(AT_EXECFN);
		f.libc = 0;
	}
	printf("seal: refused: %s %zx-%zx%s%s: %s of %s: ", call, f.at,
		f.at+len, prot ? " " : "", prot ? prot : "", parts, f.name);
	if (f.libc)
		printf("it is libc's, and only LD_SEAL=off allows it\n");
	else
		printf("sealmark --mutable %zx-%zx %s\n", f.at-f.bias,
			f.at+len-f.bias, f.name);
	if (error != EPERM) printf("errno is %d\n", error);
	return 1;
}

/* On a page of their own. */
#define ALONE __attribute__((__noinline__, __section__("hot"), \
	__aligned__(PAGE)))

ALONE int one(void) { return 1; }
ALONE int two(void) { return 2; }

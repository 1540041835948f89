/* A slot of the program's own GOT is pointed elsewhere. */
#define _GNU_SOURCE
#include "refused.h"
#include <link.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

extern const size_t _DYNAMIC[] __attribute__((__visibility__("hidden")));
extern char __ehdr_start[] __attribute__((__visibility__("hidden")));

static pid_t mine(void)
{
	return 12345;
}

/* Of a table of relocations, the slot that holds the address. */
static void **find(char *base, const size_t *rel, size_t len, size_t words,
	void *address)
{
	for (; rel && len>=words*sizeof *rel; len-=words*sizeof *rel,
	    rel+=words) {
		void **slot = (void **)(base+rel[0]);
		if (*slot == address) return slot;
	}
	return 0;
}

int main(void)
{
	size_t d[40] = { 0 };
	for (const size_t *v=_DYNAMIC; *v; v+=2) if (*v < 40) d[*v] = v[1];
	char *base = __ehdr_start;
	size_t words = d[DT_RELA] || d[DT_PLTREL]==DT_RELA ? 3 : 2;
#define TABLE(tag) (d[tag] ? (size_t *)(base+d[tag]) : 0)
	void **slot = find(base, TABLE(DT_JMPREL), d[DT_PLTRELSZ], words,
		(void *)getppid);
	if (!slot) slot = find(base, TABLE(words==3 ? DT_RELA : DT_REL),
		d[words==3 ? DT_RELASZ : DT_RELSZ], words, (void *)getppid);
	if (!slot) return 3;
	if (mprotect(PAGE_OF(slot), PAGE, PROT_READ|PROT_WRITE))
		return refused("mprotect", PAGE_OF(slot), PAGE, "rw-",
			"relro");
	*slot = (void *)mine;
	if (mprotect(PAGE_OF(slot), PAGE, PROT_READ)) return 2;
	return getppid() != 12345;
}

/* faults NAME: does QEMU user-mode do here what a kernel would not? A program
 * for each of its faults that the tests have to know of; the table `faults` says
 * which. "yes" if it does, with status 1; "no" if not. It needs no seals and no
 * emulation. */

#define _GNU_SOURCE
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static size_t page;

static char *pages(size_t n)
{
	char *p = mmap(0, n*page, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANON, -1, 0);
	if (p == MAP_FAILED) {
		perror("mmap");
		exit(2);
	}
	return p;
}

/* Linked as a PIE: is there no room above it for a break? */
static int no_break(void)
{
	long end = syscall(SYS_brk, 0L);
	return syscall(SYS_brk, end+65536) != end+65536;
}

/* Under -p 65536: are pages of another size nevertheless? */
static int page_size(void)
{
	return getauxval(AT_PAGESZ) != 65536;
}

/* Are pages listed apart that were protected apart, and are alike again? */
static int listed_apart(void)
{
	char line[512], *p = pages(4);
	unsigned long start, end, at = (uintptr_t)p;
	FILE *f = fopen("/proc/self/maps", "r");
	if (!f) {
		perror("/proc/self/maps");
		exit(2);
	}
	fclose(f);
	if (mprotect(p+page, page, PROT_NONE)
	    || mprotect(p+page, page, PROT_READ|PROT_WRITE)) {
		perror("mprotect");
		exit(2);
	}
	f = fopen("/proc/self/maps", "r");
	while (fgets(line, sizeof line, f))
		if (sscanf(line, "%lx-%lx", &start, &end) == 2 && start <= at && at < end) {
			fclose(f);
			return end < at+4*page;
		}
	fclose(f);
	return 1;
}

/* Is the page behind lost by an mremap that fails as its address is misaligned? */
static int mremap_loses(void)
{
	char *p = pages(2);
	int fd[2];
	if (pipe(fd)) return 1;
	if (mremap(p+1, page, page, MREMAP_MAYMOVE) != MAP_FAILED) return 1;
	return write(fd[1], p, 1) != 1 || write(fd[1], p+page, 1) != 1;
}

/* Does an mremap to length 0 end QEMU? Then there is no answer. */
static int mremap_aborts(void)
{
	mremap(pages(1), page, 0, MREMAP_MAYMOVE);
	return 0;
}

/* Does the vdso's header promise what its mapping does not give? */
static int vdso_writable(void)
{
	const ElfW(Ehdr) *e = (void *)getauxval(AT_SYSINFO_EHDR);
	int fd[2];
	if (!e || pipe(fd)) return 0;
	const ElfW(Phdr) *p = (void *)((char *)e + e->e_phoff);
	for (int i=0; i<e->e_phnum; i++)
		if (p[i].p_type == PT_LOAD && (p[i].p_flags & PF_W))
			return write(fd[1], "", 1) == 1 && read(fd[0], (void *)e, 1) != 1;
	return 0;
}

static const struct { const char *name; int (*shown)(void); } faults[] = {
	{ "no-break", no_break },
	{ "page-size", page_size },
	{ "listed-apart", listed_apart },
	{ "mremap-loses", mremap_loses },
	{ "mremap-aborts", mremap_aborts },
	{ "vdso-writable", vdso_writable },
};

int main(int argc, char **argv)
{
	page = sysconf(_SC_PAGESIZE);
	for (size_t i=0; i<sizeof faults/sizeof *faults; i++) {
		if (argc != 2 || strcmp(argv[1], faults[i].name)) continue;
		int shown = faults[i].shown();
		puts(shown ? "yes" : "no");
		return shown;
	}
	fprintf(stderr, "usage: faults NAME\n");
	return 2;
}

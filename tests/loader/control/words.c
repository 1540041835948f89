/* Prints the name of each variable of libc.so that lies in writable pages and
 * holds the address of code, once for each such variable. A variable of no
 * name, such as a slot of the GOT, is "?". */

#define _GNU_SOURCE
#include "find.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#ifdef DLOPEN
#include <dlfcn.h>
#endif

static struct map { size_t start, end; char prot[5]; } maps[256];
static size_t nmaps;

static void read_maps(void)
{
	static char line[4096];
	FILE *f = fopen("/proc/self/maps", "r");
	if (!f) exit(99);
	while (nmaps<256 && fgets(line, sizeof line, f)) {
		struct map *m = maps+nmaps;
		if (sscanf(line, "%zx-%zx %4s", &m->start, &m->end,
		    m->prot) == 3) nmaps++;
	}
	fclose(f);
}

static int is_code(uintptr_t p)
{
	for (size_t i=0; i<nmaps; i++)
		if (p-maps[i].start < maps[i].end-maps[i].start)
			return maps[i].prot[2] == 'x';
	return 0;
}

/* The last byte that ld.so maps. */
static uintptr_t libc_end(void)
{
	const ElfW(Ehdr) *eh = (void *)getauxval(AT_BASE);
	const ElfW(Phdr) *ph = (void *)((char *)eh+eh->e_phoff);
	uintptr_t end = 0;
	for (int i=0; i<eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD
		    && ph[i].p_vaddr+ph[i].p_memsz > end)
			end = ph[i].p_vaddr+ph[i].p_memsz;
	return (uintptr_t)eh+end;
}

static void scan(const struct map *m)
{
	const char *name, *last = 0;
	for (uintptr_t a=m->start; a<m->end; a+=sizeof a) {
		if (!is_code(*(uintptr_t *)a)) continue;
		name = libc_variable_at(a);
		if (!last || strcmp(last, name))
			printf("%s\n", *name ? name : "?");
		last = name;
	}
}

static void nothing(void) {}

int main(void)
{
	uintptr_t base = getauxval(AT_BASE), end = libc_end();
	if (atexit(nothing) || at_quick_exit(nothing)) return 99;
#ifdef DLOPEN
	if (!dlopen("libopened.so", RTLD_NOW)) return 99;
	dlopen("libgone.so", RTLD_NOW);
#endif
	read_maps();
	for (size_t i=0; i<nmaps; i++)
		if (maps[i].prot[1] == 'w' && maps[i].start-base < end-base)
			scan(maps+i);
	return 0;
}

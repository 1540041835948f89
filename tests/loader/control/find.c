#define _GNU_SOURCE
#include "find.h"
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

/* libc.so's file is mapped once more, for its .symtab. */
static const char *libc_file(void)
{
	static const char *file;
	static char line[4096];
	size_t lo, base = getauxval(AT_BASE);
	FILE *f;
	if (file || !(f = fopen("/proc/self/maps", "r"))) return file;
	while (!file && fgets(line, sizeof line, f)) {
		if (sscanf(line, "%zx", &lo) != 1 || lo != base) continue;
		char *path = strchr(line, '/');
		if (!path) continue;
		path[strcspn(path, "\n")] = 0;
		int fd = open(path, O_RDONLY|O_CLOEXEC);
		if (fd < 0) continue;
		void *p = mmap(0, lseek(fd, 0, SEEK_END), PROT_READ,
			MAP_PRIVATE, fd, 0);
		close(fd);
		if (p != MAP_FAILED) file = p;
	}
	fclose(f);
	return file;
}

static const char *file_names;

static const ElfW(Sym) *libc_symbols(size_t *n)
{
	const char *file = libc_file();
	const ElfW(Ehdr) *eh = (void *)file;
	if (!file) return 0;
	const ElfW(Shdr) *sh = (void *)(file+eh->e_shoff);
	for (int i=0; i<eh->e_shnum; i++) {
		if (sh[i].sh_type != SHT_SYMTAB) continue;
		file_names = file+sh[sh[i].sh_link].sh_offset;
		*n = sh[i].sh_size/sizeof(ElfW(Sym));
		return (void *)(file+sh[i].sh_offset);
	}
	return 0;
}

void *libc_variable(const char *name, size_t size, int nth)
{
	size_t n = 0;
	for (const ElfW(Sym) *s=libc_symbols(&n); n--; s++)
		if (s->st_shndx && !strcmp(file_names+s->st_name, name)
		    && (!size || s->st_size == size) && !nth--)
			return (void *)(getauxval(AT_BASE)+s->st_value);
	return 0;
}

const char *libc_variable_at(uintptr_t a)
{
	size_t n = 0;
	for (const ElfW(Sym) *s=libc_symbols(&n); n--; s++)
		if (s->st_shndx
		    && a-getauxval(AT_BASE)-s->st_value < s->st_size)
			return file_names+s->st_name;
	return "";
}

static size_t in_dynamic(const ElfW(Dyn) *d, long tag)
{
	for (; d->d_tag; d++) if (d->d_tag == tag) return d->d_un.d_val;
	return 0;
}

size_t dynamic(struct link_map *l, long tag)
{
	return in_dynamic(l->l_ld, tag);
}

uintptr_t dynamic_address(struct link_map *l, long tag)
{
	size_t v = dynamic(l, tag);
	return v ? l->l_addr+v : 0;
}

struct link_map *record_of(const char *name)
{
	extern ElfW(Dyn) _DYNAMIC[];
	struct r_debug *debug = (void *)in_dynamic(_DYNAMIC, DT_DEBUG);
	struct link_map *l = debug->r_map;
	if (*name)
		for (l=l->l_next; l && !strstr(l->l_name, name); l=l->l_next);
	return l;
}

/* GNU ld puts the names right behind the symbols. */
const ElfW(Sym) *symbol_of(struct link_map *l, const char *name)
{
	const ElfW(Sym) *s = (void *)dynamic_address(l, DT_SYMTAB);
	const char *names = (void *)dynamic_address(l, DT_STRTAB);
	for (; (char *)(s+1)<=names; s++)
		if (s->st_shndx && !strcmp(names+s->st_name, name)) return s;
	return 0;
}

static void **slot_in(struct link_map *l, const char *rel, size_t len,
	size_t one, const char *name)
{
	const ElfW(Sym) *syms = (void *)dynamic_address(l, DT_SYMTAB);
	const char *names = (void *)dynamic_address(l, DT_STRTAB);
	for (; rel && len>=one; rel+=one, len-=one) {
		const ElfW(Rel) *r = (void *)rel;
		size_t n = sizeof(size_t) == 8
			? r->r_info>>16>>16 : r->r_info>>8;
		if (n && !strcmp(names+syms[n].st_name, name))
			return (void **)(l->l_addr+r->r_offset);
	}
	return 0;
}

void **got_slot(struct link_map *l, const char *name)
{
	size_t rela = sizeof(ElfW(Rela)), rel = sizeof(ElfW(Rel));
	void **p = slot_in(l, (char *)dynamic_address(l, DT_JMPREL),
		dynamic(l, DT_PLTRELSZ), dynamic(l, DT_PLTREL) == DT_RELA
		? rela : rel, name);
	if (!p) p = slot_in(l, (char *)dynamic_address(l, DT_RELA),
		dynamic(l, DT_RELASZ), rela, name);
	if (!p) p = slot_in(l, (char *)dynamic_address(l, DT_REL),
		dynamic(l, DT_RELSZ), rel, name);
	return p;
}

void **find_word(void *p, size_t len, uintptr_t value, size_t *at)
{
	uintptr_t *w = p;
	for (; *at<len/sizeof *w; ++*at)
		if (w[*at] == value) return (void **)(w+*at);
	return 0;
}

int read_word(uintptr_t at, uintptr_t *value)
{
	struct iovec to = { value, sizeof *value },
		from = { (void *)at, sizeof *value };
	return process_vm_readv(getpid(), &to, 1, &from, 1, 0) == sizeof *value
		? 0 : -1;
}

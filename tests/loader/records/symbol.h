/* A function of libc looked up without dlsym and without a relocation. */

#include <link.h>
#include <string.h>

struct lookup { const char *name; void *addr; };

static int each_object_symbols(struct dl_phdr_info *o, size_t size, void *data)
{
	struct lookup *l = data;
	const ElfW(Sym) *sym = 0;
	const char *str = 0;
	const unsigned *hash = 0;
	(void)size;
	for (int i=0; i<o->dlpi_phnum; i++) {
		if (o->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
		const ElfW(Dyn) *d = (void *)(o->dlpi_addr+o->dlpi_phdr[i].p_vaddr);
		for (; d->d_tag; d++) {
			void *p = (void *)(o->dlpi_addr+d->d_un.d_val);
			if (d->d_tag == DT_SYMTAB) sym = p;
			else if (d->d_tag == DT_STRTAB) str = p;
			else if (d->d_tag == DT_HASH) hash = p;
		}
	}
	for (unsigned i=1; hash && i<hash[1]; i++)
		if (sym[i].st_shndx && !strcmp(str+sym[i].st_name, l->name))
			l->addr = (void *)(o->dlpi_addr+sym[i].st_value);
	return 0;
}

static void *find_function(const char *name)
{
	struct lookup l = { name, 0 };
	dl_iterate_phdr(each_object_symbols, &l);
	return l.addr;
}

/* No page that can be written holds a slot of a PLT or GOT through which
 * functions are called: neither of libc.so, nor of the program, nor of
 * libraries as musl-gcc links them, at start or by dlopen. The slots are found
 * by their relocations; those that are filled without a symbol, whose
 * relocations look like those of any pointer, by the sections .got and .got.plt
 * of the file. A library that was linked with -z lazy has such slots, which
 * shows that both ways find them. */

#include "check.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

/* R_*_GLOB_DAT, which fills slots of functions that are not called lazily. */
#if defined(__x86_64__) || defined(__i386__)
#define GLOB_DAT 6
#elif defined(__aarch64__)
#define GLOB_DAT 1025
#elif defined(__arm__)
#define GLOB_DAT 21
#else
#define GLOB_DAT -1
#endif
#if UINTPTR_MAX > 0xffffffff
#define TYPE(info) ((info)&0xffffffff)
#else
#define TYPE(info) ((info)&0xff)
#endif

/* Of an object; found by its sections and by its relocations. */
struct count { int words, slots, writable_words, writable_slots; };

static int is_writable(uintptr_t at)
{
	int prot = check_prot((void *)at);
	check_ok(prot >= 0, "slot %zx is not mapped", (size_t)at);
	return prot>0 && prot&PROT_WRITE;
}

static void table(struct count *c, uintptr_t base, const size_t *rel,
	size_t len, size_t words, int all)
{
	for (; rel && len >= words*sizeof *rel;
	    rel+=words, len-=words*sizeof *rel) {
		if (!all && (long)TYPE(rel[1]) != GLOB_DAT) continue;
		c->slots++;
		c->writable_slots += is_writable(base+rel[0]);
	}
}

static void relocations(struct count *c, struct dl_phdr_info *o)
{
	size_t d[40] = { 0 };
	for (int i=0; i<o->dlpi_phnum; i++) {
		if (o->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
		const size_t *v = (void *)(o->dlpi_addr
			+o->dlpi_phdr[i].p_vaddr);
		for (; *v; v+=2) if (*v < 40) d[*v] = v[1];
	}
#define AT(tag) (d[tag] ? (size_t *)(o->dlpi_addr+d[tag]) : 0)
	table(c, o->dlpi_addr, AT(DT_JMPREL), d[DT_PLTRELSZ],
		d[DT_PLTREL]==DT_RELA ? 3 : 2, 1);
	table(c, o->dlpi_addr, AT(DT_RELA), d[DT_RELASZ], 3, 0);
	table(c, o->dlpi_addr, AT(DT_REL), d[DT_RELSZ], 2, 0);
}

static void sections(struct count *c, const struct dl_phdr_info *o)
{
	int fd = open(o->dlpi_name, O_RDONLY|O_CLOEXEC);
	size_t len = fd<0 ? 0 : lseek(fd, 0, SEEK_END);
	const char *file = fd<0 ? MAP_FAILED
		: mmap(0, len, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (!check_ok(file != MAP_FAILED, "cannot read %s", o->dlpi_name))
		return;
	const ElfW(Ehdr) *eh = (void *)file;
	const ElfW(Shdr) *sh = (void *)(file+eh->e_shoff);
	for (int i=0; i<eh->e_shnum; i++) {
		const char *name = file+sh[eh->e_shstrndx].sh_offset
			+sh[i].sh_name;
		if (strcmp(name, ".got") && strcmp(name, ".got.plt")) continue;
		for (size_t at=0; at<sh[i].sh_size; at+=sizeof(size_t)) {
			c->words++;
			c->writable_words +=
				is_writable(o->dlpi_addr+sh[i].sh_addr+at);
		}
	}
	munmap((void *)file, len);
}

/* What to expect, and what was found. */
struct walk { int objects, lazy; };

static int object(struct dl_phdr_info *o, size_t size, void *arg)
{
	struct walk *w = arg;
	struct count c = { 0 };
	int lazy = !!strstr(o->dlpi_name, "lazygot");
	(void)size;
	/* The vdso has no relocations and no file. */
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	for (int i=0; i<o->dlpi_phnum; i++)
		if (vdso && o->dlpi_phdr[i].p_type == PT_LOAD
		    && vdso-o->dlpi_addr-o->dlpi_phdr[i].p_vaddr
			< o->dlpi_phdr[i].p_memsz)
			return 0;
	relocations(&c, o);
	sections(&c, o);
	check_note("%s: %d slots, %d words", o->dlpi_name, c.slots, c.words);
	check_ok((c.slots || GLOB_DAT<0) && c.words, "%s: wanted slots, "
		"found %d by relocations, %d by sections", o->dlpi_name,
		c.slots, c.words);
	check_ok(!c.writable_slots == !lazy, "%s: %d slots are writable",
		o->dlpi_name, c.writable_slots);
	check_ok(!c.writable_words == !lazy, "%s: %d words of .got are "
		"writable", o->dlpi_name, c.writable_words);
	w->objects++;
	w->lazy += lazy;
	return 0;
}

static void walk(const char *when, int objects, int lazy)
{
	struct walk w = { 0 };
	dl_iterate_phdr(object, &w);
	check_ok(w.objects == objects && w.lazy == lazy, "%s: wanted %d "
		"objects, %d lazy, found %d, %d", when, objects, lazy,
		w.objects, w.lazy);
}

static void open_library(const char *name)
{
	void *h = dlopen(name, RTLD_NOW);
	check_ok(!!h, "dlopen: %s", h ? "" : dlerror());
}

extern int got(void);

/* The program, libgot.so and libc.so. */
int main(void)
{
	check_ok(got(), "got()");
	walk("start", 3, 0);
	open_library("libgotopened.so");
	walk("dlopen", 4, 0);
	open_library("liblazygot.so");
	walk("dlopen of a lazy library", 5, 1);
	check_all("end");
	return check_done();
}

/* No page that can be written holds a slot of a PLT or GOT through which functions are
 * called: neither of libc.so, nor of the program, nor of libraries as musl-gcc links
 * them. Each is found by its relocation. A library that was linked with -z lazy has
 * such slots, which shows that the walk finds them. */

#include "check.h"
#include <dlfcn.h>
#include <link.h>
#include <string.h>
#include <sys/mman.h>

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

static int slots, writable;

static void slot(const char *object, uintptr_t at, int must_not)
{
	int prot = check_prot((void *)at);
	slots++;
	if (!(prot & PROT_WRITE)) return;
	writable++;
	if (must_not) check_ok(0, "%s: slot %zx is writable", object, (size_t)at);
}

static void table(struct dl_phdr_info *o, const size_t *rel, size_t len, size_t words,
	int all, int must_not)
{
	for (; rel && len >= words*sizeof *rel; rel+=words, len-=words*sizeof *rel)
		if (all || (long)TYPE(rel[1]) == GLOB_DAT)
			slot(o->dlpi_name, o->dlpi_addr+rel[0], must_not);
}

static int object(struct dl_phdr_info *o, size_t size, void *arg)
{
	size_t d[40] = { 0 };
	int must_not = !strstr(o->dlpi_name, "lazygot");
	(void)size;
	(void)arg;
	for (int i=0; i<o->dlpi_phnum; i++) {
		if (o->dlpi_phdr[i].p_type != PT_DYNAMIC) continue;
		const size_t *v = (void *)(o->dlpi_addr+o->dlpi_phdr[i].p_vaddr);
		for (; *v; v+=2) if (*v < 40) d[*v] = v[1];
	}
	/* The vdso has no relocations. */
#define AT(tag) (d[tag] ? (size_t *)(o->dlpi_addr+d[tag]) : 0)
	table(o, AT(DT_JMPREL), d[DT_PLTRELSZ], d[DT_PLTREL]==DT_RELA ? 3 : 2, 1, must_not);
	table(o, AT(DT_RELA), d[DT_RELASZ], 3, 0, must_not);
	table(o, AT(DT_REL), d[DT_RELSZ], 2, 0, must_not);
	return 0;
}

extern int got(void);

int main(void)
{
	check_ok(got(), "got()");
	dl_iterate_phdr(object, 0);
	check_ok(slots > 10, "wanted more than 10 slots, found %d", slots);
	check_ok(!writable, "wanted no writable slot, found %d", writable);
	void *h = dlopen("liblazygot.so", RTLD_NOW);
	check_ok(!!h, "dlopen: %s", h ? "" : dlerror());
	slots = writable = 0;
	dl_iterate_phdr(object, 0);
	check_ok(writable > 0, "the walk finds no slot of liblazygot.so");
	check_all("end");
	return check_done();
}

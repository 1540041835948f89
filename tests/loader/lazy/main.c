/* A library opened with RTLD_LAZY that refers to what only a later
 * dlopen(RTLD_GLOBAL) provides. The references lie in its RELRO (GLOB_DAT),
 * which must stay writable and unsealed until the last of them is resolved,
 * and be protected and sealed then. Where the linker puts none there, only
 * slots wait that stay writable, and nothing else does. Two libraries provide them, one each;
 * libdependent has none of its own but needs one that has.
 *
 * Argument: the library to open first, or "strict", under which RTLD_LAZY is
 * RTLD_NOW. */

#include "check.h"
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

/* Does LIB have a relocation in RELRO that names a symbol which is not there yet?
 * Where linkers put all slots is a matter of the architecture: arm has them behind
 * RELRO, RISC-V and 64-bit PowerPC none that can wait but for calls. */
static int in_table(const ElfW(Phdr) *relro,
	const size_t *rel, size_t len, size_t words, const ElfW(Sym) *syms,
	const char *names)
{
	size_t page = check_page_size();
	size_t start = relro->p_vaddr & -page;
	size_t end = (relro->p_vaddr+relro->p_memsz) & -page;
	for (; rel && len >= words*sizeof *rel; rel+=words, len-=words*sizeof *rel) {
		size_t sym = sizeof *rel == 8 ? rel[1]>>32 : rel[1]>>8;
		if (rel[0]-start < end-start
		    && !strncmp(names+syms[sym].st_name, "later_", 6))
			return 1;
	}
	return 0;
}

static int waits(struct dl_phdr_info *o, size_t size, void *lib)
{
	const ElfW(Phdr) *relro = 0;
	size_t d[40] = { 0 };
	(void)size;
	if (!strstr(o->dlpi_name, lib)) return 0;
	for (int i=0; i<o->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = o->dlpi_phdr+i;
		const size_t *v = (void *)(o->dlpi_addr+ph->p_vaddr);
		if (ph->p_type == PT_GNU_RELRO) relro = ph;
		if (ph->p_type != PT_DYNAMIC) continue;
		for (; *v; v+=2) if (*v < 40) d[*v] = v[1];
	}
	const ElfW(Sym) *syms = (void *)(o->dlpi_addr+d[DT_SYMTAB]);
	const char *names = (char *)(o->dlpi_addr+d[DT_STRTAB]);
#define TABLE(tag, len, words) \
	(d[tag] && in_table(relro, (size_t *)(o->dlpi_addr+d[tag]), d[len], \
	words, syms, names))
	return relro && (TABLE(DT_RELA, DT_RELASZ, 3) || TABLE(DT_REL, DT_RELSZ, 2)
		|| TABLE(DT_JMPREL, DT_PLTRELSZ, d[DT_PLTREL]==DT_RELA ? 3 : 2));
}

static void *open_or_tell(const char *lib, int mode)
{
	void *h = dlopen(lib, mode);
	check_ok(!!h, "dlopen(%s): %s", lib, h ? "" : dlerror());
	return h;
}

static int strict(void)
{
	void *h = dlopen("liblazy.so", RTLD_LAZY);
	check_ok(!h, "strict, RTLD_LAZY with a symbol missing: wanted 0, got %p",
		h);
	if (!h) {
		const char *e = dlerror();
		check_ok(e && strstr(e, "later_"), "wanted an error that names "
			"a symbol, got \"%s\"", e ? e : "none");
	}
	check_ok(!check_named("liblazy.so"), "wanted liblazy.so unmapped");
	check_all("strict, after the failure");
	open_or_tell("liblater1.so", RTLD_NOW|RTLD_GLOBAL);
	open_or_tell("liblater2.so", RTLD_NOW|RTLD_GLOBAL);
	h = open_or_tell("liblazy.so", RTLD_LAZY);
	check_all("strict, after success");
	if (!h) return check_done();
	int (*lazy_sum)(void) = (int (*)(void))dlsym(h, "lazy_sum");
	check_ok(lazy_sum && lazy_sum() == 111, "lazy_sum() is not 111");
	return check_done();
}

int main(int argc, char **argv)
{
	const char *lib = argc > 1 ? argv[1] : "liblazy.so";
	void *h, *l;
	int (*lazy_sum)(void), (*lazy_self)(void);

	check_all("start");
	if (!strcmp(lib, "strict")) return strict();

	h = open_or_tell(lib, RTLD_LAZY);
	if (!h) return check_done();
	int pending = dl_iterate_phdr(waits, "liblazy.so");
	printf("waits: %d\n", pending);
	check_set_pending("liblazy.so", pending);
	check_all("three symbols missing");
	l = open_or_tell("liblazy.so", RTLD_LAZY|RTLD_NOLOAD);
	lazy_self = (int (*)(void))dlsym(l, "lazy_self");
	check_ok(lazy_self && lazy_self() == 5, "lazy_self() is not 5");

	if (!open_or_tell("liblater1.so", RTLD_NOW|RTLD_GLOBAL))
		return check_done();
	check_all("one symbol missing");

	if (!open_or_tell("liblater2.so", RTLD_NOW|RTLD_GLOBAL))
		return check_done();
	check_set_pending("liblazy.so", 0);
	check_all("all symbols there");
	lazy_sum = (int (*)(void))dlsym(l, "lazy_sum");
	if (check_ok(!!lazy_sum, "dlsym: %s", lazy_sum ? "" : dlerror())) {
		int got = lazy_sum();
		check_ok(got == 111, "lazy_sum(): wanted 111, got %d", got);
	}
	return check_done();
}

/* What programs ask about their objects must be right though RELRO lies on
 * other pages than it was mapped on: dladdr, dl_iterate_phdr, dlsym. */

#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

extern int lib_function(void);
/* Asked by a call: a direct reference would make a copy in the program. */
extern int *const *lib_relro_address(void);
int (*const own_relro)(void) = lib_function;
int exported_of_program(void) { return 1; }

static void where(const void *p, const char *file, const char *sym,
	const void *start)
{
	Dl_info i;
	memset(&i, 0, sizeof i);
	if (!check_ok(dladdr(p, &i), "dladdr(%p): wanted %s, got nothing", p,
	    file)) return;
	check_ok(i.dli_fname && strstr(i.dli_fname, file), "dladdr(%p): wanted "
		"file %s, got %s", p, file, i.dli_fname ? i.dli_fname : "none");
	check_ok((char *)i.dli_fbase <= (char *)p, "dladdr(%p): base %p", p,
		i.dli_fbase);
	/* The base is where the ELF header lies. */
	check_ok(!memcmp(i.dli_fbase, "\177ELF", 4), "dladdr(%p): no ELF header "
		"at base %p", p, i.dli_fbase);
	if (!sym) return;
	check_ok(i.dli_sname && !strcmp(i.dli_sname, sym), "dladdr(%p): wanted "
		"symbol %s, got %s", p, sym, i.dli_sname ? i.dli_sname : "none");
	check_ok(i.dli_saddr == start, "dladdr(%p): wanted start %p, got %p", p,
		start, i.dli_saddr);
}

struct seen { int n, lib, libc, relro_ok; };

static int see(struct dl_phdr_info *i, size_t size, void *data)
{
	struct seen *s = data;
	int k;
	s->n++;
	if (strstr(i->dlpi_name, "libintrospect.so")) s->lib++;
	if (strstr(i->dlpi_name, "ld-musl-")) s->libc++;
	for (k=0; k<i->dlpi_phnum; k++) {
		const ElfW(Phdr) *p = i->dlpi_phdr+k;
		uintptr_t a = i->dlpi_addr + p->p_vaddr;
		if (p->p_type == PT_GNU_RELRO
		    && ((uintptr_t)lib_relro_address() - a < p->p_memsz
		    || (uintptr_t)&own_relro - a < p->p_memsz))
			s->relro_ok++;
	}
	return 0;
}

int main(void)
{
	struct seen s = { 0 };
	int *const *r = lib_relro_address();
	void *f = dlsym(RTLD_DEFAULT, "lib_function");
	void *e = dlsym(RTLD_DEFAULT, "exported_of_program");
	void *d = dlsym(RTLD_DEFAULT, "dlsym");

	check_all("start");
	check_ok(!!f && !!e && !!d, "dlsym: %p, %p, %p", f, e, d);
	check_ok((void *)(uintptr_t)own_relro == f, "own RELRO: wanted %p, got %p",
		f, (void *)(uintptr_t)own_relro);
	where(f, "libintrospect.so", "lib_function", f);
	where((char *)f+1, "libintrospect.so", "lib_function", f);
	where(r, "libintrospect.so", "lib_relro", r);
	where(r[0], "libintrospect.so", "lib_data", r[0]);
	where(e, "main", "exported_of_program", e);
	where(&own_relro, "main", "own_relro", &own_relro);
	where(d, "ld-musl-", 0, 0);

	dl_iterate_phdr(see, &s);
	check_ok(s.lib == 1 && s.libc == 1, "dl_iterate_phdr: wanted the library "
		"and libc once each, got %d, %d", s.lib, s.libc);
	check_ok(s.n == 3 || s.n == 4, "dl_iterate_phdr: wanted 3 or 4 (vdso) "
		"objects, got %d", s.n);
	check_ok(s.relro_ok == 2, "PT_GNU_RELRO: wanted to find both pointers in "
		"one, got %d", s.relro_ok);
	return check_done();
}

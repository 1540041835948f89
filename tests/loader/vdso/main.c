/* The functions of the vdso that libc calls can't be replaced by a write to
 * data: no word of a writable page of the program or of libc.so is the address
 * of one. And no discard of RELRO changes what libc calls. */

#define _GNU_SOURCE
#include "check.h"
#include <link.h>
#include <sched.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <time.h>

static uintptr_t vdso, vdso_end;
static int found;

static void look(const char *name, uintptr_t start, uintptr_t end)
{
	size_t page = check_page_size();
	for (start&=-page; start<end; start+=page) {
		if (!(check_prot((void *)start) & PROT_WRITE)) continue;
		uintptr_t *w = (void *)start, *e = (void *)(start+page);
		for (; w<e; w++) {
			/* The start is in the auxiliary vector's copies. */
			if (*w <= vdso || *w >= vdso_end || *w%page == 0)
				continue;
			found++;
			check_note("%s: %zx holds %zx, in the vdso", name,
				(size_t)w, (size_t)*w);
		}
	}
}

static int object(struct dl_phdr_info *o, size_t size, void *arg)
{
	uintptr_t start, end;
	(void)size;
	for (int i=0; i<o->dlpi_phnum; i++) {
		const ElfW(Phdr) *ph = o->dlpi_phdr+i;
		start = o->dlpi_addr+ph->p_vaddr;
		end = start+ph->p_memsz;
		if (arg && ph->p_type == PT_LOAD && (ph->p_flags & PF_W))
			look(o->dlpi_name, start, end);
		if (arg || ph->p_type != PT_GNU_RELRO) continue;
		/* Refused, if the pages are anonymous. */
		size_t page = check_page_size(),
			len = (end & -page)-(start & -page);
		char before[16384];
		if (!len || len > sizeof before) continue;
		memcpy(before, (void *)(start & -page), len);
		madvise((void *)(start & -page), len, MADV_DONTNEED);
		check_ok(!memcmp(before, (void *)(start & -page), len),
			"%s: a discard changes RELRO", o->dlpi_name);
	}
	return 0;
}

static void use(void)
{
	struct timespec t = { 0 };
	check_ok(!clock_gettime(CLOCK_REALTIME, &t), "clock_gettime");
	check_ok(t.tv_sec > 1700000000, "clock_gettime: %ld", (long)t.tv_sec);
	check_ok(sched_getcpu() >= 0, "sched_getcpu");
}

int main(int argc, char **argv)
{
	vdso = vdso_end = getauxval(AT_SYSINFO_EHDR);
	const ElfW(Ehdr) *eh = (void *)vdso;
	const ElfW(Phdr) *ph = (void *)(vdso+(vdso ? eh->e_phoff : 0));
	for (int i=0; vdso && i<eh->e_phnum; i++)
		if (ph[i].p_type == PT_LOAD)
			vdso_end = vdso+ph[i].p_memsz;
	use();
	dl_iterate_phdr(object, argv);
	int sealing = check_sealing();
	if (argc < 2 && sealing) check_ok(!found,
		"wanted no function of the vdso in writable memory, found %d",
		found);
	if (argc > 1) check_ok(found, "wanted a function of the vdso in"
		" writable memory, as upstream has it, found none");
	if (sealing) dl_iterate_phdr(object, 0);
	use();
	check_all("end");
	return check_done();
}

/* The unwinder of the compiler, which was built for glibc, in a C program: it
 * finds each object's table by _dl_find_object. */

#define _GNU_SOURCE
#include "check.h"
#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <unwind.h>

/* glibc's struct dl_find_object, of which 64 bytes are in use at most */
struct found {
	unsigned long long flags;
	char *start, *end;
	void *map, *eh_frame, *rest[16];
};

int _dl_find_object(void *, struct found *);
int through(int (*)(void *), void *);

/* The table of the object that has an address, by the program headers. */
struct table { uintptr_t address, found; };

static int see(struct dl_phdr_info *i, size_t size, void *data)
{
	struct table *t = data;
	uintptr_t table = 0, in = 0;
	for (int k=0; k<i->dlpi_phnum; k++) {
		const ElfW(Phdr) *p = i->dlpi_phdr+k;
		uintptr_t a = i->dlpi_addr + p->p_vaddr;
		if (p->p_type == PT_LOAD && t->address - a < p->p_memsz) in = 1;
		if (p->p_type == PT_GNU_EH_FRAME) table = a;
	}
	if (in) t->found = table;
	return in;
}

static void finds(void *p, const char *what)
{
	struct found f = { .flags = 1 };
	struct table t = { (uintptr_t)p };
	int r = _dl_find_object(p, &f);
	dl_iterate_phdr(see, &t);
	check_ok(t.found && !r && f.eh_frame == (void *)t.found,
		"_dl_find_object(%s): wanted 0 and the table %p, got %d and %p",
		what, (void *)t.found, r, f.eh_frame);
	check_ok((char *)p >= f.start && (char *)p < f.end && !f.flags,
		"_dl_find_object(%s): wanted a range with %p and flags 0, "
		"got %p-%p and %llu", what, p, (void *)f.start, (void *)f.end,
		f.flags);
}

struct frames { uintptr_t main, library; int seen_main, seen_library, n; };

static _Unwind_Reason_Code frame(struct _Unwind_Context *c, void *arg)
{
	struct frames *f = arg;
	uintptr_t at = (uintptr_t)_Unwind_FindEnclosingFunction(
		(void *)(_Unwind_GetIP(c) - 1));
	f->seen_main |= at && at == f->main;
	f->seen_library |= at && at == f->library;
	f->n++;
	return _URC_NO_REASON;
}

static int look(void *arg)
{
	_Unwind_Backtrace(frame, arg);
	return 1;
}

int main(void)
{
	struct frames f = { (uintptr_t)main, (uintptr_t)through };
	struct found none = { 0 };
	void *heap = malloc(1);
	int r;

	finds((void *)(uintptr_t)main, "main");
	finds((void *)(uintptr_t)through, "through");
	r = _dl_find_object(heap, &none);
	check_ok(r == -1, "_dl_find_object(heap): wanted -1, got %d", r);
	free(heap);

	r = through(look, &f);
	check_ok(r == 2 && f.seen_main && f.seen_library,
		"backtrace: wanted main and the library, got %d, %d of %d "
		"frames", f.seen_main, f.seen_library, f.n);
	check_all("end");
	return check_done();
}

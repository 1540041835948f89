#include "libc.h"
#include "seal.h"
#include "vdso_funcs.h"

/* ld.so has its own, in seal_dso.c. */
static union {
	struct vdso_funcs funcs;
	char page[SEAL_ALIGN];
} __attribute__((__aligned__(SEAL_ALIGN))) page;

extern __attribute__((__weak__, __alias__("page")))
struct vdso_funcs __vdso_funcs;

static void dummy(void) {}
weak_alias(dummy, __vdso_find_clock_gettime);
weak_alias(dummy, __vdso_find_getcpu);
weak_alias(dummy, __vdso_find_flush_icache);

struct seal_range __vdso_start(void)
{
	__vdso_find_clock_gettime();
	__vdso_find_getcpu();
	__vdso_find_flush_icache();
	return __seal_round((uintptr_t)&__vdso_funcs,
		sizeof(struct vdso_funcs), PAGE_SIZE);
}

#include "libc.h"
#include "seal.h"
#include "vdso_funcs.h"

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
	uintptr_t at = (uintptr_t)&__vdso_funcs;
	__vdso_find_clock_gettime();
	__vdso_find_getcpu();
	__vdso_find_flush_icache();
	if (at & SEAL_ALIGN-1) return (struct seal_range){ 0, 0 };
	return __seal_round(at, sizeof(struct vdso_funcs), PAGE_SIZE);
}

/* Pages that are not needed any more are given back: data, which may be
 * discarded, and a table in RELRO, which may not. */
#define _GNU_SOURCE
#include "refused.h"
#include <sys/mman.h>

static void *const table[PAGE/sizeof(void *)]
	__attribute__((__aligned__(PAGE))) = { (void *)one };
static volatile char data[PAGE] __attribute__((__aligned__(PAGE)));

int main(void)
{
	if (madvise((void *)data, PAGE, MADV_DONTNEED)) return 2;
	if (*(void *const volatile *)table != (void *)one) return 3;
	if (madvise((void *)table, PAGE, MADV_DONTNEED))
		return refused("madvise", table, PAGE, 0, "relro");
	return 0;
}

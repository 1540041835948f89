#define _GNU_SOURCE
#include "allocation.h"
#include "result.h"
#include "internal.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The heap must not be sealed: malloc and brk must still work. */
void check_heap(const char *when)
{
	char *p[64];
	size_t i;
	for (i=0; i<countof(p); i++) {
		p[i] = malloc(i*10000 + 1);
		if (p[i]) memset(p[i], i, i*10000 + 1);
		check_ok(!!p[i], "%s: malloc(%zu) failed", when, i*10000 + 1);
	}
	for (i=0; i<countof(p); i++) free(p[i]);
	if (getenv("CHECK_BREAK")) {
		dprintf(1,
			"note: the break has no room to grow under this"
			" QEMU\n");
		return;
	}
	long end = syscall(SYS_brk, 0L);
	long got = syscall(SYS_brk, end+65536);
	check_ok(got == end+65536, "%s: brk: wanted %lx, got %lx", when,
		end+65536, got);
	syscall(SYS_brk, end);
}

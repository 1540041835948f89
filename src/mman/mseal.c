#define _GNU_SOURCE
#include <sys/mman.h>
#include "seal_syscall.h"

int mseal(void *start, size_t len, unsigned long flags)
{
	return __syscall_ret(seal_syscall(SYS_mseal, start, len, flags));
}

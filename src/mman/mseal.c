#define _GNU_SOURCE
#include <sys/mman.h>
#include "syscall.h"
#include "seal.h"

int mseal(void *start, size_t len, unsigned long flags)
{
	return syscall(SYS_mseal, start, len, flags);
}

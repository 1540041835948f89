#define _GNU_SOURCE
#include <sys/mman.h>
#include "syscall.h"

#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

int mseal(void *start, size_t len, unsigned long flags)
{
	return syscall(SYS_mseal, start, len, flags);
}

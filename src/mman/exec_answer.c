#include <sys/mman.h>
#include "exec_answer.h"

/* ld.so has its own, in ldso/hard.c. */
static long as_it_is(int prot, long ret)
{
	(void)prot;
	return ret;
}
weak_alias(as_it_is, __exec_answer);

long __exec_refused(syscall_arg_t start, syscall_arg_t len, int prot, int flags,
	long ret, long n)
{
	if (ret == -EPERM && (n != SEAL_MMAP || flags & MAP_FIXED))
		return __seal_refused(start, len, prot, flags, 0, n);
	ret = __exec_answer(prot, ret);
	/* At level hard this precedes the seal's answer. */
	if (ret == -EACCES && n == SYS_mprotect)
		__seal_refused(start, len, prot, flags, 0, n);
	return __syscall_ret(ret);
}

#ifndef SEAL_AUDIT_H
#define SEAL_AUDIT_H

/* System calls that a seal may refuse: LD_SEAL=audit tells of it. Include after
 * syscall.h. */

#include <errno.h>

#ifdef SYS_mmap2
#define SEAL_MMAP SYS_mmap2
#else
#define SEAL_MMAP SYS_mmap
#endif

/* After the call n with these arguments failed with EPERM: print a line if a
 * seal is the reason and LD_SEAL says audit. Sets errno and returns -1.
 * Async-signal-safe. The order spares a call that succeeds from moving
 * registers. */
hidden __attribute__((__cold__))
long __seal_refused(syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t n);

/* As syscall(n, ...), with that many arguments. A call that succeeds takes one
 * comparison more. */
#define audited2(n,a,b) audited_ret(__syscall(n,a,b), \
	__scc(a), __scc(b), 0, 0, 0, n)
#define audited3(n,a,b,c) audited_ret(__syscall(n,a,b,c), \
	__scc(a), __scc(b), __scc(c), 0, 0, n)
#define audited5(n,a,b,c,d,e) audited_ret(__syscall(n,a,b,c,d,e), \
	__scc(a), __scc(b), __scc(c), __scc(d), __scc(e), n)

static inline long audited_ret(long ret, syscall_arg_t a, syscall_arg_t b,
	syscall_arg_t c, syscall_arg_t d, syscall_arg_t e, syscall_arg_t n)
{
	if (ret == -EPERM) return __seal_refused(a, b, c, d, e, n);
	/* Only now may ret take the register of an argument. */
	__asm__ ("" : "+r" (ret));
	return __syscall_ret(ret);
}

/* For a call with six arguments and a number that is not known: it is kept at
 * nr, since no register is left for it. */
static inline long audited6(const volatile long *nr, long n, syscall_arg_t a,
	syscall_arg_t b, syscall_arg_t c, syscall_arg_t d, syscall_arg_t e,
	syscall_arg_t f)
{
	long ret = __syscall(n, a, b, c, d, e, f);
	if (ret == -EPERM) return __seal_refused(a, b, c, d, e, *nr);
	return __syscall_ret(ret);
}

#endif

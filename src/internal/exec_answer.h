#ifndef EXEC_ANSWER_H
#define EXEC_ANSWER_H

#include <errno.h>
#include "syscall.h"
#include "seal_audit.h"

/* The answer ret, unchanged, to a call that asks for memory with the protection
 * prot. If level hard refused it, a line says so, once: a program that needs
 * such memory rarely tells why it ends. */
hidden long __exec_answer(int prot, long ret);

/* 1 for EPERM and EACCES, and for a few that are not looked at: one comparison
 * for both, since most calls succeed. */
static inline int may_be_refused(long ret)
{
	return (unsigned long)ret >= -(unsigned long)EACCES;
}

/* As audited3, for mprotect. */
static inline long audited_prot(long ret, syscall_arg_t start,
	syscall_arg_t len, int prot, long n)
{
	if (may_be_refused(ret)) {
		if (ret == -EPERM)
			return __seal_refused(start, len, prot, 0, 0, n);
		ret = __exec_answer(prot, ret);
	}
	__asm__ ("" : "+r" (ret));
	return __syscall_ret(ret);
}

#endif

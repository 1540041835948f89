#ifndef EXEC_ANSWER_H
#define EXEC_ANSWER_H

#include <errno.h>
#include "syscall.h"
#include "seal_audit.h"

/* The answer ret, unchanged, to a call that asks for memory with the protection
 * prot. If level hard refused it, a line says so, once: a program that needs
 * such memory rarely tells why it ends. */
hidden long __exec_answer(int prot, long ret);

/* 1 for EPERM and EACCES, and for a few more that nothing is done about: one
 * comparison for both, since most calls succeed. */
static inline int may_be_refused(long ret)
{
	return (unsigned long)ret >= -(unsigned long)EACCES;
}

/* After the call n, mmap or mprotect, with these arguments was answered with
 * ret, and may_be_refused: tell why, if the policy says so. Sets errno and
 * returns -1. It is called last, so that a call that succeeds saves nothing. */
hidden __attribute__((__cold__))
long __exec_refused(syscall_arg_t start, syscall_arg_t len, int prot, int flags,
	long ret, long n);

#endif

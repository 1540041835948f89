#ifndef SEAL_SYSCALL_H
#define SEAL_SYSCALL_H

/* The system calls that a seal can refuse go through seal_syscall, so that a
 * libc configured with --enable-seal-emulation can refuse them where no kernel
 * does. In any other build it is a plain system call. */

#include "syscall.h"

/* Since number 424 a system call has the same number on all architectures, plus
 * the architecture's offset. musl 1.2.5 does not define this one. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

#ifndef SEAL_EMULATION
#define SEAL_EMULATION 0
#endif

#if SEAL_EMULATION

/* Returns the result or a negative errno, as the kernel does. Async-signal-safe
 * and thread-safe. */
hidden long __seal_syscall(long n, syscall_arg_t, syscall_arg_t, syscall_arg_t,
	syscall_arg_t, syscall_arg_t, syscall_arg_t);

/* Start to emulate, unless the kernel has mseal. Returns 1 if it started, 0 if
 * the kernel has mseal, and -1 if /proc/self/maps, which the emulation needs,
 * can't be read. */
hidden int __seal_emulate(void);

/* Called around the creation of a process with signals blocked: with -1 before,
 * then with 0 in the parent and 1 in the child. */
hidden void __seal_emulation_fork(int who);

#define seal_syscall1(n,a) seal_syscall6(n,a,0,0,0,0,0)
#define seal_syscall2(n,a,b) seal_syscall6(n,a,b,0,0,0,0)
#define seal_syscall3(n,a,b,c) seal_syscall6(n,a,b,c,0,0,0)
#define seal_syscall5(n,a,b,c,d,e) seal_syscall6(n,a,b,c,d,e,0)
#define seal_syscall6(n,a,b,c,d,e,f) __seal_syscall(n,__scc(a),__scc(b), \
	__scc(c),__scc(d),__scc(e),__scc(f))
#define seal_syscall(...) __SYSCALL_DISP(seal_syscall,__VA_ARGS__)

#else

#define seal_syscall(...) __syscall(__VA_ARGS__)
#define __seal_emulate() (-1)
#define __seal_emulation_fork(who) ((void)0)

#endif

#endif

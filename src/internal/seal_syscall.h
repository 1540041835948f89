#ifndef SEAL_SYSCALL_H
#define SEAL_SYSCALL_H

/* The system calls that a seal can refuse go through seal_syscall, so that a
 * libc configured with --enable-seal-emulation can refuse them where no
 * kernel does. In any other build it is the system call and nothing else. */

#include "syscall.h"

/* System calls have had one number on all architectures, give or take the
 * architecture's offset, since 424; musl 1.2.5 ends before this one. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

#ifndef SEAL_EMULATION
#define SEAL_EMULATION 0
#endif

#if SEAL_EMULATION

/* As the kernel: the result, or a negative errno. Async-signal-safe and
 * thread-safe. */
hidden long __seal_syscall(long n, syscall_arg_t, syscall_arg_t, syscall_arg_t,
	syscall_arg_t, syscall_arg_t, syscall_arg_t);

/* Start to emulate, if the kernel has no mseal. 1 if so, 0 if it has; -1 if it
 * has none but neither is there the /proc/self/maps that the emulation needs. */
hidden int __seal_emulate(void);

/* Around the creation of a process, signals blocked: -1 before, then in the
 * parent 0, in the child 1. */
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

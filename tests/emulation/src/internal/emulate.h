#ifndef EMULATE_H
#define EMULATE_H

/* syscall.h ends with this header in a libc that emulates mseal. It sends the
 * system calls that a seal can refuse, and those that copy the process, to
 * __seal_syscall. The compiler knows the number of nearly every call and
 * decides: all other calls stay as they are. If it does not know the number, as
 * in syscall(), __seal_syscall decides.
 *
 * __syscall1(n,a) and the like stay plain. They are for code that must not call
 * a function, such as between a change of the GOT's pages and their copy. */

/* musl 1.2.5 does not define it: see seal.h. */
#ifndef SYS_mseal
#define SYS_mseal (SYS_pidfd_send_signal-424+462)
#endif

/* Returns the result or a negative errno, as the kernel does. Async-signal-safe
 * and thread-safe. */
hidden long __seal_syscall(long n, syscall_arg_t, syscall_arg_t, syscall_arg_t,
	syscall_arg_t, syscall_arg_t, syscall_arg_t);

/* Called around the creation of a process with signals blocked: with -1 before,
 * then with 0 in the parent and 1 in the child. */
hidden void __seal_fork(int who);

static inline int __seal_concerns(long n)
{
	switch (n) {
#ifdef SYS_mmap2
	case SYS_mmap2:
#endif
#ifdef SYS_mmap
	case SYS_mmap:
#endif
#ifdef SYS_ipc
	case SYS_ipc:
#endif
#ifdef SYS_shmat
	case SYS_shmat:
	case SYS_shmdt:
#endif
#ifdef SYS_remap_file_pages
	case SYS_remap_file_pages:
#endif
#ifdef SYS_process_madvise
	case SYS_process_madvise:
#endif
#ifdef SYS_fork
	case SYS_fork:
#endif
#ifdef SYS_clone3
	case SYS_clone3:
#endif
	case SYS_mseal: case SYS_munmap: case SYS_mremap: case SYS_mprotect:
	case SYS_pkey_mprotect: case SYS_madvise: case SYS_brk: case SYS_clone:
		return 1;
	}
	return 0;
}

#define __seal_plain(n) (__builtin_constant_p(n) && !__seal_concerns(n))

#define __seal_call0(n) (__seal_plain(n) ? __syscall0(n) \
	: __seal_syscall(n,0,0,0,0,0,0))
#define __seal_call1(n,a) (__seal_plain(n) ? __syscall1(n,a) \
	: __seal_syscall(n,__scc(a),0,0,0,0,0))
#define __seal_call2(n,a,b) (__seal_plain(n) ? __syscall2(n,a,b) \
	: __seal_syscall(n,__scc(a),__scc(b),0,0,0,0))
#define __seal_call3(n,a,b,c) (__seal_plain(n) ? __syscall3(n,a,b,c) \
	: __seal_syscall(n,__scc(a),__scc(b),__scc(c),0,0,0))
#define __seal_call4(n,a,b,c,d) (__seal_plain(n) ? __syscall4(n,a,b,c,d) \
	: __seal_syscall(n,__scc(a),__scc(b),__scc(c),__scc(d),0,0))
#define __seal_call5(n,a,b,c,d,e) (__seal_plain(n) ? __syscall5(n,a,b,c,d,e) \
	: __seal_syscall(n,__scc(a),__scc(b),__scc(c),__scc(d),__scc(e),0))
#define __seal_call6(n,a,b,c,d,e,f) (__seal_plain(n) \
	? __syscall6(n,a,b,c,d,e,f) \
	: __seal_syscall(n,__scc(a),__scc(b),__scc(c),__scc(d),__scc(e), \
		__scc(f)))
#define __seal_call7(n,a,b,c,d,e,f,g) __syscall7(n,a,b,c,d,e,f,g)

#undef __syscall
#define __syscall(...) __SYSCALL_DISP(__seal_call,__VA_ARGS__)

#endif

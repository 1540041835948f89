#define _GNU_SOURCE
#include "sealmap.h"
#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#ifndef PTRACE_SETSIGMASK
#define PTRACE_SETSIGMASK 0x420b
#define PTRACE_GETSIGMASK 0x420a
#endif
#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

/* For each architecture: set the number and arguments of a call, and restart a
 * call that was interrupted. */

#if defined __x86_64__

struct trace_regs { struct user_regs_struct r; };
static const unsigned char syscall_insn[] = { 0x0f, 0x05 };
#define INSN_ALIGN 1
#define SUPPORTED 1

static void set_call(struct trace_regs *t, uint64_t insn, long nr,
	const uint64_t a[6])
{
	struct user_regs_struct *r = &t->r;
	r->rip = insn;
	r->rax = nr;
	r->orig_rax = -1;	/* in no call: nothing to restart */
	r->rdi = a[0]; r->rsi = a[1]; r->rdx = a[2];
	r->r10 = a[3]; r->r8 = a[4]; r->r9 = a[5];
}

static long result(const struct trace_regs *t) { return t->r.rax; }
static uint64_t call_insn(const struct trace_regs *t) { return t->r.rip-2; }

static void again(struct trace_regs *t, long nr)
{
	t->r.rax = nr;
	t->r.rip -= 2;
}

/* The kernel restarts an interrupted call when the stop ends, but not if we
 * made a call of our own meanwhile. Its codes -512 to -514 and -516 have no
 * names in user space; 219 is restart_syscall. */
static void settle(struct trace_regs *t)
{
	if ((long)t->r.orig_rax >= 0) switch ((long)t->r.rax) {
	case -512: case -513: case -514:
		again(t, t->r.orig_rax);
		break;
	case -516:
		again(t, 219);
	}
	t->r.orig_rax = -1;
}

static int skip(pid_t tid, struct trace_regs *t)
{
	struct trace_regs none = *t;
	struct iovec v = { &none, sizeof none };
	long nr = t->r.orig_rax;
	none.r.orig_rax = -1;
	if (ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &v)) return -1;
	again(t, nr);
	t->r.orig_rax = -1;
	return 0;
}

#elif defined __aarch64__

struct trace_regs { struct user_regs_struct r; };
static const unsigned char syscall_insn[] = { 0x01, 0x00, 0x00, 0xd4 };
#define INSN_ALIGN 4
#define SUPPORTED 1
#ifndef NT_ARM_SYSTEM_CALL
#define NT_ARM_SYSTEM_CALL 0x404
#endif

static void set_call(struct trace_regs *t, uint64_t insn, long nr,
	const uint64_t a[6])
{
	t->r.pc = insn;
	t->r.regs[8] = nr;
	for (int i=0; i<6; i++) t->r.regs[i] = a[i];
}

static long result(const struct trace_regs *t) { return t->r.regs[0]; }
static uint64_t call_insn(const struct trace_regs *t) { return t->r.pc-4; }

/* At an interrupt stop the kernel has already moved back to the call
 * instruction. (A call with a time-out starts over.) */
static void settle(struct trace_regs *t) { (void)t; }

static int skip(pid_t tid, struct trace_regs *t)
{
	int none = -1;
	struct iovec v = { &none, sizeof none };
	t->r.pc -= 4;
	return ptrace(PTRACE_SETREGSET, tid, NT_ARM_SYSTEM_CALL, &v);
}

#else

struct trace_regs { long none; };
static const unsigned char syscall_insn[1];
#define INSN_ALIGN 1
#define SUPPORTED 0
static void set_call(struct trace_regs *t, uint64_t insn, long nr,
	const uint64_t a[6])
{
	(void)t; (void)insn; (void)nr; (void)a;
}
static long result(const struct trace_regs *t) { return t->none; }
static uint64_t call_insn(const struct trace_regs *t) { (void)t; return 0; }
static void settle(struct trace_regs *t) { (void)t; }
static int skip(pid_t tid, struct trace_regs *t)
{
	(void)tid; (void)t;
	return -1;
}

#endif

static int get_regs(pid_t tid, struct trace_regs *t)
{
	struct iovec v = { t, sizeof *t };
	/* A process of the other class has registers of another size. */
	return ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, &v)
		|| v.iov_len != sizeof *t ? -1 : 0;
}

static int set_regs(pid_t tid, const struct trace_regs *t)
{
	struct iovec v = { (void *)t, sizeof *t };
	return ptrace(PTRACE_SETREGSET, tid, NT_PRSTATUS, &v);
}

static int is_insn(pid_t tid, uint64_t at)
{
	unsigned char b[sizeof syscall_insn];
	return proc_mem(tid, b, sizeof b, at) == sizeof b
		&& !memcmp(b, syscall_insn, sizeof b);
}

/* Search the first 4 MiB of a mapping. */
static uint64_t search(pid_t tid, const struct map *m)
{
	size_t n = m->end-m->start < 4<<20 ? m->end-m->start : 4<<20, at;
	unsigned char *b = grow(0, 0, n);
	uint64_t found = 0;
	ssize_t r = proc_mem(tid, b, n, m->start);
	for (at=0; r > 0 && !found && at+sizeof syscall_insn <= (size_t)r;
	    at+=INSN_ALIGN)
		if (!memcmp(b+at, syscall_insn, sizeof syscall_insn))
			found = m->start+at;
	free(b);
	return found;
}

static uint64_t find_insn(pid_t tid, const struct space *sp,
	const struct trace_regs *regs)
{
	uint64_t at = call_insn(regs);
	if (is_insn(tid, at)) return at;
	for (size_t i=0; i<sp->n; i++)
		if (sp->maps[i].prot & X && (at = search(tid, sp->maps+i)))
			return at;
	return 0;
}

const char *trace_start(struct tracee *t, pid_t tid, const struct space *sp)
{
	uint64_t all = ~0ull;
	char *filter = proc_status(tid, "Seccomp");
	int filtered = filter && *filter != '0';
	free(filter);
	if (!SUPPORTED)
		return "attacks are possible on x86_64 and aarch64 only";
	if (filtered)
		return "it has a seccomp filter, which might end it for a call"
			" that is not its own";
	*t = (struct tracee){ .tid = tid,
		.saved = grow(0, 0, sizeof *t->saved) };
	if (get_regs(tid, t->saved))
		return "its registers can't be read (a 32-bit process?)";
	t->insn = find_insn(tid, sp, t->saved);
	if (!t->insn)
		return "no instruction for a system call was found in its"
			" memory";
	settle(t->saved);
	if (ptrace(PTRACE_GETSIGMASK, tid, sizeof t->sigmask, &t->sigmask)
	    || ptrace(PTRACE_SETSIGMASK, tid, sizeof all, &all))
		return "its signals can't be blocked";
	return 0;
}

void trace_end(struct tracee *t)
{
	set_regs(t->tid, t->saved);
	ptrace(PTRACE_SETSIGMASK, t->tid, sizeof t->sigmask, &t->sigmask);
	free(t->saved);
}

/* Continue to the next stop. Returns 1 if it is a system call's, 0 if it is
 * another, and -1 if the tracee is gone. */
static int step(struct tracee *t)
{
	int st, sig;
	unsigned long msg;
	if (ptrace(PTRACE_SYSCALL, t->tid, 0, 0)) return -1;
	while (waitpid(t->tid, &st, __WALL) < 0) if (errno != EINTR) return -1;
	if (!WIFSTOPPED(st)) return -1;
	sig = WSTOPSIG(st);
	if (sig == (SIGTRAP|0x80)) return 1;
	switch (st>>16) {
	case PTRACE_EVENT_EXIT:
		return -1;
	case PTRACE_EVENT_CLONE:
	case PTRACE_EVENT_FORK:
	case PTRACE_EVENT_VFORK:
		if (!ptrace(PTRACE_GETEVENTMSG, t->tid, 0, &msg))
			t->child = msg;
		return 0;
	case 0:
		if (sig == SIGSEGV || sig == SIGBUS || sig == SIGILL) return -1;
		t->late = sig;
	}
	return 0;
}

long trace_call(struct tracee *t, long nr, const uint64_t arg[6])
{
	struct trace_regs r = *t->saved;
	int stops = 0, s;
	t->child = 0;
	set_call(&r, t->insn, nr, arg);
	if (set_regs(t->tid, &r)) return TRACE_DIED;
	while (stops < 2) {
		if ((s = step(t)) < 0) return TRACE_DIED;
		stops += s;
	}
	return get_regs(t->tid, &r) ? TRACE_DIED : result(&r);
}

int trace_undo_call(pid_t tid)
{
	struct trace_regs r;
	struct tracee t = { .tid = tid };
	if (!SUPPORTED || get_regs(tid, &r) || skip(tid, &r)) return -1;
	while (1) {
		int s = step(&t);
		if (s < 0) return -1;
		if (s) break;
	}
	return set_regs(tid, &r);
}

#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* Attacks run on copies of the process. The process forks once (a system call
 * is inserted by ptrace). Its child is a template: it never executes an
 * instruction of the program, only further forks that are inserted, one victim
 * for each attack that succeeds. An attack that is refused changes nothing, so
 * the next attack can use the same victim. */

#ifndef PTRACE_EVENT_STOP
#define PTRACE_EVENT_STOP 128
#endif

/* This compiles, but such architectures have no attacks (trace.c). */
#ifndef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif

const char *const attack_names[ATTACKS] = { "munmap", "mmap", "mremap",
	"mprotect", "madvise" };

static int wait_stop(pid_t pid)
{
	int st;
	while (waitpid(pid, &st, __WALL) < 0) if (errno != EINTR) return -1;
	return WIFSTOPPED(st) ? 0 : -1;
}

/* Kill pid and wait for its end, continuing it at each stop. */
static void end(pid_t pid)
{
	int st;
	if (!pid) return;
	kill(pid, SIGKILL);
	while (waitpid(pid, &st, __WALL) == pid || errno == EINTR) {
		if (!WIFSTOPPED(st)) return;
		ptrace(PTRACE_CONT, pid, 0, 0);
	}
}

/* The flags name no exit signal, so the parent is not told of the copy's
 * end. */
static pid_t copy(struct tracee *t)
{
	static const uint64_t plain[6];
	long r = trace_call(t, SYS_clone, plain);
	if (r <= 0 || !t->child) {
		errno = r < 0 && r > -4096 ? -r : ESRCH;
		return 0;
	}
	if (wait_stop(t->child)) return 0;
	ptrace(PTRACE_SETOPTIONS, t->child, 0,
		PTRACE_O_EXITKILL|PTRACE_O_TRACECLONE|PTRACE_O_TRACESYSGOOD);
	return t->child;
}

/* An address with room for n bytes, in the middle of the largest hole. */
static uint64_t room(const struct space *sp, uint64_t n)
{
	uint64_t best = 0, at = 0, page = sp->page;
	for (size_t i=1; i<sp->n; i++) {
		uint64_t hole = sp->maps[i].start - sp->maps[i-1].end;
		if (hole <= best) continue;
		best = hole;
		at = (sp->maps[i-1].end + hole/2) & -page;
	}
	return best/2 > n+page ? at : 0;
}

static long attack(struct tracee *t, const struct space *sp,
	const struct map *m, enum attack which)
{
	uint64_t at = m->start, n = m->end-m->start, to;
	switch (which) {
	case A_MUNMAP:
		return trace_call(t, SYS_munmap, (uint64_t [6]){ at, n });
	case A_MMAP:
		return trace_call(t, SYS_mmap, (uint64_t [6]){ at, n, PROT_READ,
			MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED|MAP_NORESERVE,
			-1 });
	case A_MREMAP:
		if (!(to = room(sp, n))) return -ENOMEM;
		return trace_call(t, SYS_mremap,
			(uint64_t [6]){ at, n, n, MREMAP_MAYMOVE|MREMAP_FIXED,
			to });
	case A_MPROTECT:
		return trace_call(t, SYS_mprotect,
			(uint64_t [6]){ at, n,
			PROT_READ|PROT_WRITE|PROT_EXEC });
	default:
		return trace_call(t, SYS_madvise,
			(uint64_t [6]){ at, n, MADV_DONTNEED });
	}
}

/* Unmapping a device may have side effects on the device. */
static int device(const struct map *m)
{
	return !strncmp(m->name, "/dev/", 5) && strncmp(m->name, "/dev/shm/", 9)
		&& strncmp(m->name, "/dev/zero", 9);
}

static void attack_maps(struct space *sp, struct tracee *template)
{
	struct tracee victim = *template;
	victim.tid = 0;
	for (size_t i=0; i<sp->n; i++) for (int a=0; a<ATTACKS; a++) {
		struct map *m = sp->maps+i;
		long r;
		if (device(m)) continue;
		if (!victim.tid && !(victim.tid = copy(template)))
			die("process %d could not be copied: %s", (int)sp->pid,
				strerror(errno));
		r = attack(&victim, sp, m, a);
		if (r == TRACE_DIED)
			die("a copy of process %d ended unexpectedly",
				(int)sp->pid);
		m->attack[a] = r < 0 && r > -4096 ? -r : 0;
		if (m->attack[a]) continue;
		end(victim.tid);
		victim.tid = 0;
	}
	end(victim.tid);
	sp->attacked = 1;
}

/* A signal must not interrupt sealmap while the process is modified. */
static void hold_signals(int how)
{
	sigset_t set;
	sigfillset(&set);
	sigprocmask(how, &set, 0);
}

void attack_tracee(struct space *sp, pid_t tid)
{
	struct tracee t, template;
	const char *why;
	pid_t child;
	hold_signals(SIG_BLOCK);
	why = trace_start(&t, tid, sp);
	if (why) die("cannot attack process %d: %s", (int)tid, why);
	child = copy(&t);
	if (child) {
		template = t;
		template.tid = child;
		attack_maps(sp, &template);
		end(child);
		/* The child must not stay a zombie: make its parent wait for
		 * it. */
		trace_call(&t, SYS_wait4, (uint64_t [6]){ child, 0, __WALL });
	}
	trace_end(&t);
	if (t.late) kill(tid, t.late);
	hold_signals(SIG_UNBLOCK);
	if (!child)
		die("process %d could not be copied: %s", (int)tid,
			strerror(errno));
}

void attack_process(struct space *sp)
{
	pid_t pid = sp->pid;
	if (ptrace(PTRACE_SEIZE, pid, 0,
	    PTRACE_O_TRACECLONE|PTRACE_O_TRACESYSGOOD))
		die("cannot attack process %d: ptrace: %s%s", (int)pid,
			strerror(errno),
			errno == EPERM
			? " (another user's, traced already, or"
			" /proc/sys/kernel/yama/ptrace_scope forbids it; try as"
			" root)" : "");
	if (ptrace(PTRACE_INTERRUPT, pid, 0, 0) || wait_stop(pid))
		die("there is no process %d any more", (int)pid);
	attack_tracee(sp, pid);
	ptrace(PTRACE_DETACH, pid, 0, 0);
}

const char *attack_result(int error)
{
	static char buf[16];
	switch (error) {
	case 0: return "done";
	case EPERM: return "EPERM";
	case EACCES: return "EACCES";
	case EINVAL: return "EINVAL";
	case ENOMEM: return "ENOMEM";
	case EFAULT: return "EFAULT";
	case EBUSY: return "EBUSY";
	case EAGAIN: return "EAGAIN";
	}
	snprintf(buf, sizeof buf, "errno%d", error);
	return buf;
}

/* For sealed pages the kernel refuses MADV_DONTNEED only if they are anonymous
 * and not writable. Writable pages can be overwritten anyway, and file pages
 * are read again. The kernel's special mappings are not anonymous. */
static int must_refuse(const struct map *m, enum attack a)
{
	int anonymous = !m->inode && !m->shared && m->kind != K_VDSO
		&& m->kind != K_VVAR && m->kind != K_KERNEL;
	return m->sealed == YES
		&& (a != A_MADVISE || (anonymous && !(m->prot & W)));
}

size_t attacks_won(const struct space *sp)
{
	size_t n = 0;
	for (size_t i=0; i<sp->n; i++)
		for (int a=0; a<ATTACKS; a++)
			n += must_refuse(sp->maps+i, a)
				&& !sp->maps[i].attack[a];
	return n;
}

static void show_result(const struct out *out, const struct map *m,
	enum attack a)
{
	int e = m->attack[a];
	const char *colour = e == NOT_TRIED ? "2" : e ? "32"
		: must_refuse(m, a) ? "1;31" : "33";
	fprintf(out->f, " %s%-*s%s", paint(out, colour), a == A_MPROTECT ? 8 : 6,
		e == NOT_TRIED ? "-" : attack_result(e), paint(out, "0"));
}

void show_attacks(const struct out *out, const struct space *sp)
{
	FILE *f = out->f;
	size_t refused = 0, tried = 0, lost = attacks_won(sp), open = 0,
		done = 0, discards = 0;
	fprintf(f,
		"\n%sobject           address      prot kind    sealed munmap"
		" mmap   mremap mprotect madvise%s\n", paint(out, "1"), paint(out, "0"));
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		put_text(out, object_name(sp, m), -16);
		fprintf(f, " %012"PRIx64" %s  %-7s %-6s", m->start,
			prot_text(m->prot), kind_name(m->kind),
			m->sealed == YES ? "yes" : m->sealed == NO ? "no"
			: "?");
		for (int a=0; a<ATTACKS; a++) {
			show_result(out, m, a);
			if (m->attack[a] == NOT_TRIED) continue;
			discards += m->sealed == YES && !must_refuse(m, a);
			tried += must_refuse(m, a);
			refused += must_refuse(m, a) && m->attack[a];
			open += m->sealed == NO;
			done += m->sealed == NO && !m->attack[a];
		}
		fputc('\n', f);
	}
	fprintf(f,
		"\nOf %zu attempts on what is sealed %zu were refused and %zu"
		" succeeded;\n"
		"of %zu on what is not, %zu succeeded.\n", tried, refused, lost,
		open, done);
	if (discards)
		fprintf(f,
			"Not counted are %zu of madvise on sealed pages of a"
			" file, on writable ones and on the\n"
			"kernel's, where mseal(2) lets it discard.\n",
			discards);
}

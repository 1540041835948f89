/* window [-s LIBRARY] [-x NAME]... [-fg] LIBC PROGRAM ARGS...: run PROGRAM and,
 * while its loader has the records open (ldso/records.c), take from it all
 * other memory that the program can write to. Each access of the loader there
 * is counted or, if it has no name below, printed as an error.
 *
 *	program		mprotect(records, RW) = 0
 *	tracer		mprotect(each other writable range, PROT_NONE)
 *	program		dlopen works. At each fault the tracer opens the page
 *			for one instruction
 *	program		mprotect(records, R) = 0, also for other regions
 *	tracer		restores each range
 *
 * mseal is answered with ENOSYS, or it would stop the tracer too. LIBC is the
 * program's libc.so, with its symbols.
 *
 *	-s LIBRARY	a loaded library that is written to, because relocations
 *			of it are resolved
 *	-x NAME		make no exception of NAME: to show that its use is seen
 *	-f		take nothing at the first opening, but wait until the
 *			thread that awaits SIGUSR1 has forked
 * *	-g		make the name that dlopen was given longer, by writing
 *			over its end once that has been read
 *
 * The program says where it begins and ends, in arguments of close, which is
 * given no descriptor: see loader/window/main.c. The exit status is PROGRAM's,
 * 97 if something was outside, 98 if this machine can't show it. */

#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef __x86_64__
int main(void)
{
	fprintf(stderr, "window: not written for this architecture\n");
	return 98;
}
#else

#define NR_MSEAL 462
#define BEGIN (-1001)		/* close(BEGIN, name, length) */
#define END (-1002)
#define WAITS (-1003)		/* this thread awaits SIGUSR1 */
#define FORKED (-1004)
#define PAGE 4096UL

typedef struct user_regs_struct regs;

static void die(const char *f, ...)
{
	va_list ap;
	va_start(ap, f);
	fprintf(stderr, "window: ");
	vfprintf(stderr, f, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	exit(99);
}

/* ---- exceptions ------------------------------------------------------ */

/* Plain words and bytes, none of which is a pointer, a length or an index: with
 * any value in them the loader writes to the same places. */
static struct word {
	const char *name, *file;	/* of the symbol, and of its source */
	int written;			/* or only read */
	size_t from, len;		/* a part; 0: all */
	uintptr_t start, end;
	unsigned reads, writes;
	char forbidden;
} words[] = {
	/* The thread's own, if it is not on its stack: errno. */
	{ .name = "TCB", .written = 1 },
	/* The name that the program gave to dlopen. */
	{ .name = "name" },
	/* Memory that the program may write to, for what the loader tells it
	 * of objects. Pointers to it come from the records. */
	{ .name = "first_public", .file = "records.c", .written = 1 },
	/* An error's text waits here. */
	{ .name = "pending", .file = "records.c", .written = 1 },
	{ .name = "refusal", .file = "records.c", .written = 1 },
	{ .name = "noload", .file = "dynlink.c" },
	{ .name = "ldd_mode", .file = "dynlink.c" },
	{ .name = "__malloc_replaced", .file = "" },
	/* secure, need_locks, threads_minus_1. */
	{ .name = "__libc", .file = "", .len = 8 },
	/* tls_size, tls_align, tls_cnt. */
	{ .name = "__libc", .file = "", .from = 16, .len = 24, .written = 1 },
	/* A lock that munmap waits for. */
	{ .name = "vmlock", .file = "vmlock.c" },
};
#define NWORDS (sizeof words/sizeof *words)

static char no_stack, no_library;	/* -x stack, -x library */

static void forbid(const char *name)
{
	if (!strcmp(name, "stack")) no_stack = 1;
	else if (!strcmp(name, "library")) no_library = 1;
	else {
		size_t i;
		for (i=0; i<NWORDS && strcmp(words[i].name, name); i++);
		if (i == NWORDS) die("-x %s: no such exception", name);
		words[i].forbidden = 1;
	}
}

/* ---- symbols of libc.so ---------------------------------------------- */

static struct { uintptr_t start, end; const char *name; } *symbols;
static size_t nsymbols;
static uintptr_t libc_base, records_start, records_end;

static void *read_file(const char *name)
{
	int fd = open(name, O_RDONLY);
	off_t len = lseek(fd, 0, SEEK_END);
	void *p = mmap(0, len > 0 ? len : 1, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd < 0 || p == MAP_FAILED) die("%s: %s", name, strerror(errno));
	close(fd);
	return p;
}

/* The compiler appends ".0" to the name of a static variable of a function. */
static int same_name(const char *symbol, const char *name)
{
	size_t n = strlen(name);
	return !strncmp(symbol, name, n) && (!symbol[n] || symbol[n] == '.');
}

static void note_symbol(const char *file, const char *name, uintptr_t start,
	size_t len)
{
	uintptr_t end = start+len;
	for (size_t i=0; i<NWORDS; i++) {
		struct word *w = words+i;
		if (!w->file || strcmp(w->file, file)
		    || !same_name(name, w->name)) continue;
		w->start = start+w->from;
		w->end = w->len ? w->start+w->len : end;
	}
	if (!strcmp(name, "roots_align") || !strcmp(name, "records"))
		if (!records_start || start < records_start)
			records_start = start;
	if (!strcmp(name, "first_records")) records_end = end;
	symbols[nsymbols].start = start;
	symbols[nsymbols].end = end;
	symbols[nsymbols++].name = name;
}

static void read_symbols(const char *libc)
{
	char *p = read_file(libc);
	Elf64_Ehdr *h = (void *)p;
	Elf64_Shdr *s = (void *)(p+h->e_shoff), *tab = 0;
	const char *file = "";
	for (int i=0; i<h->e_shnum; i++)
		if (s[i].sh_type == SHT_SYMTAB) tab = s+i;
	if (!tab) die("%s has no symbols", libc);
	Elf64_Sym *sym = (void *)(p+tab->sh_offset);
	const char *str = p+s[tab->sh_link].sh_offset;
	size_t n = tab->sh_size/sizeof *sym;
	symbols = calloc(n, sizeof *symbols);
	for (size_t i=0; i<n; i++, sym++) {
		int type = ELF64_ST_TYPE(sym->st_info);
		/* libc's global variables come after those of its files. */
		if (type == STT_FILE) file = str+sym->st_name;
		else if (type == STT_OBJECT || type == STT_FUNC)
			note_symbol(file, str+sym->st_name, sym->st_value,
				sym->st_size);
	}
	if (!records_start || records_end <= records_start)
		die("%s has no records", libc);
}

static const char *symbol_at(uintptr_t a)
{
	static char buf[4][128];
	static int n;
	char *b = buf[n++%4];
	a -= libc_base;
	for (size_t i=0; i<nsymbols; i++) {
		if (a < symbols[i].start || a >= symbols[i].end) continue;
		snprintf(b, sizeof *buf, "%s+0x%" PRIxPTR, symbols[i].name,
			a-symbols[i].start);
		return b;
	}
	return "?";
}

/* ---- the traced threads ---------------------------------------------- */

static pid_t program;
static uintptr_t syscall_insn;	/* an instruction of libc's text */

static void get(pid_t t, regs *r)
{
	if (ptrace(PTRACE_GETREGS, t, 0, r))
		die("GETREGS: %s", strerror(errno));
}

static void set(pid_t t, regs *r)
{
	if (ptrace(PTRACE_SETREGS, t, 0, r))
		die("SETREGS: %s", strerror(errno));
}

static int step(pid_t t)
{
	int status = 0;
	if (ptrace(PTRACE_SINGLESTEP, t, 0, 0)
	    || waitpid(t, &status, __WALL) < 0)
		die("SINGLESTEP: %s", strerror(errno));
	if (!WIFSTOPPED(status)) die("ended while it was stepped");
	return WSTOPSIG(status);
}

/* Make the stopped thread t call mprotect. */
static void inject_mprotect(pid_t t, uintptr_t start, uintptr_t end, int prot)
{
	regs old, r;
	get(t, &old);
	r = old;
	r.rip = syscall_insn;
	r.rax = SYS_mprotect;
	r.orig_rax = -1;
	r.rdi = start;
	r.rsi = end-start;
	r.rdx = prot;
	set(t, &r);
	if (step(t) != SIGTRAP) die("the injected call was not made");
	get(t, &r);
	if (r.rax) die("mprotect(%" PRIxPTR "-%" PRIxPTR ", %d): %s", start,
		end, prot, strerror(-(int)r.rax));
	set(t, &old);
}

/* ---- mappings -------------------------------------------------------- */

struct range {
	uintptr_t start, end;
	int prot;
	char name[256];
};
#define MAX 512

/* Call f for each mapping of the program. */
static void each_mapping(void (*f)(const struct range *))
{
	char file[64], line[1024], p[5];
	snprintf(file, sizeof file, "/proc/%d/maps", program);
	FILE *in = fopen(file, "re");
	if (!in) die("%s: %s", file, strerror(errno));
	while (fgets(line, sizeof line, in)) {
		struct range r = { .prot = 0 };
		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s %*s %*s %*s "
		    "%255[^\n]", &r.start, &r.end, p, r.name) < 3)
			die("cannot read: %s", line);
		if (p[0] == 'r') r.prot |= PROT_READ;
		if (p[1] == 'w') r.prot |= PROT_WRITE;
		if (p[2] == 'x') r.prot |= PROT_EXEC;
		f(&r);
	}
	fclose(in);
}

static char libc_path[4096];

static void find_libc(const struct range *r)
{
	if (!libc_base && !strcmp(r->name, libc_path)) libc_base = r->start;
}

/* ---- the window ------------------------------------------------------ */

static pid_t opener;		/* while the window is open */
static pid_t held[MAX];		/* threads that wait until it is closed */
static size_t nheld;
static regs opener_regs;
static struct range taken[MAX];	/* ranges that the program can't use now */
static size_t ntaken;
static struct range returned[MAX];	/* those of the last window */
static size_t nreturned;
static pid_t late[MAX];		/* threads that is_late was true of since */
static size_t nlate;
static struct range regions[MAX];	/* records beside those of libc.so */
static size_t nregions;
/* Memory that the loader mapped in earlier windows and left writable: what
 * first_public is too small for. */
static struct range publics[MAX];
static size_t npublics;
static unsigned public_uses;
static int base_closed;
static unsigned openings, openings_in_call, failures;
static int in_call;
static const char *late_library;	/* -s */
static uintptr_t late_start, late_end;	/* its data */
static unsigned late_writes;

static const struct range *range_at(const struct range *r, size_t n,
	uintptr_t a)
{
	for (; n--; r++) if (a >= r->start && a < r->end) return r;
	return 0;
}

static const struct range *taken_at(uintptr_t a)
{
	return range_at(taken, ntaken, a);
}

static void take_part(const struct range *r, uintptr_t start, uintptr_t end)
{
	if (start >= end) return;
	if (ntaken == MAX) die("too many ranges");
	taken[ntaken] = *r;
	taken[ntaken].start = start;
	taken[ntaken++].end = end;
}

/* All of r but the range from start to end. */
static void take_around(const struct range *r, uintptr_t start, uintptr_t end)
{
	if (start > r->end) start = r->end;
	if (end < start) end = start;
	if (end < r->start) end = r->start;
	take_part(r, r->start, start);
	take_part(r, end > start ? end : start, r->end);
}

/* Of the mapping with the opener's stack, its end is something else's if the
 * kernel joined them: a thread's TCB and its pthread_setspecific values come
 * last. */
static void choose(const struct range *r)
{
	uintptr_t sp = opener_regs.rsp, tp = opener_regs.fs_base;
	if (!(r->prot & PROT_WRITE)) return;
	if (sp >= r->start && sp < r->end && !no_stack) {
		uintptr_t end = r->end;
		if (tp > sp && tp < r->end) end = (tp+2048+PAGE-1) & -PAGE;
		take_around(r, r->start, end);
	} else if (libc_base+records_start >= r->start
	    && libc_base+records_start < r->end)
		take_around(r, libc_base+records_start, libc_base+records_end);
	else take_part(r, r->start, r->end);
}

static void find_late(const struct range *r)
{
	size_t n = strlen(r->name), m = strlen(late_library);
	if (late_start || n < m || strcmp(r->name+n-m, late_library)) return;
	char *p = read_file(r->name);
	Elf64_Ehdr *h = (void *)p;
	Elf64_Phdr *ph = (void *)(p+h->e_phoff);
	for (int i=0; i<h->e_phnum; i++, ph++) {
		if (ph->p_type != PT_LOAD || !(ph->p_flags & PF_W)) continue;
		late_start = r->start+ph->p_vaddr;
		late_end = late_start+ph->p_memsz;
	}
}

/* -x library: also what is mapped while the window is open. It is not restored,
 * and the program ends by SIGSEGV. */
static void take_library(pid_t t, uintptr_t start, size_t len)
{
	if (!no_library || ntaken == MAX) return;
	struct range r = { start, (start+len+PAGE-1) & -PAGE, -1,
		"the library being loaded" };
	taken[ntaken++] = r;
	inject_mprotect(t, r.start, r.end, PROT_NONE);
}

static void open_window(pid_t t)
{
	openings++;
	if (in_call) openings_in_call++;
	opener = t;
	base_closed = 0;
	get(t, &opener_regs);
	words[0].start = opener_regs.fs_base-libc_base;
	words[0].end = words[0].start+sizeof(long)*25;
	ntaken = nregions = 0;
	each_mapping(choose);
	if (late_library) each_mapping(find_late);
	for (size_t i=0; i<ntaken; i++)
		inject_mprotect(t, taken[i].start, taken[i].end, PROT_NONE);
}

static void close_window(pid_t t)
{
	for (size_t i=0; i<ntaken; i++)
		if (taken[i].prot != -1) inject_mprotect(t, taken[i].start,
			taken[i].end, taken[i].prot);
	memcpy(returned, taken, sizeof taken);
	nreturned = ntaken;
	nlate = ntaken = 0;
	opener = 0;
	while (nheld) ptrace(PTRACE_SYSCALL, held[--nheld], 0, 0);
}

static void outside(uintptr_t a, uintptr_t ip, const char *how)
{
	const struct range *r = taken_at(a);
	failures++;
	if (failures > 40) return;
	fprintf(stderr, "window: outside: %s 0x%" PRIxPTR " (%s in %s) at ip "
		"0x%" PRIxPTR " (%s)\n", how, a, symbol_at(a),
		r && *r->name ? r->name : "anonymous memory", ip,
		symbol_at(ip));
}

static int name_grows;		/* -g */

static void grow_name(pid_t t, const struct word *w, uintptr_t a)
{
	static int end_read;
	uintptr_t end = libc_base+w->end-1;
	if (name_grows && end_read && a < end-8) {
		ptrace(PTRACE_POKEDATA, t, end, 0x5858585858585858);
		name_grows = 0;
	}
	if (end-a < 8) end_read = 1;
}

static void note_access(pid_t t, uintptr_t a, uintptr_t ip, int writes)
{
	if (a >= late_start && a < late_end) {
		late_writes += writes;
		return;
	}
	for (size_t i=0; i<npublics; i++)
		if (a >= publics[i].start && a < publics[i].end) {
			public_uses++;
			return;
		}
	for (size_t i=0; i<NWORDS; i++) {
		struct word *w = words+i;
		if (w->forbidden || writes > w->written
		    || a-libc_base-w->start >= w->end-w->start) continue;
		if (writes) w->writes++;
		else w->reads++;
		if (w == words+1) grow_name(t, w, a);
		return;
	}
	outside(a, ip, writes ? "writes" : "reads");
}

static uintptr_t fault_address(pid_t t)
{
	siginfo_t si;
	if (ptrace(PTRACE_GETSIGINFO, t, 0, &si)) die("GETSIGINFO");
	return (uintptr_t)si.si_addr;
}

/* Let the instruction that faulted have its pages: first to read, then, if it
 * faults again, to write. Returns 0, or the signal that it ends in. */
static int have_its_way(pid_t t)
{
	struct { uintptr_t page; int prot; } pages[8];
	size_t n = 0, i;
	int sig = SIGSEGV;
	do {
		regs r;
		uintptr_t a = fault_address(t), page = a & -PAGE;
		if (!taken_at(a)) break;
		get(t, &r);
		for (i=0; i<n && pages[i].page != page; i++);
		if (i == 8) die("an instruction that needs too many pages");
		if (i == n) {
			pages[n].page = page;
			pages[n++].prot = PROT_READ;
		} else if (pages[i].prot == PROT_READ)
			pages[i].prot |= PROT_WRITE;
		else break;
		/* A write is noted twice, as a read too. */
		note_access(t, a, r.rip, pages[i].prot != PROT_READ);
		inject_mprotect(t, page, page+PAGE, pages[i].prot);
		sig = step(t);
	} while (sig == SIGSEGV);
	for (i=0; i<n; i++)
		inject_mprotect(t, pages[i].page, pages[i].page+PAGE,
			PROT_NONE);
	return sig == SIGTRAP ? 0 : sig;
}

/* ---- system calls ---------------------------------------------------- */

static pid_t forker;		/* the thread that awaits SIGUSR1 */
static int with_fork, forked;

static int is_records(const regs *r)
{
	return r->orig_rax == SYS_mprotect && libc_base
		&& r->rdi == libc_base+records_start
		&& r->rsi == records_end-records_start;
}

static void entry(pid_t t, regs *r)
{
	if (r->orig_rax == NR_MSEAL) {
		r->orig_rax = -1;
		set(t, r);
	}
	if (r->orig_rax == SYS_mprotect && !libc_base) each_mapping(find_libc);
	if (r->orig_rax == SYS_brk && t == opener)
		outside(r->rdi, r->rip, "asks for the heap's");
	if (r->orig_rax != SYS_close) return;
	switch ((int)r->rdi) {
	case BEGIN:
		in_call = 1;
		words[1].start = r->rsi-libc_base;
		words[1].end = words[1].start+r->rdx;
		break;
	case END: in_call = 0; break;
	case WAITS: forker = t; break;
	case FORKED: forked = 1; break;
	}
}

static void exit_in_window(pid_t t, regs *r)
{
	int prot = r->rdx;
	size_t i;
	if ((long)r->rax == -EFAULT) {
		failures++;
		fprintf(stderr, "window: outside: system call %lld of %s is"
			" given an address there\n", r->orig_rax,
			symbol_at(r->rip));
	}
	if (r->rax > -4096UL) return;
	if (r->orig_rax == SYS_mmap && (prot & PROT_WRITE)) {
		take_library(t, r->rax, r->rsi);
		if ((r->r10 & (MAP_ANONYMOUS|MAP_FIXED)) == MAP_ANONYMOUS
		    && npublics < MAX)
			publics[npublics++] = (struct range){ r->rax,
				r->rax+r->rsi, prot, "" };
	}
	if (r->orig_rax != SYS_mprotect) return;
	for (i=0; i<nregions && regions[i].start != r->rdi; i++);
	if (is_records(r)) base_closed = prot == PROT_READ;
	else if (prot & PROT_WRITE) {
		if (!base_closed && nregions < MAX && i == nregions)
			regions[nregions++].start = r->rdi;
	} else if (i < nregions) regions[i] = regions[--nregions];
	if (base_closed && !nregions) close_window(t);
}

/* A region of records is closed when the window is, or given back. */
static void forget_public(uintptr_t start)
{
	for (size_t i=0; i<npublics; i++)
		if (publics[i].start == start)
			publics[i--] = publics[--npublics];
}

static void left(pid_t t, regs *r)
{
	syscall_insn = r->rip-2;
	if (!r->rax && (r->orig_rax == SYS_munmap
	    || (r->orig_rax == SYS_mprotect && !(r->rdx & PROT_WRITE))))
		forget_public(r->rdi);
	if (opener == t) exit_in_window(t, r);
	else if (is_records(r) && !r->rax && (r->rdx & PROT_WRITE)) {
		if (opener) die("two threads have the records open");
		if (!with_fork) open_window(t);
		else {
			openings++;
			opener = t;
		}
	}
}

/* 1 if t faulted while the window was open, and only now it is told of: the
 * access succeeds when it is made again. If not, the second fault is real. */
static int is_late(pid_t t)
{
	for (size_t i=0; i<nlate; i++) if (late[i] == t) return 0;
	if (nlate == MAX || !range_at(returned, nreturned, fault_address(t)))
		return 0;
	late[nlate++] = t;
	return 1;
}

/* A stop of thread t. Returns the signal to deliver, or -1 if t must wait. */
static int stopped(pid_t t, int status)
{
	int sig = WSTOPSIG(status);
	if (sig == (SIGTRAP|0x80)) {
		struct __ptrace_syscall_info i = { 0 };
		regs r;
		/* Another thread may have ended the program. */
		if (ptrace(PTRACE_GETREGS, t, 0, &r) && errno == ESRCH)
			return 0;
		if (ptrace(PTRACE_GET_SYSCALL_INFO, t, sizeof i, &i) <= 0) {
			if (errno == ESRCH) return 0;
			die("PTRACE_GET_SYSCALL_INFO: %s", strerror(errno));
		}
		if (i.op == PTRACE_SYSCALL_INFO_ENTRY) entry(t, &r);
		else left(t, &r);
		return 0;
	}
	if (status>>16 || sig == SIGTRAP || sig == SIGSTOP) return 0;
	if (sig != SIGSEGV) return sig;
	if (t == opener && ntaken) return have_its_way(t);
	if (!taken_at(fault_address(t))) return is_late(t) ? 0 : sig;
	if (nheld == MAX) die("too many threads");
	held[nheld++] = t;
	return -1;
}

static int trace(void)
{
	pid_t t;
	int status, sig;
	while ((t = waitpid(-1, &status, __WALL)) > 0) {
		if (!WIFSTOPPED(status)) {
			if (t != program) continue;
			if (opener) die("it ended with the records open");
			return WIFEXITED(status) ? WEXITSTATUS(status)
				: 128+WTERMSIG(status);
		}
		sig = stopped(t, status);
		if (with_fork && opener == t) {
			if (!forker) die("no thread awaits SIGUSR1");
			syscall(SYS_tgkill, program, forker, SIGUSR1);
			forker = 0;
			continue;
		}
		if (sig >= 0) ptrace(PTRACE_SYSCALL, t, 0, sig);
		if (with_fork && opener && forked) {
			ptrace(PTRACE_SYSCALL, opener, 0, 0);
			opener = with_fork = 0;
		}
	}
	die("waitpid: %s", strerror(errno));
	return 99;
}

static void report(void)
{
	fprintf(stderr, "window: records %" PRIxPTR "-%" PRIxPTR "\n",
		libc_base+records_start, libc_base+records_end);
	fprintf(stderr, "window: openings: %u, in the call: %u, outside: %u\n",
		openings, openings_in_call, failures);
	for (size_t i=0; i<NWORDS; i++)
		if (words[i].reads || words[i].writes)
			fprintf(stderr, "window: %s: %u reads, %u writes\n",
				words[i].name, words[i].reads, words[i].writes);
	if (public_uses)
		fprintf(stderr, "window: mapped public memory: %u uses\n",
			public_uses);
	if (late_library)
		fprintf(stderr, "window: %s: %u writes\n", late_library,
			late_writes);
}

int main(int argc, char **argv)
{
	int c, status;
	while ((c = getopt(argc, argv, "+s:x:fg")) > 0) switch (c) {
	case 's': late_library = optarg; break;
	case 'x': forbid(optarg); break;
	case 'f': with_fork = 1; break;
	case 'g': name_grows = 1; break;
	default: return 99;
	}
	argv += optind;
	if (argc-optind < 2) die("wanted LIBC PROGRAM ARGS...");
	if (!realpath(argv[0], libc_path))
		die("%s: %s", argv[0], strerror(errno));
	read_symbols(libc_path);
	alarm(60);
	program = fork();
	if (!program) {
		if (ptrace(PTRACE_TRACEME, 0, 0, 0)) {
			fprintf(stderr, "window: no ptrace: %s\n",
				strerror(errno));
			_exit(98);
		}
		raise(SIGSTOP);
		execv(argv[1], argv+1);
		_exit(99);
	}
	if (waitpid(program, &status, 0) < 0 || WIFEXITED(status)) return 98;
	ptrace(PTRACE_SETOPTIONS, program, 0, PTRACE_O_TRACESYSGOOD
		|PTRACE_O_EXITKILL|PTRACE_O_TRACECLONE);
	ptrace(PTRACE_SYSCALL, program, 0, 0);
	status = trace();
	report();
	return failures ? 97 : status;
}
#endif

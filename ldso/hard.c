/* Level hard: not even /proc/self/mem writes to code and constants, and no code
 * runs but the code that was loaded.
 *
 * /proc/PID/mem and ptrace ignore protections: of a private mapping they write
 * to a copy of the page, although it is read-only. They can't write to a shared
 * mapping of a file that was opened read-only, because there is no copy and the
 * file must not change: the kernel drops VM_MAYWRITE when such a mapping is
 * made. Nor can mprotect make it writable, nor userfaultfd fill it. So at this
 * level
 *
 *	libraries	their read-only segments are mapped shared
 *	program, ld.so	the kernel mapped them private. They are mapped anew in
 *			their place, once /proc/self/maps has proved that it is
 *			the same file: by device, inode and offset of both
 *			mappings, never by name
 *	vdso, RELRO, relocated text, the loader's records when they are final,
 *	and files that cannot be mapped shared
 *			are copied to a memfd that is sealed against writing,
 *			which is mapped in their place
 *	initial stack	sealed, so it can be neither replaced nor executable
 *	new code	refused by PR_SET_MDWE, and with the flag nocode by a
 *			filter
 *
 * The kernel may lack a part. Then a line says which, and strict refuses. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include "dso.h"
#include "records.h"
#include "syscall.h"
#include "hard.h"
#include "exec_answer.h"

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_GET_MDWE 66
#endif
#define MDWE_REFUSE_EXEC_GAIN 1
#define MDWE_NO_INHERIT 2

static int hard(void)
{
	return __seal_state.policy.level == SEAL_HARD;
}

/* The level promises more than this kernel, or this file, allows. Under strict
 * that ends the start, or fails the dlopen. */
static void lacks(const char *name, const char *what)
{
	static const char level[] = "a part of level hard is missing: ";
	if (!__seal_strict()) {
		__seal_print(name, ": warning: ", level, what, "\n", (char *)0);
		return;
	}
	if (!rtld_fail) {
		char why[256];
		snprintf(why, sizeof why, "%s%s", level, what);
		__seal_refuse(name, why);
	}
	error("Error sealing %s: %s%s (strict)", name, level, what);
	longjmp(*rtld_fail, 1);
}

/* Mapping libraries. */

int map_kind(const struct dso *p, int prot)
{
	return hard() && !(prot & PROT_WRITE) && !p->unshared
		? MAP_SHARED : MAP_PRIVATE;
}

void *map_first(struct dso *p, void *at, size_t len, int prot, int fd,
	off_t off)
{
	void *map;
	if (!hard()) return mmap(at, len, prot, MAP_PRIVATE, fd, off);
	map = mmap(at, len, prot & ~PROT_WRITE, MAP_SHARED, fd, off);
	p->unshared = map == MAP_FAILED;
	if (map != MAP_FAILED && !(prot & PROT_WRITE)) return map;
	/* The lowest segment is writable, or the file can't be mapped shared
	 * (FUSE with direct I/O). */
	if (map != MAP_FAILED) munmap(map, len);
	return mmap(at, len, prot, MAP_PRIVATE, fd, off);
}

int bind_at_once(void)
{
	return hard() || __seal_strict();
}

/* Pages that are copied to a memfd, all of those that belong to one dlopen to
 * the same. They are copied first, then the memfd is sealed, then it is mapped
 * over each of them, in the same order. F_SEAL_FUTURE_WRITE is enough, because
 * nothing maps it before. Unlike F_SEAL_WRITE it never waits, and a kernel
 * before 6.7 maps such a memfd shared too. */
struct frozen {
	int fd, err;
	off_t len, used, at;
	rlim_t limit;
};

#ifndef F_SEAL_FUTURE_WRITE
#define F_SEAL_FUTURE_WRITE 16
#endif

static void freeze_begin(struct frozen *f)
{
	*f = (struct frozen){ .fd = -1 };
}

static int freeze_open(struct frozen *f)
{
	struct rlimit lim;
	f->limit = getrlimit(RLIMIT_FSIZE, &lim) ? RLIM_INFINITY
		: lim.rlim_cur;
	f->fd = __syscall(SYS_memfd_create, "seal",
		MFD_CLOEXEC|MFD_ALLOW_SEALING);
	return f->fd < 0 ? -f->fd : 0;
}

/* Append r, of which only the first used bytes are not zero. */
static void freeze_copy(struct frozen *f, struct seal_range r, size_t used)
{
	size_t n = 0;
	if (f->err || r.start >= r.end) return;
	if (f->fd < 0 && (f->err = freeze_open(f))) return;
	/* A write beyond the limit would be a signal that ends the process. */
	if (f->limit < f->len+(r.end-r.start)) {
		f->err = EFBIG;
		return;
	}
	while (n < used) {
		long ret = __syscall(SYS_pwrite64, f->fd, r.start+n, used-n,
			__SYSCALL_LL_PRW(f->len+n));
		if (ret == -EINTR) continue;
		if (ret <= 0) {
			f->err = ret ? -ret : ENOSPC;
			return;
		}
		n += ret;
	}
	f->used = f->len+used;
	f->len += r.end-r.start;
}

static void freeze_seal(struct frozen *f)
{
	if (f->err || f->fd < 0) return;
	if (f->used < f->len)
		f->err = -__syscall(SYS_ftruncate, f->fd,
			__SYSCALL_LL_O(f->len));
	if (!f->err) f->err = -__syscall(SYS_fcntl, f->fd, F_ADD_SEALS,
		F_SEAL_FUTURE_WRITE|F_SEAL_GROW|F_SEAL_SHRINK|F_SEAL_SEAL);
}

/* Returns 0, or a positive errno, with which the pages stay as they are. */
static int freeze_map(struct frozen *f, struct seal_range r, int prot)
{
	if (f->err || r.start >= r.end) return f->err;
	void *p = mmap((void *)r.start, r.end-r.start, prot,
		MAP_SHARED|MAP_FIXED, f->fd, f->at);
	f->at += r.end-r.start;
	return p == MAP_FAILED ? errno : 0;
}

static int freeze_end(struct frozen *f)
{
	if (f->fd >= 0) close(f->fd);
	return f->err;
}

static int freeze(struct seal_range r, int prot)
{
	struct frozen f;
	freeze_begin(&f);
	freeze_copy(&f, r, r.end-r.start);
	freeze_seal(&f);
	int err = freeze_map(&f, r, prot);
	freeze_end(&f);
	return err;
}

static const char *no_memfd(int err)
{
	return err == EFBIG ? "RLIMIT_FSIZE has no room for relocated pages"
		: "no memfd for relocated pages";
}

/* The part of a read-only segment that no writable one shares a page with. */
static struct seal_range read_only(const struct dso *p, const Phdr *ph)
{
	struct seal_range r = __seal_segment(ph, (uintptr_t)p->base, PAGE_SIZE);
	const Phdr *q = p->phdr;
	for (int i=p->phnum; i--; q=(void *)((char *)q+p->phentsize)) {
		if (q->p_type != PT_LOAD || !(q->p_flags & PF_W)) continue;
		struct seal_range w = __seal_segment(q, (uintptr_t)p->base,
			PAGE_SIZE);
		if (w.start >= r.end || w.end <= r.start) continue;
		if (w.start > r.start) r.end = w.start;
		else r.start = w.end < r.end ? w.end : r.end;
	}
	return r;
}

/* What the kernel mapped: the program, ld.so, vdso. */

#define MAX_SEGMENTS 24

struct source {
	unsigned long long off, major, minor, ino;
	int found;
};

struct segment {
	const struct dso *p;
	struct seal_range r;
	uintptr_t anew;		/* where the file is mapped again; or 0 */
	int prot;
	struct source was, is;
};

/* Only the loader's stack has it, for as long as it starts. */
struct again {
	struct segment s[MAX_SEGMENTS];
	size_t n;
};

static SEAL_RELRO struct seal_range stack;
static SEAL_RELRO int stack_exec;

static unsigned long long number(const char **s, unsigned base)
{
	unsigned long long x = 0;
	for (;; ++*s) {
		unsigned d = (unsigned char)**s;
		if (d-'0' < 10) d -= '0';
		else if (d-'a' < 6) d -= 'a'-10;
		else return x;
		if (d >= base) return x;
		x = x*base+d;
	}
}

static void note_source(struct source *to, const struct source *line,
	struct seal_range has, struct seal_range r)
{
	if (r.start < has.start || r.end > has.end || !line->ino) return;
	*to = *line;
	to->off += r.start-has.start;
	to->found = 1;
}

/* START-END PROT OFFSET MAJOR:MINOR INODE NAME */
static void read_line(struct again *a, const char *s)
{
	struct source line = { 0 };
	struct seal_range r;
	r.start = number(&s, 16);
	if (*s++ != '-') return;
	r.end = number(&s, 16);
	if (*s++ != ' ' || strnlen(s, 5) < 5) return;
	int exec = s[2] == 'x';
	s += 5;
	line.off = number(&s, 16);
	if (*s++ != ' ') return;
	line.major = number(&s, 16);
	if (*s++ != ':') return;
	line.minor = number(&s, 16);
	if (*s++ != ' ') return;
	line.ino = number(&s, 10);
	if (__seal_in(r, (uintptr_t)libc.auxv)) {
		stack = r;
		stack_exec = exec;
	}
	for (size_t i=0; i<a->n; i++) {
		struct segment *g = a->s+i;
		struct seal_range anew = { g->anew,
			g->anew+g->r.end-g->r.start };
		note_source(&g->was, &line, r, g->r);
		if (g->anew) note_source(&g->is, &line, r, anew);
	}
}

static void read_maps(struct again *a)
{
	char buf[1024];
	size_t n = 0;
	int skip = 0, fd = __sys_open("/proc/self/maps", O_RDONLY|O_CLOEXEC);
	if (fd < 0) return;
	for (;;) {
		ssize_t l = __syscall(SYS_read, fd, buf+n, sizeof buf-1-n);
		if (l == -EINTR) continue;
		if (l <= 0) break;
		n += l;
		buf[n] = 0;
		char *s = buf, *nl;
		for (; (nl=strchr(s, '\n')); s=nl+1) {
			*nl = 0;
			if (!skip) read_line(a, s);
			skip = 0;
		}
		n -= s-buf;
		memmove(buf, s, n);
		/* The numbers come first. The rest of a long name is left
		 * out. */
		if (n == sizeof buf-1) {
			buf[n] = 0;
			if (!skip) read_line(a, buf);
			skip = 1;
			n = 0;
		}
	}
	close(fd);
}

/* Map the read-only segments of p, whose file may be name, elsewhere. */
static void map_again(struct again *a, const struct dso *p, const char *name)
{
	int fd = name ? __sys_open(name, O_RDONLY|O_CLOEXEC|O_NONBLOCK) : -1;
	const Phdr *ph = p->phdr;
	for (int i=p->phnum; i--; ph=(void *)((char *)ph+p->phentsize)) {
		if (ph->p_type != PT_LOAD || ph->p_flags & PF_W) continue;
		struct seal_range r = read_only(p, ph);
		if (r.start >= r.end) continue;
		if (a->n == MAX_SEGMENTS) {
			lacks(p->name, "too many segments");
			break;
		}
		struct segment *g = a->s+a->n++;
		*g = (struct segment){ .p = p, .r = r,
			.prot = __seal_prot(ph) };
		/* The file may end in the middle. */
		if (fd < 0 || ph->p_memsz > ph->p_filesz) continue;
		uintptr_t start = (uintptr_t)p->base+ph->p_vaddr & -PAGE_SIZE;
		off_t off = (ph->p_offset & -PAGE_SIZE)+(r.start-start);
		void *q = mmap(0, r.end-r.start, g->prot, MAP_SHARED, fd, off);
		if (q != MAP_FAILED) g->anew = (uintptr_t)q;
	}
	if (fd >= 0) close(fd);
}

static int same_file(const struct segment *g)
{
	return g->was.found && g->is.found
		&& g->was.off == g->is.off && g->was.ino == g->is.ino
		&& g->was.major == g->is.major && g->was.minor == g->is.minor;
}

static void replace(struct segment *g)
{
	size_t len = g->r.end-g->r.start;
	if (g->anew) {
		if (same_file(g) && mremap((void *)g->anew, len, len,
		    MREMAP_MAYMOVE|MREMAP_FIXED, (void *)g->r.start)
		    != MAP_FAILED)
			return;
		munmap((void *)g->anew, len);
	}
	/* It can't be proved, or not be mapped: take the contents. */
	if (freeze(g->r, g->prot)) lacks(g->p->name,
		"its text can be written to by force");
}

static void no_implied_exec(void)
{
	long now = __syscall(SYS_personality, 0xffffffff);
	if (now > 0 && now & READ_IMPLIES_EXEC)
		__syscall(SYS_personality, now & ~READ_IMPLIES_EXEC);
}

/* A file may say that level hard is not for it. */

static const char not_for_it[] = "its file forbids level hard";

static int forbids(const struct seal_object *o)
{
	return hard() && !__seal_state.policy.noexempt
		&& __seal_notes(o) & SEAL_NOTE_SOFT;
}

static void soften(const char *name)
{
	if (__seal_strict()) __seal_refuse(name, not_for_it);
	__seal_print(name, ": warning: ", not_for_it, "; it is full instead\n",
		(char *)0);
	__seal_state.policy.level = SEAL_FULL;
}

void __seal_harden(const struct seal_object *prog)
{
	struct again a = { 0 };
	if (prog->foreign) {
		if (__seal_strict()) __seal_refuse(prog->name,
			SEAL_HARD_STATIC);
		__seal_print(prog->name, ": warning: " SEAL_HARD_STATIC
			"\n", (char *)0);
		__seal_state.policy.nocode = 0;
		if (hard()) __seal_state.policy.level = SEAL_FULL;
	}
	if (forbids(prog)) soften(prog->name);
	if (!hard()) return;
	no_implied_exec();
	if (app.kernel_mapped) map_again(&a, &app, "/proc/self/exe");
	map_again(&a, &ldso, app.kernel_mapped ? ldso.name : "/proc/self/exe");
	read_maps(&a);
	for (size_t i=0; i<a.n; i++) replace(a.s+i);
}

/* Objects that were relocated. */

static int due(const struct dso *p)
{
	return p != &ldso && p->map && p->relocated && !p->hardened
		&& !relro_pending(p);
}

/* Copy r, or map the copy. */
static void put(struct frozen *f, struct seal_range r, int prot, int map)
{
	if (map) f->err = freeze_map(f, r, prot);
	else freeze_copy(f, r, r.end-r.start);
}

/* The pages of p that are final. */
static void put_object(struct frozen *f, const struct dso *p, int map)
{
	const Phdr *ph = p->phdr;
	put(f, relro_of(p), PROT_READ, map);
	if (!p->textrel && !p->unshared) return;
	for (int i=p->phnum; i--; ph=(void *)((char *)ph+p->phentsize)) {
		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W)) continue;
		put(f, read_only(p, ph), __seal_prot(ph), map);
	}
}

/* A library that is not mapped shared may have gaps that are executable. */
static void close_gaps(const struct dso *p)
{
	struct seal_set gaps = { .n = 1, .r[0] = { (uintptr_t)p->map,
		(uintptr_t)p->map+p->map_len } };
	const Phdr *ph = p->phdr;
	for (int i=p->phnum; i--; ph=(void *)((char *)ph+p->phentsize))
		if (ph->p_type == PT_LOAD) __seal_set_subtract(&gaps,
			__seal_segment(ph, (uintptr_t)p->base, PAGE_SIZE));
	for (size_t i=0; i<gaps.n; i++) mprotect((void *)gaps.r[i].start,
		gaps.r[i].end-gaps.r[i].start, PROT_NONE);
}

/* Pages that the object says it changes are private again, read-only ones too.
 * If there is no memory they stay as they are. */
static void thaw(const struct dso *p)
{
	struct seal_object o = seal_view(p);
	struct seal_mutable *m = &load_spare.mutable;
	if (!__seal_may_exempt(&o)) return;
	__seal_mutable(m, &o, PAGE_SIZE);
	for (size_t k=0; k<m->pages.n; k++) {
		const Phdr *ph = p->phdr;
		struct seal_range c, r = m->pages.r[k];
		c = __seal_common(r, relro_of(p));
		__seal_anonymize(c, c.start, PROT_READ);
		for (int i=p->phnum; i--;
		    ph=(void *)((char *)ph+p->phentsize)) {
			if (ph->p_type != PT_LOAD || ph->p_flags & PF_W)
				continue;
			c = __seal_common(r, read_only(p, ph));
			__seal_anonymize(c, c.start, __seal_prot(ph));
		}
	}
	memset(m, 0, sizeof *m);
}

/* Relocated text is not executable yet: see protect_text. */
static void without_memfd(const struct dso *p)
{
	const Phdr *ph = p->phdr;
	if (!p->textrel) return;
	for (int i=p->phnum; i--; ph=(void *)((char *)ph+p->phentsize)) {
		if (ph->p_type != PT_LOAD || (ph->p_flags & PF_W)) continue;
		struct seal_range r = read_only(p, ph);
		if (!mprotect((void *)r.start, r.end-r.start, __seal_prot(ph)))
			continue;
		error("Error loading %s: its relocated text can't be made"
			" executable: %m", p->name);
		if (rtld_fail) longjmp(*rtld_fail, 1);
		_exit(127);
	}
}

/* One of the objects forbids the level. At start it is lower from here on; a
 * dlopen fails, because the rest of the process is hard already. */
static int too_hard(void)
{
	for (struct dso *p=head; p; p=p->next) {
		struct seal_object o = seal_view(p);
		if (!due(p) || !forbids(&o)) continue;
		if (rtld_fail) {
			error("Error sealing %s: %s", p->name, not_for_it);
			longjmp(*rtld_fail, 1);
		}
		soften(p->name);
	}
	return !hard();
}

/* What does not depend on a copy. */
static void finish_objects(int err)
{
	for (struct dso *p=head; p; p=p->next) {
		if (!due(p)) continue;
		if (err) without_memfd(p);
		if (p->unshared) close_gaps(p);
		thaw(p);
		p->hardened = 1;
	}
}

void harden_objects(void)
{
	struct frozen f;
	struct dso *p;
	int vdso_err = 0;
	if (!hard()) return;
	if (too_hard()) {
		finish_objects(1);
		return;
	}
	/* The kernel calls functions of the vdso by their addresses, which
	 * stay. */
	struct seal_object o = __seal_vdso();
	struct seal_range v = __seal_span(&o, PAGE_SIZE);
	freeze_begin(&f);
	if (!vdso.hardened) put(&f, v, PROT_READ|PROT_EXEC, 0);
	for (p=head; p; p=p->next) if (due(p)) put_object(&f, p, 0);
	freeze_seal(&f);
	/* A kernel may have sealed it. */
	if (!vdso.hardened) vdso_err = freeze_map(&f, v, PROT_READ|PROT_EXEC);
	for (p=head; p; p=p->next) if (due(p)) put_object(&f, p, 1);
	int err = freeze_end(&f);
	finish_objects(err);
	vdso.hardened = 1;
	if (vdso_err) lacks("[vdso]", "its text can be written to by force");
	if (err) lacks(head->name, no_memfd(err));
}

/* The loader's records, and with start ld.so's RELRO. Nothing is written to
 * either between copy and mapping. */

static void freeze_loader(struct frozen *f, int start, int map)
{
	struct seal_range all = records_range(), r = relro_of(&ldso);
	uintptr_t top = (uintptr_t)records.at.records.top;
	if (start) put(f, r, PROT_READ, map);
	if (records_sealed() && map) put(f, all, PROT_READ, 1);
	else if (records_sealed()) freeze_copy(f, all,
		(top-all.start < all.end-all.start ? top : all.end)-all.start);
	for (struct region *p=records.at.regions; p; p=p->next) {
		if (p->public || !(p->final ? start : records_sealed()))
			continue;
		r = (struct seal_range){ p->start, p->start+p->len };
		if (map) put(f, r, PROT_READ, 1);
		else freeze_copy(f, r, top-r.start < p->len ? top-r.start
			: p->len);
	}
}

int harden_loader(int start)
{
	struct frozen f;
	/* With a key they have been sealed since the start. */
	if (!hard() || (!start && key_in_use())) return 0;
	freeze_begin(&f);
	freeze_loader(&f, start, 0);
	freeze_seal(&f);
	freeze_loader(&f, start, 1);
	int err = freeze_end(&f);
	if (err && start) lacks(app.name, no_memfd(err));
	return err;
}

/* For the report, of pages that are sealed: the kernel tells a mapping that can
 * never be written to (EACCES) from one that is only sealed (EPERM). */
const char *__seal_reach(struct seal_range r, int flags)
{
	return hard() && !(flags & PF_W) && __syscall(SYS_mprotect, r.start,
		PAGE_SIZE, PROT_READ|PROT_WRITE) == -EACCES
		? ", out of reach of writes by force" : 0;
}

/* The process. */

/* Without NO_INHERIT, before Linux 6.6, programs that it executes inherit
 * it. */
static int refuse_exec_gain(void)
{
	int bits = MDWE_REFUSE_EXEC_GAIN|MDWE_NO_INHERIT;
	if (!__syscall(SYS_prctl, PR_SET_MDWE, bits, 0, 0, 0)
	    || !__syscall(SYS_prctl, PR_SET_MDWE, MDWE_REFUSE_EXEC_GAIN, 0,
	    0, 0))
		return 0;
	/* The process was started with it, perhaps. */
	long ret = __syscall(SYS_prctl, PR_GET_MDWE, 0, 0, 0, 0);
	return ret > 0 && ret & MDWE_REFUSE_EXEC_GAIN ? 0 : -1;
}

void harden_child(void)
{
	if (hard()) refuse_exec_gain();
}

static void seal_stack(void)
{
	struct seal_job job = { 0 };
	Phdr ph = { .p_type = PT_LOAD, .p_flags = PF_R|PF_W,
		.p_memsz = stack.end-stack.start };
	struct seal_object o = { .name = "[stack]", .base = stack.start,
		.phdr = &ph, .phnum = 1, .phentsize = sizeof ph, .map = stack,
		.loader = 1 };
	if (stack.start >= stack.end) {
		lacks("[stack]", "without /proc it can't be found");
		return;
	}
	if (stack_exec) lacks("[stack]", "the program wants it executable");
	__seal_add(&job, &o);
	int err = __seal_finish(&job, app.name);
	if (err) __seal_refuse(app.name, __seal_reason(err));
}

long __exec_answer(int prot, long ret)
{
	static int said;
	if (ret != -EACCES || !(prot & PROT_EXEC) || !hard()
	    || said)
		return ret;
	said = 1;
	__seal_print("ld.so: level hard: new executable memory is refused"
		" (LD_SEAL=full permits it)\n", (char *)0);
	return ret;
}

int harden_dlseal(void)
{
	return refuse_new_code();
}

void harden_process(void)
{
	if (hard()) {
		seal_stack();
		if (refuse_exec_gain()) lacks(app.name,
			"no PR_SET_MDWE: new code can be made");
	}
	if (!__seal_active() || !records_sealed()) return;
	int err = refuse_new_code();
	if (err) lacks(app.name, "no filter against new code (nocode)");
}

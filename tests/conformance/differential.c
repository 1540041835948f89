/* Random calls on a small arena, each compared with a model of a sealed address
 * space: its result, and then every page.
 *
 *	differential [--seed=S] [--count=N] [--ops=N] [--plain] [--verbose] [--trace]
 *
 * --plain leaves out what QEMU's user-mode emulation takes for mere advice, or
 * does in a way of its own whether sealed or not: above all, what it does with
 * holes. --trace prints each call, its result and the pages after it, to be
 * compared with another system's.
 *
 * Sequence number i of a run has seed S+i and depends on nothing else. The
 * first disagreement ends the run: its seed is printed, and the shortest
 * sequence found that still disagrees. Status 0 if there was none, 1 if there
 * was, 77 if there is no mseal and CONFORMANCE_MAY_SKIP is set. */
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "model.h"
#include "space.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif
#define R PROT_READ
#define RW (PROT_READ|PROT_WRITE)

#define MAX_OPS 48      /* FILE_PAGES/PAGES less one */
#define BATCH 100       /* sequences per child: sealed arenas stay */

static int n_ops = 24, verbose, plain, trace;
static char *arena;
static int fixed_file, shared_file;
static unsigned char *shared_view;

/* What a child tells. */
static struct report {
	uint64_t seed;
	unsigned long long calls, refused, sealed;
	int step;
	char text[400];
} *report;

/* -------- generation -------- */

static uint64_t rng;

static uint64_t next(void)
{
	uint64_t z = rng += 0x9e3779b97f4a7c15;
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z>>27) * 0x94d049bb133111eb;
	return z ^ z>>31;
}

static unsigned below(unsigned n)
{
	return (next()>>32) % n;
}

#define PICK(...) ((const int[]){ __VA_ARGS__ })[below(sizeof (int[]){ __VA_ARGS__ } / sizeof (int))]

static int some_pages(int most)
{
	int n = 1 + below(PICK(1, 2, 4, 4, 8, PAGES));
	return n < most ? n : most;
}

/* Near the last page that was to be sealed, often. */
static int focus;

static struct op random_op(int step)
{
	static const unsigned char mix[] = {
		MMAP, MMAP, MMAP, MMAP_NEW, MUNMAP, MUNMAP, MPROTECT, MPROTECT,
		MPROTECT, MREMAP, MREMAP, MREMAP, MREMAP, MADVISE, MADVISE, MADVISE,
		MSEAL, MSEAL, MSEAL, STORE, STORE };
	struct op o = { 0 };
	/* Some variety before the first seal. */
	o.call = step < 3 ? MMAP : mix[below(sizeof mix)];
	o.from = below(PAGES);
	if (below(3) == 0) {
		o.from = focus + (int)below(5) - 2;
		if (o.from < 0 || o.from >= PAGES) o.from = focus;
	}
	o.n = some_pages(PAGES-o.from);
	o.raw = below(4) == 0;
	o.cut = below(6) == 0;
	o.bad = below(16) ? GOOD : (enum bad)(1+below(3));
	switch (o.call) {
	case MMAP: case MMAP_NEW:
		o.kind = PICK(ANON, ANON, ANON, PRIV, SHARED);
		o.arg = PICK(PROT_NONE, R, RW, RW);
		o.off = below(32);
		if (o.bad == BADFLAGS) o.bad = MISALIGNED;
		if (o.call == MMAP_NEW && o.bad == MISALIGNED) o.bad = GOOD;
		break;
	case MUNMAP:
		if (o.bad == BADFLAGS) o.bad = MISALIGNED;
		break;
	case MPROTECT:
		o.arg = PICK(PROT_NONE, R, R, RW);
		/* libc rounds the address. */
		if (o.bad == MISALIGNED) o.raw = 1;
		break;
	case MADVISE:
		o.arg = PICK(MADV_DONTNEED, MADV_DONTNEED, MADV_DONTNEED, MADV_FREE,
			MADV_DONTFORK, MADV_WIPEONFORK, MADV_DONTNEED_LOCKED,
			MADV_REMOVE, MADV_NORMAL, MADV_DONTDUMP, MADV_DOFORK);
		if (o.arg == MADV_REMOVE) o.n = 1;
		break;
	case MREMAP:
		o.arg = PICK(0, MREMAP_MAYMOVE, MREMAP_MAYMOVE,
			MREMAP_MAYMOVE|MREMAP_FIXED, MREMAP_MAYMOVE|MREMAP_FIXED,
			MREMAP_MAYMOVE|MREMAP_FIXED, MREMAP_MAYMOVE|MREMAP_DONTUNMAP,
			MREMAP_MAYMOVE|MREMAP_FIXED|MREMAP_DONTUNMAP, MREMAP_FIXED);
		o.to = below(3) ? (int)below(PAGES) : focus;
		o.m = below(3) ? o.n : some_pages(PAGES);
		if (o.m > PAGES-o.to) o.m = PAGES-o.to;
		if (below(12) == 0) o.n = 0;
		if (below(40) == 0) o.m = 0;
		/* What a source of no length onto itself is, nobody says. */
		if (!o.n && o.to <= o.from && o.from < o.to+o.m) o.arg &= ~MREMAP_FIXED;
		if (o.bad == EMPTY) o.bad = GOOD;
		/* Whose lengths must be equal: before or after rounding. */
		if (o.arg & MREMAP_DONTUNMAP) o.cut = 0;
		break;
	case STORE:
		o.n = 1;
		o.val = 1+below(255);
		o.bad = GOOD;
		break;
	case MSEAL:
		focus = o.from + below(o.n);
	}
	if (plain) {
		if (o.call != MSEAL) o.bad = GOOD;
		if (o.call == MMAP_NEW) o.call = MMAP;
		if (o.call == MADVISE) {
			o.n = 1;
			if (o.arg != MADV_NORMAL) o.arg = MADV_DONTNEED;
		}
		if (o.call == MREMAP) {
			o.arg = MREMAP_MAYMOVE|MREMAP_FIXED;
			o.n = o.m = 1;
		}
	}
	return o;
}

static void generate(uint64_t seed, struct op *ops, int n)
{
	rng = seed;
	focus = 0;
	next();
	for (int i=0; i<n; i++) ops[i] = random_op(i);
}

/* -------- printing -------- */

static const char *prot_text(int p)
{
	return p == RW ? "rw" : p == R ? "r" : "none";
}

static const char *advice_text(int a)
{
	switch (a) {
#define A(x) case MADV_ ## x: return #x;
	A(DONTNEED) A(FREE) A(DONTFORK) A(WIPEONFORK) A(DONTNEED_LOCKED) A(REMOVE)
	A(NORMAL) A(DONTDUMP) A(DOFORK)
#undef A
	}
	return "?";
}

static void print_op(FILE *f, const struct op *o)
{
	static const char *const names[] = { "mmap FIXED", "mmap FIXED_NOREPLACE",
		"munmap", "mprotect", "mremap", "madvise", "mseal", "store" };
	static const char *const kinds[] = { "anonymous", "private file", "shared file" };
	fprintf(f, "%s(page %d%s, ", names[o->call], o->from,
		o->bad == MISALIGNED ? " + 1 byte" : "");
	fprintf(f, "%d%s", o->bad == EMPTY ? 0 : o->n, o->cut && o->n && !o->bad
		? " less all but a byte" : "");
	switch (o->call) {
	case MMAP: case MMAP_NEW:
		fprintf(f, ", %s, %s", prot_text(o->arg), kinds[o->kind]);
		if (o->kind) fprintf(f, " from page %d", o->off);
		break;
	case MPROTECT: fprintf(f, ", %s", prot_text(o->arg)); break;
	case MADVISE: fprintf(f, ", %s", advice_text(o->arg)); break;
	case MREMAP:
		fprintf(f, ", to %d,%s%s%s", o->m, o->arg & MREMAP_MAYMOVE ? " MAYMOVE" : "",
			o->arg & MREMAP_FIXED ? " FIXED" : "",
			o->arg & MREMAP_DONTUNMAP ? " DONTUNMAP" : "");
		if (o->arg & MREMAP_FIXED) fprintf(f, ", page %d", o->to);
		break;
	case STORE: fprintf(f, ", %d", o->val); break;
	default: ;
	}
	fprintf(f, ")%s%s\n", o->bad == BADFLAGS ? " with unknown flags" : "",
		o->raw && o->call >= MUNMAP && o->call < STORE ? " by syscall()" : "");
}

/* -------- execution -------- */

static int execute(const struct op *o, char **result)
{
	char *a = arena + o->from*page + (o->bad == MISALIGNED);
	size_t len = o->bad == EMPTY ? 0 : o->n*page;
	long r = -1;
	if (o->cut && len && !o->bad) len -= page-1;
	errno = 0;
	switch (o->call) {
	case MMAP: case MMAP_NEW: {
		int flags = (o->call == MMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE)
			| (o->kind == ANON ? MAP_PRIVATE|MAP_ANON
			: o->kind == PRIV ? MAP_PRIVATE : MAP_SHARED);
		char *p = mmap(a, len, o->arg, flags, o->kind == ANON ? -1
			: o->kind == PRIV ? fixed_file : shared_file, o->off*page);
		r = p == MAP_FAILED ? -1 : 0;
		if (!r && p != a) {
			/* A kernel too old for NOREPLACE takes it for a hint. */
			munmap(p, len);
			errno = EEXIST;
			r = -1;
		}
		break;
	}
	case MUNMAP:
		r = o->raw ? syscall(SYS_munmap, a, len) : munmap(a, len);
		break;
	case MPROTECT: {
		int prot = o->bad == BADFLAGS ? 0x40000000 : o->arg;
		r = o->raw ? syscall(SYS_mprotect, a, len, prot) : mprotect(a, len, prot);
		break;
	}
	case MADVISE: {
		int adv = o->bad == BADFLAGS ? 9999 : o->arg;
		r = o->raw ? syscall(SYS_madvise, a, len, adv) : madvise(a, len, adv);
		break;
	}
	case MSEAL: {
		unsigned long flags = o->bad == BADFLAGS;
		r = o->raw ? syscall(SYS_mseal, a, len, flags) : mseal(a, len, flags);
		break;
	}
	case MREMAP: {
		int flags = o->arg | (o->bad == BADFLAGS ? 64 : 0);
		char *to = flags & MREMAP_FIXED ? arena + o->to*page : 0;
		*result = o->raw ? (char *)syscall(SYS_mremap, a, len, o->m*page, flags, to)
			: mremap(a, len, o->m*page, flags, to);
		r = *result == MAP_FAILED ? -1 : 0;
		break;
	}
	case STORE:
		r = store(a, o->val);
		break;
	}
	return r ? errno : 0;
}

static int wrong(const char *f, ...)
{
	va_list ap;
	va_start(ap, f);
	vsnprintf(report->text, sizeof report->text, f, ap);
	va_end(ap);
	return 1;
}

static struct seen expected(const struct state *s, const struct mpage *p)
{
	return (struct seen){ p->mapped, p->r, p->w, p->sealed, contents(s, p) };
}

/* Does what is there fit this page? If so, it is this page. */
static int fits(const struct state *s, struct mpage *p, struct seen got)
{
	struct seen want = expected(s, p);
	if (p->lazy && !got.byte) want.byte = 0;
	if (!seen_same(want, got)) return 0;
	/* Looking wrote what was there already. */
	if (p->w && p->kind != SHARED) p->own = 1, p->val = got.byte, p->lazy = 0;
	return 1;
}

static int check_page(struct state *s, int i, struct outcome *out)
{
	struct seen got = look(arena+i*page);
	struct mpage hole = { 0 };
	int alt = out->may[i] & MAY_ALT && fits(s, out->alt+i, got);
	if (fits(s, s->p+i, got)) {
		/* Two different pages that look the same: have none instead. */
		if (alt && memcmp(s->p+i, out->alt+i, sizeof hole)) {
			if (munmap(arena+i*page, page)) return wrong("page %d cannot be"
				" unmapped: %s", i, errno_text(errno));
			s->p[i] = hole;
		}
		return 0;
	}
	if (alt) s->p[i] = out->alt[i];
	else if (out->may[i] & MAY_HOLE && fits(s, &hole, got)) s->p[i] = hole;
	else return wrong("page %d: wanted %s, got %s", i,
		seen_text(expected(s, s->p+i)), seen_text(got));
	return 0;
}

static const char *set_text(unsigned long long set)
{
	static char buf[120];
	int n = 0;
	*buf = 0;
	for (int e=0; e<64; e++) if (set & MAY(e))
		n += snprintf(buf+n, sizeof buf-n, "%s%s", n ? " or " : "", errno_text(e));
	return buf;
}

/* What moved out of the arena must be what it was, and not be sealed. */
static int check_elsewhere(struct state *s, const struct op *o, struct mpage *list, char *at)
{
	for (int i=0; i<o->m; i++) {
		struct seen got = look(at+i*page);
		if (!fits(s, list+i, got)) return wrong("page %d of what moved: wanted %s,"
			" got %s", i, seen_text(expected(s, list+i)), seen_text(got));
	}
	if (munmap(at, o->m*page)) return wrong("what moved cannot be unmapped: %s",
		errno_text(errno));
	return 0;
}

/* A letter for each page, a capital one if it is sealed. */
static void print_step(const struct state *s, const struct op *o, int e)
{
	char line[PAGES+1];
	print_op(stdout, o);
	for (int i=0; i<PAGES; i++) {
		const struct mpage *p = s->p+i;
		line[i] = !p->mapped ? '.' : p->w ? 'w' : p->r ? 'r' : 'n';
		if (p->sealed) line[i] += 'A'-'a';
	}
	line[PAGES] = 0;
	printf("= %s %s\n", errno_text(e), line);
}

static int step(struct state *s, const struct op *o, int last)
{
	static struct outcome out;
	struct mpage elsewhere[PAGES];
	char *at = 0;
	const char *why;
	if (plain && (o->call == MADVISE || o->call == MREMAP || o->call == MPROTECT))
		for (int i=o->from; i<o->from+o->n; i++) if (!s->p[i].mapped) return 0;
	predict(s, o, &out);
	int e = execute(o, &at), outside = 0;
	report->calls++;
	if (e < 0 || e > 63 || !(out.results & MAY(e)))
		return wrong("wanted %s, got %s", set_text(out.results), errno_text(e));
	if (e == EPERM) report->refused++;
	if (o->call == MSEAL && !e && !o->bad) report->sealed++;
	if (o->call == MREMAP && !e) {
		int to = -1;
		if (at >= arena && at < arena+PAGES*page) to = (at-arena)/page;
		outside = to < 0;
		if ((why = moved(s, o, to, &out, elsewhere))) return wrong("%s", why);
	}
	/* Some advice is taken, or refused altogether. */
	if (o->call == MADVISE && e && (o->arg == MADV_REMOVE
	    || (e == EPERM && out.results != MAY(EPERM)))) out.next = *s;
	*s = out.next;
	/* All pages would take most of the time: those that the call was about,
	 * and all now and then. What is left open is among the former. */
	int all = report->step%8 == 7 || last;
	for (int i=0; i<PAGES; i++) {
		int its = i >= o->from && i < o->from+(o->n > o->m ? o->n : o->m);
		if (o->call == MREMAP) its |= out.may[i] || (i >= o->to && i < o->to+o->m);
		if ((all || its) && check_page(s, i, &out)) return 1;
	}
	if (trace) print_step(s, o, e);
	return outside ? check_elsewhere(s, o, elsewhere, at) : 0;
}

static int run_sequence(const struct op *ops, int n)
{
	static struct state s;
	memset(s.p, 0, sizeof s.p);
	for (int i=0; i<FILE_PAGES; i++) {
		s.file[i] = 'A'+i%26;
		if (shared_view[i*page] != s.file[i]) shared_view[i*page] = s.file[i];
	}
	arena = fresh_fd(PAGES, RW, MAP_PRIVATE|MAP_ANON, -1);
	for (int i=0; i<PAGES; i++)
		s.p[i] = (struct mpage){ .mapped = 1, .r = 1, .w = 1, .kind = ANON };
	for (report->step=0; report->step<n; report->step++)
		if (step(&s, ops+report->step, report->step == n-1)) return 1;
	report->step--;
	/* The inaccessible pages on both sides must have stayed. */
	struct seen guard = { 1, 0, 0, 0, 0 };
	if (!seen_same(look(arena-page), guard) || !seen_same(look(arena+PAGES*page), guard))
		return wrong("a page beside the arena changed");
	munmap(arena-page, page);
	munmap(arena+PAGES*page, page);
	for (int i=0; i<PAGES; i++) if (s.p[i].mapped && !s.p[i].sealed)
		munmap(arena+i*page, page);
	return 0;
}

/* Runs in a child; what it sealed is gone with it. */
static int disagrees(const struct op *ops, int n)
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		setpgid(0, 0);
		limit_time(20);
		space_init();
		_exit(run_sequence(ops, n));
	}
	if (pid < 0 || wait_for(pid, &status, 25) < 0) return 0;
	if (WIFSIGNALED(status)) snprintf(report->text, sizeof report->text, "%s",
		strsignal(WTERMSIG(status)));
	return !!status;
}

/* Leaves out what is not needed to disagree, then makes ranges shorter. */
static int shrink(struct op *ops, int n)
{
	struct op try[MAX_OPS];
	for (int size = n/2; size; size = size > 1 ? size/2 : 0)
		for (int i=0; i+size<=n; ) {
			memcpy(try, ops, i*sizeof *ops);
			memcpy(try+i, ops+i+size, (n-i-size)*sizeof *ops);
			if (disagrees(try, n-size)) {
				n -= size;
				memcpy(ops, try, n*sizeof *ops);
			} else i += size;
		}
	for (int i=0; i<n; i++) {
		struct op was = ops[i];
		while (ops[i].n > 1) {
			int same = ops[i].n == ops[i].m;
			was = ops[i];
			ops[i].n--;
			if (same) ops[i].m--;
			if (!disagrees(ops, n)) {
				ops[i] = was;
				break;
			}
		}
		was = ops[i];
		ops[i].raw = ops[i].cut = 0;
		if (!disagrees(ops, n)) ops[i] = was;
	}
	return n;
}

static void explain(uint64_t seed)
{
	struct op ops[MAX_OPS];
	generate(seed, ops, n_ops);
	printf("not ok differential - seed %llu, call %d: %s\n", (unsigned long long)seed,
		report->step+1, report->text);
	int n = n_ops;
	if (!disagrees(ops, n)) {
		printf("# alone it agrees: it depends on the sequences before it\n");
	} else {
		n = shrink(ops, n);
		disagrees(ops, n);
	}
	printf("# all pages begin writable and anonymous; then\n");
	for (int i=0; i<n && i<=report->step; i++) {
		printf("#   ");
		print_op(stdout, ops+i);
	}
	printf("# %s\n", report->text);
	printf("# again: differential --seed=%llu --count=1 --ops=%d%s\n",
		(unsigned long long)seed, n_ops, plain ? " --plain" : "");
}

static void prepare(void)
{
	space_init();
	fixed_file = fresh_file(FILE_PAGES);
	shared_file = fresh_file(FILE_PAGES);
	shared_view = mmap(0, FILE_PAGES*page, RW, MAP_SHARED, shared_file, 0);
	report = mmap(0, sizeof *report, RW, MAP_SHARED|MAP_ANON, -1, 0);
	if (shared_view == MAP_FAILED || report == MAP_FAILED) {
		printf("not ok differential - mmap: %s\n0 passed, 1 failed, 0 skipped\n",
			strerror(errno));
		exit(1);
	}
	for (int i=0; i<FILE_PAGES; i++) {
		unsigned char c = file_byte(i);
		if (pwrite(fixed_file, &c, 1, i*page) != 1) exit(99);
	}
	if (mseal(0, 0, 0)) {
		int may = errno == ENOSYS && getenv("CONFORMANCE_MAY_SKIP");
		printf("%s differential - wanted mseal, got %s\n", may ? "SKIP" : "not ok",
			errno_text(errno));
		printf("0 passed, %d failed, %d skipped\n", !may, may);
		exit(may ? 77 : 1);
	}
	settle_dialect();
}

static int option(const char *arg, const char *name, uint64_t *value)
{
	size_t n = strlen(name);
	if (strncmp(arg, name, n) || arg[n] != '=') return 0;
	*value = strtoull(arg+n+1, 0, 0);
	return 1;
}

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec*1e-9;
}

static int batch(uint64_t seed, uint64_t count)
{
	int status;
	fflush(stdout);
	pid_t pid = fork();
	if (!pid) {
		struct op ops[MAX_OPS];
		setpgid(0, 0);
		limit_time(300);
		space_init();
		for (uint64_t i=0; i<count; i++) {
			report->seed = seed+i;
			generate(seed+i, ops, n_ops);
			if (trace) printf("seed %llu\n", (unsigned long long)seed+i);
			if (run_sequence(ops, n_ops)) _exit(1);
		}
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || wait_for(pid, &status, 305) < 0)
		return wrong("fork: %s", strerror(errno));
	if (WIFSIGNALED(status)) wrong("the process got %s", strsignal(WTERMSIG(status)));
	return !!status;
}

int main(int argc, char **argv)
{
	uint64_t seed = 1, count = 10000, ops = n_ops;
	for (int i=1; i<argc; i++) {
		if (!strcmp(argv[i], "--verbose")) verbose = 1;
		else if (!strcmp(argv[i], "--plain")) plain = 1;
		else if (!strcmp(argv[i], "--trace")) trace = 1;
		else if (!option(argv[i], "--seed", &seed) && !option(argv[i], "--count", &count)
		    && !option(argv[i], "--ops", &ops)) {
			fprintf(stderr, "usage: %s [--seed=S] [--count=N] [--ops=N (at most %d)]"
				" [--plain] [--verbose] [--trace]\n", argv[0], MAX_OPS);
			return 2;
		}
	}
	n_ops = ops < 1 ? 1 : ops > MAX_OPS ? MAX_OPS : ops;
	prepare();
	if (verbose && count == 1) {
		struct op list[MAX_OPS];
		generate(seed, list, n_ops);
		for (int i=0; i<n_ops; i++) print_op(stdout, list+i);
	}
	double start = now();
	for (uint64_t done=0; done<count; done+=BATCH)
		if (batch(seed+done, count-done < BATCH ? count-done : BATCH)) {
			explain(report->seed);
			printf("0 passed, 1 failed, 0 skipped\n");
			return 1;
		}
	/* Nothing refused is nothing tried. */
	int idle = count >= 100 && (!report->refused || !report->sealed);
	printf("%s differential - seed %llu, %llu sequences, %llu calls, %llu seals,"
		" %llu refused with EPERM, no disagreement, %.1f s\n",
		idle ? "not ok" : "ok", (unsigned long long)seed, (unsigned long long)count,
		report->calls, report->sealed, report->refused, now()-start);
	printf("%d passed, %d failed, 0 skipped\n", !idle, idle);
	return idle;
}

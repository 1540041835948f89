#define _GNU_SOURCE
#include "check.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef MREMAP_DONTUNMAP
#define MREMAP_DONTUNMAP 4
#endif
/* mmap2's offset is in pages; it is always 0 here. */
#ifdef SYS_mmap2
#undef SYS_mmap
#define SYS_mmap SYS_mmap2
#endif
#ifndef SHM_REMAP
#define SHM_REMAP 040000
#endif
#ifndef NT_GNU_PROPERTY_TYPE_0
#define NT_GNU_PROPERTY_TYPE_0 5
#endif
#define PROPERTY_MEMORY_SEAL 3

#define countof(a) (sizeof (a)/sizeof *(a))

static size_t pagesz;
static int nfail, nok;

/* ---- results ------------------------------------------------------- */

int check_ok(int cond, const char *fmt, ...)
{
	va_list ap;
	if (cond) {
		nok++;
		return 1;
	}
	nfail++;
	/* Write the line at once: children print too. */
	char line[1024];
	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	dprintf(1, "FAIL %s\n", line);
	return 0;
}

int check_err(long ret, int err, const char *what)
{
	int got = ret == -1 ? errno : 0;
	return check_ok(got == err, "%s: wanted %s, got %s", what,
		err ? strerror(err) : "success",
		got ? strerror(got) : "success");
}

void check_skip(const char *why)
{
	dprintf(1, "SKIP %s\n", why);
	exit(CHECK_SKIP);
}

int check_done(void)
{
	dprintf(1, "check: %d right, %d wrong\n", nok, nfail);
	return nfail || !nok;
}

/* ---- expectations --------------------------------------------------- */

enum { LEVEL_OFF, LEVEL_ON, LEVEL_FULL, LEVEL_FOREIGN, LEVEL_NONE };
enum { ATTACK_NONE, ATTACK_REFUSED, ATTACK_SUCCEED };

static int level = -1, attack_mode, verbose, probing;
static int prot_known = PROT_READ|PROT_WRITE|PROT_EXEC;

void check_set_level(const char *s)
{
	if (!s || !strcmp(s, "off")) level = LEVEL_OFF;
	else if (!strcmp(s, "on")) level = LEVEL_ON;
	else if (!strcmp(s, "full")) level = LEVEL_FULL;
	else if (!strcmp(s, "foreign")) level = LEVEL_FOREIGN;
	else if (!strcmp(s, "none")) level = LEVEL_NONE;
	else {
		dprintf(2, "CHECK_LEVEL=%s?\n", s);
		_exit(99);
	}
}

static void setup(void)
{
	const char *s;
	if (level >= 0) return;
	pagesz = sysconf(_SC_PAGESIZE);
	check_set_level(getenv("CHECK_LEVEL"));
	verbose = !!getenv("CHECK_VERBOSE");
	s = getenv("CHECK_PROBE");
	probing = !!s;
	if (s && !strcmp(s, "qemu")) prot_known &= ~PROT_EXEC;
	s = getenv("CHECK_ATTACK");
	if (level == LEVEL_NONE) attack_mode = ATTACK_NONE;
	else if (!s) attack_mode = level ? ATTACK_REFUSED : ATTACK_NONE;
	else if (!strcmp(s, "refused")) attack_mode = ATTACK_REFUSED;
	else if (!strcmp(s, "succeed")) attack_mode = ATTACK_SUCCEED;
	else attack_mode = ATTACK_NONE;
}

int check_sealing(void)
{
	setup();
	return level != LEVEL_OFF && level != LEVEL_NONE;
}

/* ---- /proc/self/smaps ---------------------------------------------- */

struct map {
	uintptr_t s, e;
	int prot;
	char shared, anon, sealed;
	char flags[96];
	char name[160];
};

#define MAXMAPS 2048
static struct map maps[MAXMAPS], maps2[MAXMAPS];
static size_t nmaps;

/* Read by lines through a small buffer: with 100 libraries smaps is half a
 * megabyte. */
static size_t read_lines(const char *file, struct map *m, size_t max)
{
	char buf[4096];
	size_t len = 0, n = 0;
	ssize_t r = 1;
	int fd = open(file, O_RDONLY|O_CLOEXEC);
	if (fd < 0) {
		check_ok(0, "open %s: %s", file, strerror(errno));
		return 0;
	}
	while (r > 0 || len) {
		char *nl;
		if (len < sizeof buf-1 && r > 0) {
			r = read(fd, buf+len, sizeof buf-1-len);
			if (r > 0) len += r;
			if (!len) break;
		}
		buf[len] = 0;
		nl = strchr(buf, '\n');
		if (!nl && r > 0 && len < sizeof buf-1) continue;
		if (!nl) nl = buf+len-1;
		*nl = 0;

		uintptr_t s, e;
		char perm[5], dev[16];
		unsigned long long off, ino;
		int at = 0;
		if (!strncmp(buf, "VmFlags:", 8) && n) {
			struct map *p = m+n-1;
			snprintf(p->flags, sizeof p->flags, "%.90s", buf+8);
			p->sealed = !!strstr(p->flags, " sl");
		} else if (sscanf(buf, "%lx-%lx %4s %llx %15s %llu %n",
			&s, &e, perm, &off, dev, &ino, &at) >= 6 && at) {
			if (n == max) {
				check_ok(0, "more than %zu mappings", max);
				break;
			}
			struct map *p = m+n++;
			memset(p, 0, sizeof *p);
			p->s = s;
			p->e = e;
			p->prot = (perm[0]=='r' ? PROT_READ : 0)
				| (perm[1]=='w' ? PROT_WRITE : 0)
				| (perm[2]=='x' ? PROT_EXEC : 0);
			p->shared = perm[3]=='s';
			p->anon = !ino;
			snprintf(p->name, sizeof p->name, "%.150s", buf+at);
		}
		len -= nl+1-buf;
		memmove(buf, nl+1, len);
	}
	close(fd);
	return n;
}

/* Where seals are emulated the kernel does not know them, and QEMU shows a
 * mapping of the host as one, with the protection of its first page. So test
 * each page: write() to a pipe succeeds if it can be read, and reading the byte
 * back succeeds if it can be written. mremap to the same place and size does
 * nothing, but is refused if the page is sealed. Execution is not tested and
 * stays as in maps. */
static int probe_pipe[2] = { -1, -1 };

static void probe(struct map *m, uintptr_t a)
{
	char c;
	if (probe_pipe[0] < 0 && pipe2(probe_pipe, O_CLOEXEC)) _exit(99);
	m->prot &= PROT_EXEC;
	/* The byte must not lie in the stack frames from here down: write()
	 * changes some of them, and reading back an old byte would undo
	 * that. */
	char *byte = (char *)a
		+ ((uintptr_t)&c - a + 1024 < 2048 ? pagesz/2 : 0);
	if (write(probe_pipe[1], byte, 1) == 1) {
		m->prot |= PROT_READ;
		if (read(probe_pipe[0], byte, 1) == 1) m->prot |= PROT_WRITE;
		else if (read(probe_pipe[0], &c, 1) != 1) _exit(99);
	}
	m->sealed = syscall(SYS_mremap, a, pagesz, pagesz, 0, 0L) == -1
		&& errno == EPERM;
}

/* Split a line of maps into as many mappings as differ. */
static size_t probe_line(const struct map *line, struct map *m, size_t max)
{
	size_t n = 0;
	uintptr_t a;
	for (a=line->s & -pagesz; a<line->e; a+=pagesz) {
		struct map x = *line;
		x.s = a;
		x.e = a+pagesz;
		probe(&x, a);
		if (n && m[n-1].prot==x.prot && m[n-1].sealed==x.sealed) {
			m[n-1].e = x.e;
		} else if (n == max) {
			check_ok(0, "more than %zu mappings", max);
			break;
		} else {
			m[n++] = x;
		}
	}
	return n;
}

/* The range to probe. An attack sets it to its target, to save time. */
static uintptr_t probe_from, probe_to = -1;

/* If QEMU's pages are larger than the host's, maps lacks each mapping of the
 * host that does not cover whole pages of the program: see
 * src/seal/emulate_table.c. Look for them in holes between two others, but not
 * in the large ones. */
static size_t probe_unlisted(uintptr_t a, uintptr_t end, struct map *m,
	size_t max)
{
	struct map x = { .anon = 1 };
	unsigned char resident;
	size_t n = 0;
	if (pagesz <= 4096 || end-a > 1<<28) return 0;
	while (a < end) {
		for (x.s=a; a<end && !syscall(SYS_mincore, a, 1L, &resident);
		    a+=pagesz);
		x.e = a;
		n += probe_line(&x, m+n, max-n);
		a += pagesz;
	}
	return n;
}

static size_t read_probed(struct map *m, size_t max)
{
	static struct map line[MAXMAPS];
	size_t lines, i, n = 0;
	lines = read_lines("/proc/self/maps", line, MAXMAPS);
	for (i=0; i<lines; i++) {
		if (line[i].e <= probe_from || line[i].s >= probe_to) continue;
		/* The first page of a line may belong to the line before. */
		if (n && (line[i].s & -pagesz) < m[n-1].e) line[i].s = m[n-1].e;
		else if (n)
			n += probe_unlisted(m[n-1].e, line[i].s & -pagesz, m+n,
				max-n);
		n += probe_line(line+i, m+n, max-n);
	}
	return n;
}

static size_t read_smaps(struct map *m, size_t max)
{
	return probing ? read_probed(m, max)
		: read_lines("/proc/self/smaps", m, max);
}

static const char *protstr(int prot, char *b)
{
	b[0] = prot&PROT_READ ? 'r' : '-';
	b[1] = prot&PROT_WRITE ? 'w' : '-';
	b[2] = prot&PROT_EXEC ? 'x' : '-';
	b[3] = 0;
	return b;
}

static struct map *map_at(uintptr_t a)
{
	size_t i;
	for (i=0; i<nmaps; i++)
		if (a >= maps[i].s && a < maps[i].e) return maps+i;
	return 0;
}

/* Find the mapping of one page. Probing all others would be slow, so if seals
 * are emulated the mapping's borders are not known. */
static struct map *look_at(const void *p)
{
	uintptr_t a = (uintptr_t)p;
	struct map *m = 0;
	setup();
	if (probing) {
		nmaps = read_lines("/proc/self/maps", maps, MAXMAPS);
		if ((m = map_at(a))) probe(m, a & -pagesz);
	}
	if (!m) {
		nmaps = read_smaps(maps, MAXMAPS);
		m = map_at(a);
	}
	return m;
}

int check_is_sealed(const void *p)
{
	struct map *m = look_at(p);
	return m ? m->sealed : -1;
}

static int same_prot(int a, int b)
{
	return !((a ^ b) & prot_known);
}

int check_prot(const void *p)
{
	struct map *m = look_at(p);
	return m ? m->prot : -1;
}

void check_want_prot(const void *p, int prot, const char *what)
{
	int got = check_prot(p);
	char b1[4], b2[4];
	check_ok(got >= 0 && same_prot(got, prot), "%s: wanted %s, got %s",
		what,
		protstr(prot, b1), got < 0 ? "no mapping" : protstr(got, b2));
}

void check_note(const char *fmt, ...)
{
	va_list ap;
	setup();
	if (!verbose) return;
	va_start(ap, fmt);
	dprintf(1, "note: ");
	vdprintf(1, fmt, ap);
	dprintf(1, "\n");
	va_end(ap);
}

int check_mapping(const void *p, uintptr_t *start, uintptr_t *end)
{
	setup();
	nmaps = read_smaps(maps, MAXMAPS);
	struct map *m = map_at((uintptr_t)p);
	if (!m) return -1;
	*start = m->s;
	*end = m->e;
	return 0;
}

void check_each_writable(void (*f)(uintptr_t, uintptr_t, const char *))
{
	setup();
	nmaps = read_smaps(maps, MAXMAPS);
	for (size_t i=0; i<nmaps; i++)
		if ((maps[i].prot & (PROT_READ|PROT_WRITE))
		    == (PROT_READ|PROT_WRITE))
			f(maps[i].s, maps[i].e, maps[i].name);
}

int check_named(const char *part)
{
	size_t i;
	int n = 0;
	setup();
	nmaps = read_smaps(maps, MAXMAPS);
	for (i=0; i<nmaps; i++) n += !!strstr(maps[i].name, part);
	return n;
}

static size_t sum(int only_sealed)
{
	size_t i, n = 0;
	setup();
	nmaps = read_smaps(maps, MAXMAPS);
	for (i=0; i<nmaps; i++)
		if (!only_sealed || maps[i].sealed) n += maps[i].e-maps[i].s;
	return n;
}

size_t check_mapped_bytes(void) { return sum(0); }
size_t check_sealed_bytes(void) { return sum(1); }

/* ---- ranges that the ELF headers and the policy require ------------- */

enum { TEXT, RODATA, RELRO, DATA, GAP, VDSO, OWN, MUTABLE, RECORDS };
static const char *const kindname[] = {
	"text", "rodata", "relro", "data", "gap", "vdso", "own", "mutable",
	"records"
};

struct want {
	uintptr_t s, e;
	int kind, prot, seal;
	char any_prot;  /* any protection is right */
	char must_anon; /* must lie on anonymous pages */
	char hole_ok;   /* may be no mapping at all */
	char obj[96];
};

#define MAXWANT 2048
static struct want want[MAXWANT];
static size_t nwant;

static struct { char part[64]; int on; } pending[8];
static struct { uintptr_t s, e; } own[8], own_mutable[8];
static size_t nown, nmutable;

void check_set_pending(const char *part, int on)
{
	size_t i;
	for (i=0; i<countof(pending); i++)
		if (!pending[i].part[0] || !strcmp(pending[i].part, part)) {
			snprintf(pending[i].part, sizeof pending[i].part, "%s",
				part);
			pending[i].on = on;
			return;
		}
}

void check_own_seal(const void *p, size_t len)
{
	setup();
	own[nown].s = (uintptr_t)p & -pagesz;
	own[nown++].e = ((uintptr_t)p + len + pagesz-1) & -pagesz;
}

void check_own_mutable(const void *p, size_t len)
{
	setup();
	own_mutable[nmutable].s = (uintptr_t)p;
	own_mutable[nmutable++].e = (uintptr_t)p + len;
}

size_t check_page_size(void)
{
	setup();
	return pagesz;
}

static int is_own_mutable(uintptr_t a)
{
	size_t i;
	for (i=0; i<nmutable; i++)
		if (a >= own_mutable[i].s && a < own_mutable[i].e) return 1;
	return 0;
}

static int is_pending(const char *name)
{
	size_t i;
	for (i=0; i<countof(pending) && pending[i].part[0]; i++)
		if (pending[i].on && strstr(name, pending[i].part)) return 1;
	return 0;
}

/* Marked: GNU_PROPERTY_MEMORY_SEAL, or a note of owner "musl-seal" and type 1
 * with bit 0 set in its word. Written independently of the loader's parser on
 * purpose. */
static int is_marked(uintptr_t base, const ElfW(Phdr) *ph, int n)
{
	int i;
	for (i=0; i<n; i++) {
		if (ph[i].p_type != PT_NOTE && ph[i].p_type != 0x6474e553)
			continue;
		const char *p = (void *)(base + ph[i].p_vaddr);
		const char *end = p + ph[i].p_memsz;
		size_t al = ph[i].p_align == 8 ? 8 : 4;
		while (end-p >= 12) {
			uint32_t h[3], v;
			memcpy(h, p, 12);
			const char *name = p+12;
			size_t d = (12 + h[0] + al-1) & -al;
			const char *desc = p + d;
			size_t next = (d + h[1] + al-1) & -al;
			if (next > (size_t)(end-p)) next = end-p;
			if (d + h[1] > (size_t)(end-p)) break;
			if (h[0]==10 && !memcmp(name, "musl-seal", 10)
			    && h[2]==1 && h[1]==4) {
				memcpy(&v, desc, 4);
				if (v & 1) return 1;
			}
			if (h[0]==4 && !memcmp(name, "GNU", 4)
			    && h[2]==NT_GNU_PROPERTY_TYPE_0) {
				const char *q = desc, *qe = desc+h[1];
				while (qe-q >= 8) {
					uint32_t t[2];
					memcpy(t, q, 8);
					if (t[0]==PROPERTY_MEMORY_SEAL)
						return 1;
					q += 8 + ((t[1] + sizeof(size_t)-1)
						& -sizeof(size_t));
				}
			}
			p += next;
		}
	}
	return 0;
}

static int has_textrel(uintptr_t base, const ElfW(Phdr) *ph, int n)
{
	int i;
	for (i=0; i<n; i++) if (ph[i].p_type == PT_DYNAMIC) {
		const ElfW(Dyn) *d = (void *)(base + ph[i].p_vaddr);
		for (; d->d_tag; d++)
			if (d->d_tag == DT_TEXTREL || (d->d_tag == DT_FLAGS
			    && d->d_un.d_val & DF_TEXTREL)) return 1;
	}
	return 0;
}

enum { PROGRAM, LDSO, LIBRARY };

static void add_want(struct want w)
{
	struct want *l = nwant ? want+nwant-1 : 0;
	if (l && l->e==w.s && l->kind==w.kind && l->prot==w.prot
	    && l->seal==w.seal && l->hole_ok==w.hole_ok
	    && l->any_prot==w.any_prot && l->must_anon==w.must_anon
	    && !strcmp(l->obj, w.obj)) {
		l->e = w.e;
		return;
	}
	if (nwant == MAXWANT) {
		check_ok(0, "more than %d expected ranges", MAXWANT);
		return;
	}
	want[nwant++] = w;
}

/* Was the program started as a command of the loader? Then the loader mapped it
 * without holes, like a library, and the kernel mapped the loader. */
static int is_command(void)
{
	char exe[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof exe-1);
	const char *base;
	if (n < 0) return 0;
	exe[n] = 0;
	base = strrchr(exe, '/');
	return base && (!strncmp(base, "/ld-musl-", 9)
		|| !strcmp(base, "/libc.so"));
}

/* Go page by page, which is slow but simple: the last PT_LOAD that covers a
 * page decides its protection, RELRO overrides it, and a page that none covers
 * is a gap. */
static void want_object(int what, const char *name, uintptr_t base,
	const ElfW(Phdr) *ph, int n)
{
	uintptr_t lo = -1, hi = 0, rs = 0, re = 0, a;
	int i, marked = is_marked(base, ph, n), pend = is_pending(name);
	int textrel = has_textrel(base, ph, n), dynamic = 0;
	int by_kernel = what == LDSO || (what == PROGRAM && !is_command());

	for (i=0; i<n; i++) {
		uintptr_t s = base + ph[i].p_vaddr;
		uintptr_t e = s + ph[i].p_memsz;
		if (ph[i].p_type == PT_LOAD) {
			if ((s & -pagesz) < lo) lo = s & -pagesz;
			if (((e+pagesz-1) & -pagesz) > hi)
				hi = (e+pagesz-1) & -pagesz;
		} else if (ph[i].p_type == PT_GNU_RELRO) {
			rs = s & -pagesz;
			re = e & -pagesz;
		} else if (ph[i].p_type == PT_INTERP) {
			dynamic = 1;
		}
	}
	for (a=lo; a<hi; a+=pagesz) {
		struct want w = { a, a+pagesz, GAP, 0, SEAL_YES, 0, 0, 0, "" };
		snprintf(w.obj, sizeof w.obj, "%s", name);
		for (i=0; i<n; i++) {
			if (ph[i].p_type != PT_LOAD) continue;
			uintptr_t s = base + ph[i].p_vaddr;
			uintptr_t e = s + ph[i].p_memsz;
			if (a+pagesz <= s || a >= e) continue;
			w.prot = (ph[i].p_flags&PF_R ? PROT_READ : 0)
				| (ph[i].p_flags&PF_W ? PROT_WRITE : 0)
				| (ph[i].p_flags&PF_X ? PROT_EXEC : 0);
			w.kind = w.prot&PROT_WRITE ? DATA
				: w.prot&PROT_EXEC ? TEXT : RODATA;
		}
		if (a >= rs && a < re && w.kind != GAP) {
			w.kind = RELRO;
			w.prot &= ~PROT_WRITE;
		}
		/* On file pages a discard undoes relocation, sealed or not. */
		w.must_anon = w.kind == RELRO || (textrel
			&& (w.kind == TEXT || w.kind == RODATA));
		/* If the loader mapped the object, a gap belongs to the first
		 * segment's mapping. The kernel leaves a hole, in which it may
		 * map the vdso or anything else. */
		if (w.kind == GAP && by_kernel) continue;
		if (w.kind == GAP) w.any_prot = 1;
		if (w.kind == GAP && level == LEVEL_FOREIGN) w.hole_ok = 1;

		switch (level) {
		case LEVEL_OFF:
			w.seal = SEAL_NO;
			w.must_anon = 0;
			/* Upstream does not protect RELRO of static programs,
			 * and DT_TEXTREL leaves everything RWX there. */
			if (w.kind == RELRO && what == PROGRAM && !dynamic)
				w.any_prot = 1;
			if (textrel) w.any_prot = 1;
			break;
		case LEVEL_ON:
			if (w.kind == DATA)
				w.seal = what == LDSO || marked ? SEAL_YES
					: SEAL_NO;
			break;
		case LEVEL_FULL:
			break;
		case LEVEL_FOREIGN:
			/* The program protects its RELRO by itself, after the
			 * loader is done: it must not be sealed. */
			if (w.kind == DATA || w.kind == RELRO) {
				w.seal = SEAL_NO;
				w.any_prot = 1;
				w.must_anon = 0;
			}
			break;
		}
		if (is_own_mutable(a)) {
			w.kind = MUTABLE;
			w.seal = SEAL_NO;
			w.any_prot = 1;
			w.must_anon = 0;
		}
		if (pend && w.kind == RELRO) {
			w.seal = SEAL_NO;
			w.prot |= PROT_WRITE;
			w.must_anon = 0;
		} else if (pend && level != LEVEL_OFF) {
			w.seal = SEAL_ANY;
		}
		add_want(w);
	}
}

/* The loader's records must be sealed if no object has an undefined dlopen or
 * dlsym at start, unless the program (check_set_records) or LD_SEAL decides.
 * They are found from struct r_debug. */
static int records = SEAL_ANY;

void check_set_records(int sealed)
{
	records = sealed;
}

static uintptr_t dyn_value(const ElfW(Dyn) *d, long tag)
{
	for (; d->d_tag; d++) if (d->d_tag == tag) return d->d_un.d_val;
	return 0;
}

/* The number of symbols: the last of DT_GNU_HASH ends a chain. Undefined
 * symbols are in that table too if they have an address, that of a PLT
 * entry. */
static size_t gnu_count(const uint32_t *h)
{
	const uint32_t *bucket = h+4 + h[2]*(sizeof(size_t)/4),
		*chain = bucket+h[0];
	size_t i, n = 0;
	for (i=0; i<h[0]; i++) if (bucket[i] > n) n = bucket[i];
	if (!n) return h[1];
	while (!(chain[n-h[1]] & 1)) n++;
	return n+1;
}

static int each_import(struct dl_phdr_info *o, size_t size, void *data)
{
	const ElfW(Dyn) *d = 0;
	uintptr_t b = o->dlpi_addr, sysv, gnu;
	size_t i, n;
	for (i=0; i<o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_DYNAMIC)
			d = (void *)(b + o->dlpi_phdr[i].p_vaddr);
	if (!d) return 0;
	const ElfW(Sym) *sym = (void *)(b + dyn_value(d, DT_SYMTAB));
	const char *str = (void *)(b + dyn_value(d, DT_STRTAB));
	sysv = dyn_value(d, DT_HASH);
	gnu = dyn_value(d, DT_GNU_HASH);
	n = gnu ? gnu_count((uint32_t *)(b+gnu))
		: sysv ? ((Elf_Symndx *)(b+sysv))[1] : 0;
	for (i=1; i<n; i++) {
		const char *name = str + sym[i].st_name;
		if (!sym[i].st_shndx && (!strcmp(name, "dlopen")
		    || !strcmp(name, "dlsym")
		    || !strcmp(name, "__dlsym_time64")))
			*(int *)data = SEAL_NO;
	}
	return 0;
}

/* Find r_debug by the dynamic section at d. On MIPS that section is read-only
 * and has the address of the pointer, absolute or relative. */
static uintptr_t debug_of(const ElfW(Dyn) *d)
{
	for (; d->d_tag; d++) {
		if (d->d_tag == DT_DEBUG && d->d_un.d_ptr) return d->d_un.d_ptr;
		if (d->d_tag == DT_MIPS_RLD_MAP)
			return *(uintptr_t *)d->d_un.d_ptr;
		if (d->d_tag == DT_MIPS_RLD_MAP_REL)
			return *(uintptr_t *)((uintptr_t)d + d->d_un.d_val);
	}
	return 0;
}

/* The program is the first object, and the loader set its DT_DEBUG. A static
 * program has none. */
static int get_debug(struct dl_phdr_info *o, size_t size, void *data)
{
	int i;
	(void)size;
	for (i=0; i<o->dlpi_phnum; i++)
		if (o->dlpi_phdr[i].p_type == PT_DYNAMIC)
			*(uintptr_t *)data = debug_of((void *)(o->dlpi_addr
				+ o->dlpi_phdr[i].p_vaddr));
	return 1;
}

const void *check_debug(void)
{
	uintptr_t debug = 0;
	dl_iterate_phdr(get_debug, &debug);
	return (void *)debug;
}

static void want_record(uintptr_t a, int seal)
{
	struct want w = { a & -pagesz, (a & -pagesz) + pagesz, RECORDS,
		PROT_READ, seal, 0, 1, 0, "ld.so" };
	struct map *m = map_at(a);
	if (nwant && want[nwant-1].kind == RECORDS
	    && a >= want[nwant-1].s && a < want[nwant-1].e) return;
	if (m) {
		w.s = m->s;
		w.e = m->e;
	}
	add_want(w);
}

static int is_wanted(const struct map *m)
{
	for (size_t i=0; i<nwant; i++)
		if (m->s < want[i].e && m->e > want[i].s) return 1;
	return 0;
}

/* Any page of it counts, as adjacent blocks are one mapping. */
static int points_to(const struct map *from, const struct map *to)
{
	for (uintptr_t a=from->s; a<from->e; a+=sizeof a)
		if (*(uintptr_t *)a-to->s < to->e-to->s) return 1;
	return 0;
}

/* A region begins with its length. On m68k QEMU's page for signal returns may
 * follow the last region, which has a pointer to its own end; that page is not
 * a region. */
static int is_region(const struct map *m)
{
	size_t len = *(size_t *)m->s;
	return len && len <= m->e-m->s && !(len & (pagesz-1));
}

static void want_records(void)
{
	int seal = records;
	const struct r_debug *debug = check_debug();
	struct link_map *l;
	if (!debug || level == LEVEL_OFF || level == LEVEL_FOREIGN) return;
	if (seal == SEAL_ANY) {
		seal = SEAL_YES;
		dl_iterate_phdr(each_import, &seal);
	}
	want_record((uintptr_t)debug, seal);
	for (l=debug->r_map; l; l=l->l_next) want_record((uintptr_t)l, seal);
	/* Regions without a record, which the first one points to. Those made
	 * at start that dlopen does not change have nonzero in the third word
	 * (struct region of ldso/seal_arena.h); lists made by dlopen have
	 * zero. */
	struct map *first = map_at((uintptr_t)debug);
	for (size_t i=0; first && i<nmaps; i++)
		if (maps[i].anon && !maps[i].name[0]
		    && maps[i].prot == PROT_READ
		    && !is_wanted(maps+i) && points_to(first, maps+i)
		    && is_region(maps+i))
			want_record(maps[i].s, ((int *)maps[i].s)
				[2*sizeof(size_t)/sizeof(int)]
				? SEAL_YES : seal);
}

static int each_object(struct dl_phdr_info *i, size_t size, void *data)
{
	int *n = data, what;
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	uintptr_t lo = -1, hi = 0;
	int k;
	/* musl lists the vdso as an object; it is handled on its own. */
	if (vdso && (uintptr_t)i->dlpi_phdr - vdso < pagesz) return 0;
	for (k=0; k<i->dlpi_phnum; k++) if (i->dlpi_phdr[k].p_type==PT_LOAD) {
		uintptr_t s = i->dlpi_addr + i->dlpi_phdr[k].p_vaddr;
		if (s < lo) lo = s;
		if (s + i->dlpi_phdr[k].p_memsz > hi)
			hi = s + i->dlpi_phdr[k].p_memsz;
	}
	check_ok(hi, "%s: dl_iterate_phdr shows no PT_LOAD", i->dlpi_name);
	/* Which object is libc? The address of dl_iterate_phdr may be that of a
	 * PLT entry in a non-PIE program. But libc calls this function, so use
	 * the return address. */
	uintptr_t libc = (uintptr_t)__builtin_return_address(0);
	what = libc >= lo && libc < hi ? *n ? LDSO : PROGRAM
		: *n ? LIBRARY : PROGRAM;
	want_object(what, *n ? i->dlpi_name : "program", i->dlpi_addr,
		i->dlpi_phdr, i->dlpi_phnum);
	++*n;
	return 0;
}

/* A foreign static program does not list the loader that started it, and the
 * loader stays mapped. Its read-only parts must be sealed as usual. */
static void want_leftover_ldso(void)
{
	size_t i;
	for (i=0; i<nmaps; i++) {
		const char *b = strrchr(maps[i].name, '/');
		if (!b || (strncmp(b, "/ld-musl-", 9) && strcmp(b, "/libc.so")))
			continue;
		struct want w = { maps[i].s, maps[i].e, DATA, maps[i].prot,
			SEAL_ANY, 0, 0, 0, "ld.so" };
		if (!(maps[i].prot & PROT_WRITE)) {
			w.kind = maps[i].prot&PROT_EXEC ? TEXT : RODATA;
			w.seal = SEAL_YES;
		}
		add_want(w);
		/* Its RELRO and .bss are anonymous and follow the file's
		 * pages. */
		size_t k = i+1;
		while (k<nmaps && maps[k].s==maps[k-1].e && maps[k].anon
		    && !maps[k].name[0]) {
			struct want v = { maps[k].s, maps[k].e, DATA,
				maps[k].prot, SEAL_ANY, 0, 0, 0, "ld.so" };
			add_want(v);
			k++;
		}
	}
}

static void collect(void)
{
	int n = 0;
	size_t i;
	uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
	struct map *m;

	setup();
	nmaps = read_smaps(maps, MAXMAPS);
	nwant = 0;
	dl_iterate_phdr(each_object, &n);
	check_ok(n > 0, "dl_iterate_phdr shows no object");
	if (vdso && (m = map_at(vdso))) {
		struct want w = { m->s, m->e, VDSO, m->prot,
			/* A kernel may seal its own mappings at exec. */
			level == LEVEL_OFF ? SEAL_ANY : SEAL_YES,
			0, 0, 0, "[vdso]" };
		add_want(w);
	}
	for (i=0; i<nown; i++) {
		struct want w = { own[i].s, own[i].e, OWN, 0, SEAL_YES,
			1, 0, 0, "sealed by the program" };
		add_want(w);
	}
	if (level == LEVEL_FOREIGN) want_leftover_ldso();
	want_records();
}

/* ---- the comparison ------------------------------------------------ */

static const char *sealstr(int s)
{
	return s==SEAL_YES ? "sealed" : s==SEAL_NO ? "not sealed" : "either";
}

static void compare_range(const char *when, const struct want *w)
{
	uintptr_t a = w->s, e;
	char b1[4], b2[4];
	while (a < w->e) {
		struct map *m = map_at(a);
		if (!m) {
			size_t i;
			e = w->e;
			for (i=0; i<nmaps; i++)
				if (maps[i].s > a && maps[i].s < e)
					e = maps[i].s;
			check_ok(w->hole_ok, "%s: %lx-%lx %s %s: wanted a "
				"mapping, got a hole", when, a, e,
				kindname[w->kind], w->obj);
			a = e;
			continue;
		}
		e = m->e < w->e ? m->e : w->e;
		if (w->kind == GAP && m->prot & PROT_WRITE && w->seal==SEAL_YES)
			check_ok(0, "%s: %lx-%lx gap %s: wanted no access or "
				"read-only, got %s", when, a, e, w->obj,
				protstr(m->prot, b2));
		if (w->seal == SEAL_ANY) nok++;
		else check_ok(m->sealed == w->seal, "%s: %lx-%lx %s %s %s: "
			"wanted %s, got %s", when, a, e, protstr(m->prot, b1),
			kindname[w->kind], w->obj, sealstr(w->seal),
			sealstr(m->sealed));
		if (!w->any_prot)
			check_ok(same_prot(m->prot, w->prot), "%s: %lx-%lx "
				"%s %s: wanted %s, got %s", when, a, e,
				kindname[w->kind], w->obj, protstr(w->prot, b1),
				protstr(m->prot, b2));
		if (w->must_anon) check_ok(m->anon, "%s: %lx-%lx %s %s: wanted "
			"anonymous pages, got file mapping %s", when, a, e,
			kindname[w->kind], w->obj, m->name);
		a = e;
	}
}

/* Check a part of a mapping that no expectation covers. It must be of a kind
 * that any process has, and the loader seals none of those. */
static void compare_rest(const char *when, const struct map *m,
	uintptr_t s, uintptr_t e)
{
	char b[4];
	/* The kernel's own: some kernels seal them at exec. */
	if (!strncmp(m->name, "[vvar", 5) || !strcmp(m->name, "[vsyscall]")
	    || !strcmp(m->name, "[uprobes]")) return;
	if (m->anon && !m->shared) {
		check_ok(!m->sealed, "%s: %lx-%lx %s %s: belongs to no object: "
			"wanted not sealed, got sealed", when, s, e,
			protstr(m->prot, b),
			m->name[0] ? m->name : "anonymous");
		return;
	}
	check_ok(0, "%s: %lx-%lx %s %s: wanted no such mapping, got one%s",
		when, s, e, protstr(m->prot, b), m->name,
		m->sealed ? ", sealed" : "");
}

static void compare_unlisted(const char *when, const struct map *m)
{
	uintptr_t a = m->s;
	while (a < m->e) {
		uintptr_t e = m->e;
		size_t i;
		int in = 0;
		for (i=0; i<nwant; i++) {
			if (a >= want[i].s && a < want[i].e) {
				in = 1;
				if (want[i].e < e) e = want[i].e;
			} else if (want[i].s > a && want[i].s < e) {
				e = want[i].s;
			}
		}
		if (!in) compare_rest(when, m, a, e);
		a = e;
	}
}

static void dump(void)
{
	size_t i;
	char b[4];
	for (i=0; i<nmaps; i++)
		dprintf(1, "map: %08lx-%08lx %s %s %s\n", maps[i].s, maps[i].e,
			protstr(maps[i].prot, b), maps[i].sealed ? "sl" : "--",
			maps[i].name[0] ? maps[i].name : "anonymous");
}

void check_maps(const char *when)
{
	size_t i;
	setup();
	if (level == LEVEL_NONE) return;
	collect();
	if (getenv("CHECK_DUMP")) dump();
	for (i=0; i<nwant; i++) compare_range(when, want+i);
	for (i=0; i<nmaps; i++) compare_unlisted(when, maps+i);
}

/* ---- the attacks --------------------------------------------------- */

/* The target of an attack. spare is a mapped page, and room a reserved range of
 * the target's size and one page more. */
struct target {
	uintptr_t s, e;
	int prot, shmid, pkey, discard;
	char *spare, *room;
	const struct map *map;
	const struct want *want;
};

#define L (t->e - t->s)
#define S ((void *)t->s)
#define P pagesz

static long a_munmap(struct target *t)
{ return syscall(SYS_munmap, S, L); }
static long a_munmap_first(struct target *t)
{ return syscall(SYS_munmap, S, P); }
static long a_munmap_last(struct target *t)
{ return syscall(SYS_munmap, t->e-P, P); }
static long a_munmap_across_start(struct target *t)
{ return syscall(SYS_munmap, t->s-P, 2*P); }
static long a_munmap_across_end(struct target *t)
{ return syscall(SYS_munmap, t->e-P, 2*P); }
static long a_mprotect_w(struct target *t)
{ return syscall(SYS_mprotect, S, L, t->prot|PROT_READ|PROT_WRITE); }
static long a_mprotect_x(struct target *t)
{ return syscall(SYS_mprotect, S, L, t->prot|PROT_READ|PROT_EXEC); }
static long a_mprotect_none(struct target *t)
{ return syscall(SYS_mprotect, S, L, PROT_NONE); }
static long a_mprotect_page(struct target *t)
{ return syscall(SYS_mprotect, t->s + (L/2 & -P), P, PROT_READ|PROT_WRITE); }
static long a_pkey_mprotect(struct target *t)
{ return syscall(SYS_pkey_mprotect, S, L, PROT_READ|PROT_WRITE, -1); }
static long a_pkey_mprotect_key(struct target *t)
{ return syscall(SYS_pkey_mprotect, S, L, t->prot, t->pkey); }
static long a_mmap(struct target *t)
{ return syscall(SYS_mmap, S, L, PROT_READ|PROT_WRITE,
	MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0L); }
static long a_mmap_page(struct target *t)
{ return syscall(SYS_mmap, t->s + (L/2 & -P), P, PROT_READ|PROT_WRITE,
	MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0L); }
static long a_mremap_move(struct target *t)
{ return syscall(SYS_mremap, S, L, L, MREMAP_MAYMOVE|MREMAP_FIXED, t->room); }
static long a_mremap_move_page(struct target *t)
{ return syscall(SYS_mremap, S, P, P, MREMAP_MAYMOVE|MREMAP_FIXED, t->room); }
static long a_mremap_shrink(struct target *t)
{ return syscall(SYS_mremap, S, L, L-P, 0, 0L); }
static long a_mremap_grow(struct target *t)
{ return syscall(SYS_mremap, S, L, L+P, MREMAP_MAYMOVE, 0L); }
static long a_mremap_grow_in_place(struct target *t)
{ return syscall(SYS_mremap, S, L, L+P, 0, 0L); }
/* The last argument is a hint and must not overlap the source, which is
 * EINVAL. */
static long a_mremap_dontunmap(struct target *t)
{ return syscall(SYS_mremap, S, L, L, MREMAP_MAYMOVE|MREMAP_DONTUNMAP,
	t->s < L ? t->e : (uintptr_t)0); }
static long a_mremap_zero(struct target *t)
{ return syscall(SYS_mremap, S, 0L, P, MREMAP_MAYMOVE, 0L); }
static long a_mremap_onto(struct target *t)
{ return syscall(SYS_mremap, t->spare, P, P,
	MREMAP_MAYMOVE|MREMAP_FIXED, t->s + (L/2 & -P)); }
static long a_shm_remap(struct target *t)
{ return (long)shmat(t->shmid, (void *)(t->s + (L/2 & -P)), SHM_REMAP); }
static long a_remap_file_pages(struct target *t)
{ return syscall(SYS_remap_file_pages, S, L, 0, 0, 0); }

#define MADV(name, advice) \
static long a_##name(struct target *t) \
{ return syscall(SYS_madvise, S, L, advice); }
MADV(dontneed, 4)
MADV(dontneed_locked, 24)
MADV(free, 8)
MADV(remove, 9)
MADV(dontfork, 10)
MADV(wipeonfork, 18)
static long a_dontneed_page(struct target *t)
{ return syscall(SYS_madvise, t->s + (L/2 & -P), P, 4); }

#undef L
#undef S
#undef P

/* NEVER: refused for every private mapping, sealed or not. BY_LUCK: its success
 * on an unsealed mapping depends on the surroundings. ANON: succeeds on an
 * unsealed mapping only if that is anonymous. BEFORE, AFTER: touches the
 * neighbour, and the kernel refuses to split an unsealed special mapping (vvar,
 * vdso) with EINVAL. */
enum { NEVER = 1, BY_LUCK = 2, DISCARD = 4, ANON = 8, TWO_PAGES = 16,
	PKEY = 32, SHM = 64, BEFORE = 128, AFTER = 256 };

static const struct op {
	const char *name;
	long (*fn)(struct target *);
	int flags;
	/* The errno on a sealed mapping, if it is not EPERM. */
	int err;
	const char *why;
} ops[] = {
	{ "munmap", a_munmap },
	{ "munmap first page", a_munmap_first },
	{ "munmap last page", a_munmap_last },
	{ "munmap across the start", a_munmap_across_start, BEFORE },
	{ "munmap across the end", a_munmap_across_end, AFTER },
	{ "mprotect +W", a_mprotect_w },
	{ "mprotect +X", a_mprotect_x },
	{ "mprotect NONE", a_mprotect_none },
	{ "mprotect one page", a_mprotect_page },
	{ "pkey_mprotect +W", a_pkey_mprotect },
	{ "pkey_mprotect with a key", a_pkey_mprotect_key, PKEY },
	{ "mmap FIXED", a_mmap },
	{ "mmap FIXED one page", a_mmap_page },
	{ "mremap move", a_mremap_move },
	{ "mremap move one page", a_mremap_move_page },
	{ "mremap shrink", a_mremap_shrink, TWO_PAGES },
	{ "mremap grow", a_mremap_grow },
	{ "mremap grow in place", a_mremap_grow_in_place, BY_LUCK },
	{ "mremap DONTUNMAP", a_mremap_dontunmap },
	{ "mremap old size 0", a_mremap_zero, NEVER },
	{ "mremap onto it", a_mremap_onto },
	{ "shmat SHM_REMAP", a_shm_remap, SHM },
	{ "remap_file_pages", a_remap_file_pages, NEVER, EINVAL,
		"works on shared mappings only and looks for that first" },
	{ "madvise DONTNEED", a_dontneed, DISCARD },
	{ "madvise DONTNEED one page", a_dontneed_page, DISCARD },
	{ "madvise DONTNEED_LOCKED", a_dontneed_locked, DISCARD },
	{ "madvise FREE", a_free, DISCARD|ANON },
	{ "madvise REMOVE", a_remove, DISCARD|NEVER },
	{ "madvise DONTFORK", a_dontfork, DISCARD },
	{ "madvise WIPEONFORK", a_wipeonfork, DISCARD|ANON },
};

/* Shared with the child, which may die at any point. */
enum { NOT_TRIED, TRYING, REFUSED, SUCCEEDED, DAMAGED, CHANGED,
	NOT_APPLICABLE };
static const char *const outcome[] = {
	"not tried", "succeeded (child killed)", "refused", "succeeded",
	"refused, but contents changed", "refused, but the mapping changed",
	"not applicable"
};
struct progress {
	volatile int state[countof(ops)], err[countof(ops)];
};

/* The parts of the target that can be read without a fault. */
static struct { uintptr_t s, e; } readable[64];
static size_t nreadable;

static void find_readable(const struct map *m)
{
	size_t i;
	nreadable = 0;
	/* Data may change, and gaps may lie past the file's end. */
	if (!(m->prot & PROT_READ) || m->prot & PROT_WRITE) return;
	for (i=0; i<nwant && nreadable<countof(readable); i++) {
		if (want[i].kind == GAP) continue;
		if (want[i].e <= m->s || want[i].s >= m->e) continue;
		readable[nreadable].s = want[i].s > m->s ? want[i].s : m->s;
		readable[nreadable].e = want[i].e < m->e ? want[i].e : m->e;
		nreadable++;
	}
}

static uint64_t hash(void)
{
	uint64_t h = 14695981039346656037u;
	size_t i;
	for (i=0; i<nreadable; i++) {
		const volatile uint64_t *p = (void *)readable[i].s;
		for (; (uintptr_t)p < readable[i].e; p++)
			h = (h ^ *p) * 1099511628211u;
	}
	return h;
}

static int unsplittable(uintptr_t a)
{
	struct map *m = map_at(a);
	return m && !m->sealed && !strncmp(m->name, "[v", 2);
}

/* Try all operations until one succeeds. After that the process is damaged, and
 * the parent starts a new child for the rest. */
static void attack(struct target *t, struct progress *progress)
{
	const struct map *m = t->map;
	size_t i, k, n;
	find_readable(m);
	uint64_t h = hash();
	t->room = mmap(0, t->e-t->s+pagesz, PROT_NONE,
		MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);
	for (i=0; i<countof(ops); i++) {
		if (progress->state[i] != NOT_TRIED) continue;
		if ((ops[i].flags & DISCARD && !t->discard)
		    || (ops[i].flags & PKEY && t->pkey < 0)
		    || (ops[i].flags & SHM && t->shmid < 0)
		    || (ops[i].flags & BEFORE && unsplittable(t->s-1))
		    || (ops[i].flags & AFTER && unsplittable(t->e))
		    || (ops[i].flags & TWO_PAGES && t->e-t->s < 2*pagesz)) {
			progress->state[i] = NOT_APPLICABLE;
			continue;
		}
		progress->state[i] = TRYING;
		errno = 0;
		if (ops[i].fn(t) != -1) {
			progress->state[i] = SUCCEEDED;
			syscall(SYS_exit_group, 1);
		}
		progress->err[i] = errno;
		progress->state[i] = DAMAGED;
		if (hash() != h) syscall(SYS_exit_group, 1);
		progress->state[i] = REFUSED;
	}
	munmap(t->room, t->e-t->s+pagesz);
	/* A refused operation must not leave a change, not even in a flag. */
	probe_from = m->s;
	probe_to = m->e;
	n = read_smaps(maps2, MAXMAPS);
	for (k=0; k<n; k++) if (maps2[k].s == m->s) break;
	if (k == n || maps2[k].e != m->e || maps2[k].prot != m->prot
	    || strcmp(maps2[k].flags, m->flags)) {
		/* Report it with the first operation. */
		progress->state[0] = CHANGED;
		syscall(SYS_exit_group, 1);
	}
}

static void report_attack(const char *when, const struct target *t,
	const struct progress *progress, size_t i)
{
	const struct map *m = t->map;
	const char *obj = t->want->obj;
	int is_vdso = t->want->kind == VDSO;
	int state = progress->state[i], err = progress->err[i];
	int want_err = ops[i].err ? ops[i].err : EPERM;
	char b[4];
	int right;

	if (state == NOT_APPLICABLE) return;
	/* QEMU lacks some calls, and the emulation asks it first for errors
	 * other than the seal's. */
	if (probing && state == REFUSED && err == ENOSYS) {
		dprintf(1, "note: no %s here\n", ops[i].name);
		return;
	}
	if (attack_mode == ATTACK_REFUSED) {
		right = state == REFUSED && err == want_err;
	} else {
		right = state == SUCCEEDED || state == TRYING;
		/* The vdso is a special mapping: the kernel refuses many
		 * operations on it, sealed or not. */
		if (is_vdso || ops[i].flags & (NEVER|BY_LUCK)) right = 1;
		if (ops[i].flags & ANON && !m->anon) right = 1;
	}
	if (verbose) dprintf(1, "attack: %-26s %08lx-%08lx %s %s: %s%s%s\n",
		ops[i].name, m->s, m->e, protstr(m->prot, b), obj,
		outcome[state], state==REFUSED ? ", " : "",
		state==REFUSED ? strerror(err) : "");
	check_ok(right, "%s: %s on %lx-%lx %s %s: wanted %s%s, got %s%s%s",
		when, ops[i].name, m->s, m->e, protstr(m->prot, b), obj,
		attack_mode == ATTACK_REFUSED ? "refused, " : "success",
		attack_mode == ATTACK_REFUSED ? strerror(want_err) : "",
		outcome[state], state==REFUSED ? ", " : "",
		state==REFUSED ? strerror(err) : "");
}

static size_t untried(const struct progress *p)
{
	size_t i, n = 0;
	for (i=0; i<countof(ops); i++) n += p->state[i] == NOT_TRIED;
	return n;
}

/* A child does as many attacks as it can, since a fork costs more than all
 * attacks on a mapping, above all under QEMU. If all are refused, one child is
 * enough. */
static void attack_all(const char *when, struct target *t, size_t n)
{
	struct progress *p = mmap(0, n*sizeof *p, PROT_READ|PROT_WRITE,
		MAP_SHARED|MAP_ANONYMOUS, -1, 0);
	size_t first = 0, k, i;
	int status;
	if (p == MAP_FAILED) {
		check_ok(0, "%s: mmap: %s", when, strerror(errno));
		return;
	}
	while (first < n) {
		size_t left = untried(p+first);
		/* Not fork(): the child must not run its handlers. */
		pid_t pid = _Fork();
		if (!pid) {
			setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
			for (k=first; k<n; k++) attack(t+k, p+k);
			syscall(SYS_exit_group, 0);
		}
		if (pid < 0) {
			check_ok(0, "%s: fork: %s", when, strerror(errno));
			break;
		}
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR);
		if (untried(p+first) == left) {
			check_ok(0, "%s: attacks on %lx-%lx: wanted one tried, "
				"got status %x", when, t[first].s, t[first].e,
				status);
			break;
		}
		while (first<n && !untried(p+first)) first++;
	}
	for (k=0; k<n; k++) for (i=0; i<countof(ops); i++)
		report_attack(when, t+k, p+k, i);
	munmap(p, n*sizeof *p);
}

void check_attacks(const char *when)
{
	static struct target targets[MAXMAPS];
	struct target t = { .shmid = -1, .pkey = -1 };
	void *seg = (void *)-1;
	size_t i, k, n = 0;

	setup();
	if (attack_mode == ATTACK_NONE) return;

	/* Make these before smaps is read. */
	t.spare = mmap(0, pagesz, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	t.pkey = syscall(SYS_pkey_alloc, 0, 0);
	t.shmid = shmget(IPC_PRIVATE, pagesz, IPC_CREAT|0600);
	/* Attached, it survives IPC_RMID until this process ends. */
	if (t.shmid >= 0) seg = shmat(t.shmid, 0, 0);
	if (t.shmid >= 0) shmctl(t.shmid, IPC_RMID, 0);
	if (seg == (void *)-1) {
		t.shmid = -1;
		dprintf(1,
			"note: no SysV shared memory: SHM_REMAP not tried\n");
	}
	if (t.pkey < 0) dprintf(1, "note: no protection keys: pkey_mprotect "
		"tried without one\n");

	collect();
	for (i=0; i<nmaps; i++) {
		struct map *m = maps+i;
		struct want *w = 0;
		int discard = m->anon && !(m->prot & PROT_WRITE);
		for (k=0; k<nwant; k++) {
			if (want[k].e <= m->s || want[k].s >= m->e) continue;
			if (!w || w->kind == GAP) w = want+k;
			if (want[k].must_anon || want[k].kind == RELRO)
				discard = 1;
		}
		if (!w || w->kind == OWN) continue;
		if (attack_mode == ATTACK_REFUSED && !m->sealed) continue;
		/* The vdso has no file, but is no anonymous memory. */
		if (w->kind == VDSO) discard = 0;
		t.s = m->s;
		t.e = m->e;
		t.prot = m->prot;
		t.discard = discard;
		t.map = m;
		t.want = w;
		targets[n++] = t;
	}
	if (check_ok(n > 0, "%s: nothing to attack", when))
		attack_all(when, targets, n);

	if (seg != (void *)-1) shmdt(seg);
	if (t.pkey >= 0) syscall(SYS_pkey_free, t.pkey);
	munmap(t.spare, pagesz);
}

/* The heap must not be sealed: malloc and brk must still work. */
void check_heap(const char *when)
{
	char *p[64];
	size_t i;
	for (i=0; i<countof(p); i++) {
		p[i] = malloc(i*10000 + 1);
		if (p[i]) memset(p[i], i, i*10000 + 1);
		check_ok(!!p[i], "%s: malloc(%zu) failed", when, i*10000 + 1);
	}
	for (i=0; i<countof(p); i++) free(p[i]);
	if (getenv("CHECK_BREAK")) {
		dprintf(1,
			"note: the break has no room to grow under this"
			" QEMU\n");
		return;
	}
	long end = syscall(SYS_brk, 0L);
	long got = syscall(SYS_brk, end+65536);
	check_ok(got == end+65536, "%s: brk: wanted %lx, got %lx", when,
		end+65536, got);
	syscall(SYS_brk, end);
}

void check_all(const char *when)
{
	check_maps(when);
	check_attacks(when);
}

/* musl has no kernel headers, so define struct sock_filter here. */
struct insn { uint16_t code; uint8_t jt, jf; uint32_t k; };

int check_forbid_at(unsigned nr, const void *p, int err)
{
	struct insn code[] = {
		{ 0x20, 0, 0, 0 },              /* load the number */
		{ 0x15, 0, 3, nr },             /* is it nr? next, else skip */
		{ 0x20, 0, 0, 16 },             /* the address's lower half */
		{ 0x15, 0, !!p, (unsigned)(uintptr_t)p },
		{ 0x06, 0, 0, 0x50000 | (unsigned)err },
		{ 0x06, 0, 0, 0x7fff0000 },     /* allow */
	};
	struct { unsigned short n; struct insn *p; } prog = { 6, code };
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
		|| prctl(PR_SET_SECCOMP, 2, &prog);
}

int check_forbid(unsigned nr, int err)
{
	return check_forbid_at(nr, 0, err);
}

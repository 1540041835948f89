#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include "atomic.h"
#include "libc.h"
#include "syscall.h"
#include "../ipc/ipc.h"
#include "seal.h"
#include "seal_audit.h"

/* LD_SEAL=audit: a line on standard error for each call that fails because a
 * seal is in its way. It may run in a signal handler, in any thread, while the
 * loader works, and in a child of vfork, so it takes no lock and allocates
 * nothing. */

enum part { TEXT, RODATA, RELRO, DATA, RECORDS, VDSO, GAP, PARTS };

static const char names[PARTS][8] = {
	"text", "rodata", "relro", "data", "records", "vdso", "gap",
};

struct call {
	long n;
	const char *name;
	struct seal_range r[2];		/* that the call would change */
	int prot;			/* or -1 */
	int discards;			/* it is madvise */
	struct seal_range at;		/* the one of r that is looked at */
	int shown;
	unsigned found;			/* parts of an object, a bit each */
};

/* One line, written in one piece unless it is very long. */
struct line {
	size_t n;
	char s[512];
};

static void flush(struct line *l)
{
	__syscall(SYS_write, 2, l->s, l->n);
	l->n = 0;
}

static void put_char(struct line *l, char c)
{
	if (l->n == sizeof l->s) flush(l);
	l->s[l->n++] = c;
}

static void put(struct line *l, const char *s)
{
	while (*s) put_char(l, *s++);
}

static void put_hex(struct line *l, uintptr_t x)
{
	int shift = 0;
	while (shift+4 < 8*(int)sizeof x && x>>shift>>4) shift += 4;
	for (; shift>=0; shift-=4)
		put_char(l, "0123456789abcdef"[x>>shift & 15]);
}

static void put_range(struct line *l, struct seal_range r)
{
	put_hex(l, r.start);
	put(l, "-");
	put_hex(l, r.end);
}

/* For a shell. */
static void put_file(struct line *l, const char *s)
{
	const char *p;
	for (p=s; *p; p++)
		if ((*p|32)-'a' >= 26U && *p-'0' >= 10U
		    && !strchr("/._-+,:=@", *p))
			break;
	if (!*p && p>s) {
		put(l, s);
		return;
	}
	put(l, "'");
	for (; *s; s++) {
		if (*s == '\'') put(l, "'\\'");
		put_char(l, *s);
	}
	put(l, "'");
}

/* Places that were shown, as hashes: the table is memory that the program can
 * read and write, and an address in it would tell more. */
#define LINES_MAX 64
static volatile int places[LINES_MAX], lines;

static int place(const struct call *c)
{
	uint64_t x[] = { c->n, c->at.start, c->at.end };
	uint32_t h = 0;
	for (int i=0; i<3; i++) {
		h = (h ^ (uint32_t)x[i] ^ (uint32_t)(x[i]>>32)) * 0x9e3779b1;
		h ^= h>>15;
	}
	return h ? h : 1;
}

/* 1 if the place was there already. With add, it is afterwards. */
static int known(int h, int add)
{
	for (int i=0; i<LINES_MAX; i++) {
		int old = places[i];
		if (!old && add) old = a_cas(places+i, 0, h);
		if (old == h) return 1;
		if (!old) return 0;
	}
	return 0;
}

static enum part part_at(const struct seal_object *o, uintptr_t at)
{
	int flags = 0, loaded = 0;
	if (o->vdso) return VDSO;
	if (__seal_in(o->relro, at)) return RELRO;
	if (__seal_in(o->records, at)) return o->loader ? RECORDS : VDSO;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = (void *)((char *)o->phdr+i*o->phentsize);
		if (ph->p_type != PT_LOAD
		    || !__seal_in(__seal_segment(ph, o->base, PAGE_SIZE), at))
			continue;
		flags |= ph->p_flags;
		loaded = 1;
	}
	if (!loaded) return GAP;
	return flags & PF_W ? DATA : flags & PF_X ? TEXT : RODATA;
}

/* Those of the parts that are in the way. A discard is refused of read-only
 * anonymous memory: RELRO and records, and text only if it was relocated. */
static unsigned in_the_way(const struct call *c)
{
	unsigned some = c->found & (1<<RELRO|1<<RECORDS);
	return !c->discards ? c->found : some ? some : c->found & ~(1U<<DATA);
}

static void say(struct call *c, const struct seal_object *o, unsigned found,
	struct seal_range r)
{
	struct line l = { 0 };
	if (!c->shown++ && known(place(c), 1)) return;
	int n = a_fetch_add(&lines, 1);
	if (n >= LINES_MAX) {
		if (n == LINES_MAX)
			put(&l, "seal: refused: more is not shown\n");
		a_store(&lines, LINES_MAX+1);
		if (l.n) flush(&l);
		return;
	}
	put(&l, "seal: refused: ");
	put(&l, c->name);
	put(&l, " ");
	put_range(&l, c->at);
	if (c->prot >= 0) {
		put(&l, " ");
		put_char(&l, c->prot & PROT_READ ? 'r' : '-');
		put_char(&l, c->prot & PROT_WRITE ? 'w' : '-');
		put_char(&l, c->prot & PROT_EXEC ? 'x' : '-');
	}
	const char *sep = ": ";
	for (int i=0; i<PARTS; i++) {
		if (!(found & 1U<<i)) continue;
		put(&l, sep);
		put(&l, names[i]);
		sep = "+";
	}
	put(&l, " of ");
	put(&l, o->name);
	if (o->loader || o->vdso) {
		put(&l, o->loader ? ": it is libc's" : ": it is the kernel's");
		put(&l, ", and only LD_SEAL=off allows it");
	} else if (__seal_state.policy.noexempt) {
		put(&l, ": LD_SEAL=noexempt allows no exemption");
	} else {
		put(&l, ": sealmark --mutable ");
		put_range(&l, (struct seal_range){ r.start-o->base,
			r.end-o->base });
		put(&l, " ");
		put_file(&l, o->name);
	}
	put(&l, "\n");
	flush(&l);
}

static void look(const struct seal_object *o, struct seal_range r, void *arg)
{
	struct call *c = arg;
	struct seal_range both = __seal_common(r, c->at);
	/* A piece may have several parts. */
	for (uintptr_t at=both.start; at<both.end; at+=PAGE_SIZE)
		c->found |= 1U<<part_at(o, at);
	if (r.start == r.end) {
		unsigned found = in_the_way(c);
		/* All that the call would change of the object, since another
		 * level may seal the rest. */
		if (found) say(c, o, found, __seal_common(c->at,
			__seal_span(o, PAGE_SIZE)));
		c->found = 0;
	}
}

static struct seal_range pages(syscall_arg_t start, syscall_arg_t len)
{
	return __seal_round(start, len, PAGE_SIZE);
}

/* The size of a segment of shared memory. */
static size_t shm_size(int id)
{
	struct shmid_ds ds = { 0 };
#ifdef SYS_ipc
	__syscall(SYS_ipc, IPCOP_shmctl, id, IPC_CMD(IPC_STAT), 0, &ds, 0);
#else
	__syscall(SYS_shmctl, id, IPC_CMD(IPC_STAT), &ds);
#endif
	return ds.shm_segsz;
}

/* Which memory the call would change. */
static void decode(struct call *c, syscall_arg_t n, syscall_arg_t a,
	syscall_arg_t b, syscall_arg_t x, syscall_arg_t d, syscall_arg_t e)
{
	switch (n) {
	case SEAL_MMAP:
		c->name = "mmap";
		c->prot = x;
		if (d & MAP_FIXED) c->r[0] = pages(a, b);
		break;
	case SYS_munmap:
		c->name = "munmap";
		c->r[0] = pages(a, b);
		break;
	case SYS_mprotect:
		c->name = "mprotect";
		c->prot = x;
		c->r[0] = pages(a, b);
		break;
	case SYS_pkey_mprotect:
		c->name = "pkey_mprotect";
		c->prot = x;
		c->r[0] = pages(a, b);
		break;
	case SYS_mremap:
		c->name = "mremap";
		c->r[0] = pages(a, b ? b : 1);
		if (d & MREMAP_FIXED) c->r[1] = pages(e, x);
		break;
	case SYS_madvise:
		c->name = "madvise";
		c->discards = 1;
		c->r[0] = pages(a, b);
		break;
#ifdef SYS_ipc
	case SYS_ipc:
		if (a != IPCOP_shmat) break;
		c->name = "shmat";
		if (x & SHM_REMAP) c->r[0] = pages(e, shm_size(b));
		break;
#endif
#ifdef SYS_shmat
	case SYS_shmat:
		c->name = "shmat";
		if (x & SHM_REMAP) c->r[0] = pages(b, shm_size(a));
		break;
#endif
#ifdef SYS_remap_file_pages
	case SYS_remap_file_pages:
		c->name = "remap_file_pages";
		c->r[0] = pages(a, b);
		break;
#endif
	}
}

long __seal_refused(syscall_arg_t a, syscall_arg_t b, syscall_arg_t c,
	syscall_arg_t d, syscall_arg_t e, syscall_arg_t n)
{
	struct call call = { .n = n, .prot = -1 };
	if (__seal_state.policy.audit) decode(&call, n, a, b, c, d, e);
	for (int i=0; i<2; i++) {
		call.at = call.r[i];
		call.shown = 0;
		if (call.at.start != call.at.end && lines <= LINES_MAX
		    && !known(place(&call), 0))
			__seal_each(look, &call);
	}
	return __syscall_ret(-EPERM);
}

/* The emulation's table of sealed pages, and its view of the kernel's mappings:
 * where they begin and end. emulate.c has the rest. */

#define SYSCALL_NO_TLS 1
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include "libc.h"
#include "emulate_table.h"

int __seal_fault;

long __new_pages(size_t len)
{
	const int prot = PROT_READ|PROT_WRITE,
		flags = MAP_PRIVATE|MAP_ANONYMOUS;
#ifdef SYS_mmap2
	return __syscall(SYS_mmap2, 0, len, prot, flags, -1, 0);
#else
	return __syscall(SYS_mmap, 0, len, prot, flags, -1, 0);
#endif
}

/* Mappings, as /proc/self/maps has them. */

struct maps {
	int fd;
	size_t pos, len;
	char buf[1024];
	struct mapping ahead;	/* already read, the next mapping */
	struct mapping line;	/* the last that was read, for maps_at */
};

/* 1 if the maps list one mapping in parts. */
static int in_parts;

static int maps_open(struct maps *m)
{
	m->pos = m->len = m->ahead.end = m->line.end = 0;
	m->fd = __sys_open("/proc/self/maps", O_RDONLY|O_CLOEXEC);
	return m->fd < 0 ? -1 : 0;
}

static void maps_close(struct maps *m)
{
	__syscall(SYS_close, m->fd);
}

static int maps_char(struct maps *m)
{
	if (m->pos == m->len) {
		long l = __syscall(SYS_read, m->fd, m->buf, sizeof m->buf);
		if (l <= 0) return -1;
		m->pos = 0;
		m->len = l;
	}
	return (unsigned char)m->buf[m->pos++];
}

/* Returns the character behind the number. */
static int maps_number(struct maps *m, unsigned base, uintptr_t *x)
{
	int c;
	for (*x=0; (c=maps_char(m))>=0; *x=*x*base+c) {
		if (c-'0' < 10U) c -= '0';
		else if (c-'a' < base-10) c -= 'a'-10;
		else break;
	}
	return c;
}

/* A mapping without a file has inode 0, and a name only if it was given one.
 * The names in brackets are those of the heap, of stacks, of named memory, and
 * else of the kernel's own mappings. A shared /dev/zero is a file, a private
 * one is anonymous memory. */
static int kind_of(const char *perm, uintptr_t inode, const char *name,
	size_t n)
{
	int kind = 0;
	if (perm[1] == 'w') kind |= KIND_WRITABLE;
	if (perm[3] == 's') {
		kind |= KIND_SHARED;
		if (n > 5 && !memcmp(name, "/SYSV", 5)) kind |= KIND_SEGMENT;
	} else if (n == 9 && !memcmp(name, "/dev/zero", 9)) {
		kind |= KIND_ANON;
	} else if (!inode) {
		int given = n && name[0]=='[';
		if (!n || (given && (name[1]=='h' || name[1]=='s'
		    || name[1]=='a')))
			kind |= KIND_ANON;
		else if (given)
			kind |= KIND_SPECIAL;
	}
	return kind;
}

/* Lines are "start-end rwxp offset major:minor inode   name". */
static int maps_line(struct maps *m, struct mapping *v)
{
	char name[10];
	size_t n = 0;
	int c, i;
	v->end = 0;
	if (maps_number(m, 16, &v->start) != '-') return 0;
	if (maps_number(m, 16, &v->end) != ' ') return 0;
	for (i=0; i<5; i++) v->perm[i] = maps_char(m);
	maps_number(m, 16, &v->offset);
	while ((c=maps_char(m))!=' ' && c>=0);
	for (c=maps_number(m, 10, &v->inode); c==' '; c=maps_char(m));
	for (; c!='\n' && c>=0; c=maps_char(m))
		if (n < sizeof name) name[n++] = c;
	v->kind = kind_of(v->perm, v->inode, name, n);
	return 1;
}

static int joins(const struct mapping *v, const struct mapping *next)
{
	return v->end == next->start && v->kind == next->kind
		&& v->inode == next->inode
		&& !memcmp(v->perm, next->perm, sizeof v->perm)
		&& (!v->inode
			|| next->offset-v->offset == next->start-v->start);
}

static int maps_next(struct maps *m, struct mapping *v)
{
	if (m->ahead.end) *v = m->ahead;
	else if (!maps_line(m, v)) return 0;
	for (; in_parts && maps_line(m, &m->ahead) && joins(v, &m->ahead);
	    v->end=m->ahead.end);
	return 1;
}

/* The mapping at addr: 1, or 0 if nothing is mapped there. Addresses are asked
 * for in ascending order.
 *
 * QEMU user-mode with pages larger than the host's (-p) leaves out of maps each
 * mapping of the host's that is not the program's in whole, such as QEMU's own
 * 4 KiB for signals together with read-only pages next to them. So mincore has
 * the last word. It does not tell the kind: the commonest, anonymous, is
 * assumed. A mapping found this way ends at end at the latest. */
static int maps_at(struct maps *m, uintptr_t addr, uintptr_t end,
	struct mapping *v)
{
	unsigned char resident;
	while (m->line.end <= addr && maps_next(m, &m->line));
	if (m->line.start <= addr && m->line.end > addr) {
		*v = m->line;
		return 1;
	}
	if (m->line.start > addr && m->line.start < end) end = m->line.start;
	*v = (struct mapping){ .start = addr, .end = addr, .kind = KIND_ANON };
	while (v->end < end && !__syscall(SYS_mincore, v->end, 1, &resident))
		v->end += PAGE_SIZE;
	return v->end > addr;
}

int __mapping_from(uintptr_t addr, struct mapping *v)
{
	struct maps m;
	int found = 0;
	if (maps_open(&m)) return -1;
	while (!found && maps_next(&m, v)) found = v->end > addr;
	maps_close(&m);
	return found;
}

/* Recent QEMU user-mode lists pages apart that were protected apart for a time.
 * A kernel lists them as one mapping. */
int __mappings_known(void)
{
	struct mapping v = { 0 };
	long p = __new_pages(2*PAGE_SIZE);
	if ((unsigned long)p > -4096UL) return 0;
	__syscall(SYS_mprotect, p, PAGE_SIZE, PROT_NONE);
	__syscall(SYS_mprotect, p, PAGE_SIZE, PROT_READ|PROT_WRITE);
	int known = __mapping_from(p, &v) > 0;
	in_parts = v.end == p+PAGE_SIZE;
	__syscall(SYS_munmap, p, 2*PAGE_SIZE);
	return known;
}

/* The table: sealed parts in order of their addresses. Parts that touch are
 * joined if they are of one kind and, if shared, of one file. The table grows
 * by doubling. */

static struct sealed *table;
static size_t count, capacity;
static size_t left_out;	/* requests for MADV_DONTFORK */

struct sealed *__sealed_end(void)
{
	return table+count;
}

struct sealed *__sealed_from(uintptr_t addr)
{
	size_t lo = 0, hi = count;
	while (lo < hi) {
		size_t i = lo+(hi-lo)/2;
		if (table[i].end > addr) hi = i;
		else lo = i+1;
	}
	return lo < count ? table+lo : 0;
}

struct sealed *__sealed_in(uintptr_t start, uintptr_t end)
{
	struct sealed *s = start < end ? __sealed_from(start) : 0;
	return s && s->start < end ? s : 0;
}

void __sealed_forget(void)
{
	count = 0;
}

static int reserve(size_t n)
{
	if (n <= capacity) return 0;
	size_t new = capacity ? capacity : PAGE_SIZE/sizeof *table;
	while (new < n) new *= 2;
	long p = __new_pages(new*sizeof *table);
	if ((unsigned long)p > -4096UL) return -ENOMEM;
	for (size_t i=0; i<count; i++) ((struct sealed *)p)[i] = table[i];
	if (table) __syscall(SYS_munmap, table, capacity*sizeof *table);
	table = (void *)p;
	capacity = new;
	return 0;
}

/* Called when the table is half changed, with the parts that are being moved
 * missing. Faults that leave out the lock make this moment last, or hardly any
 * thread would ever see it. */
static void halfway(size_t moved)
{
	if (!FAULT(NO_LOCK) && !FAULT(FORK_TAKES_NO_LOCK)) return;
	size_t n = count;
	count = moved;
	for (int i=0; i<1000; i++) __syscall(SYS_sched_yield);
	count = n;
}

static int same(const struct sealed *a, const struct sealed *b)
{
	return a->kind == b->kind && a->inode == b->inode;
}

/* Room has been reserved. Parts that touch or overlap v are joined with it if
 * they are of the same kind and file. Else v is cut to the pages that are not
 * sealed yet. */
static void record(struct sealed v)
{
	size_t lo, hi, i;
	for (lo=0; lo<count && table[lo].end < v.start; lo++);
	for (hi=lo; hi<count && table[hi].start <= v.end; hi++);
	while (lo<hi && !same(table+lo, &v) && table[lo].start <= v.start) {
		if (table[lo].end > v.start) v.start = table[lo].end;
		lo++;
	}
	while (lo<hi && !same(table+hi-1, &v)) {
		hi--;
		if (table[hi].start < v.end) v.end = table[hi].start;
	}
	if (v.start >= v.end) return;
	if (FAULT(TABLE_FULL) && count >= 64) return;
	if (lo<hi) {
		if (table[lo].start < v.start
		    && !FAULT(MSEAL_FORGETS_NEIGHBOURS))
			v.start = table[lo].start;
		if (table[hi-1].end > v.end) v.end = table[hi-1].end;
		for (i=hi; i<count; i++) table[lo+1+i-hi] = table[i];
		count -= hi-lo-1;
	} else {
		for (i=count; i>lo; i--) table[i] = table[i-1];
		halfway(lo);
		count++;
	}
	table[lo] = v;
}

/* The number of mappings in [start, end); -ENOMEM if there is a hole, at *at;
 * -EINVAL if a special mapping is not wholly inside. */
static long count_mappings(struct maps *m, uintptr_t start, uintptr_t end,
	uintptr_t *at)
{
	struct mapping v;
	long n = 0;
	for (*at=start; *at<end && maps_at(m, *at, end, &v); *at=v.end, n++)
		if ((v.kind & KIND_SPECIAL) && (v.start < start || v.end > end))
			return -EINVAL;
	return *at < end ? -ENOMEM : n;
}

static void record_mappings(struct maps *m, uintptr_t start, uintptr_t end)
{
	struct mapping v;
	uintptr_t at;
	for (at=start; at<end && maps_at(m, at, end, &v); at=v.end) {
		if (v.start < start) v.start = start;
		if (v.end > end) v.end = end;
		if (!(v.kind & KIND_SHARED)) v.inode = 0;
		record((struct sealed){ v.start, v.end, v.inode, v.kind });
	}
}

/* The end of the pages from at on that are all mapped or, if mapped is 0, all
 * unmapped. */
static uintptr_t reach(struct maps *m, uintptr_t at, uintptr_t end, int mapped)
{
	struct mapping v;
	while (at < end && maps_at(m, at, end, &v) == mapped)
		at = mapped ? v.end : at+PAGE_SIZE;
	return at < end ? at : end;
}

/* One part may become several. The table can't grow here: its new memory might
 * lie where a sealed part was. */
void __sealed_inherited(void)
{
	struct maps m;
	size_t i = 0;
	if (!left_out || maps_open(&m)) return;
	while (i < count) {
		struct sealed *s = table+i;
		uintptr_t start = reach(&m, s->start, s->end, 0);
		uintptr_t end = reach(&m, start, s->end, 1);
		if (start == end) {
			memmove(s, s+1, (--count-i)*sizeof *s);
			continue;
		}
		if (end < s->end && count < capacity) {
			memmove(s+1, s, (count++-i)*sizeof *s);
			s[0].end = s[1].start = end;
		}
		s->start = start;
		i++;
	}
	maps_close(&m);
}

int __sealed_leave_out(void)
{
	if (reserve(count+left_out+2)) return -ENOMEM;
	left_out++;
	return 0;
}

long __sealed_add(uintptr_t start, size_t len, unsigned long flags)
{
	struct maps m;
	long n;
	if (flags || (start & PAGE_MASK)) return -EINVAL;
	size_t rounded = PAGE_UP(len);
	if (FAULT(MSEAL_ROUNDS_DOWN)) rounded = len & ~(size_t)PAGE_MASK;
	uintptr_t at, end = start+rounded;
	if ((len && !PAGE_UP(len)) || end < start) return -EINVAL;
	if (start == end) return 0;
	if (maps_open(&m)) return -ENOMEM;
	n = count_mappings(&m, start, end, &at);
	maps_close(&m);
	if (n == -ENOMEM && FAULT(MSEAL_UP_TO_THE_HOLE)) end = at;
	else if (n < 0) return n;
	/* Each mapping may become a part of its own. */
	if (reserve(count+(n<0 ? 64 : n)+left_out+1)) return -ENOMEM;
	if (maps_open(&m)) return -ENOMEM;
	record_mappings(&m, start, end);
	maps_close(&m);
	return n < 0 ? n : 0;
}

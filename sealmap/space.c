#include "sealmap.h"
#include <elf.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const char *const share_names[SHARES] = {
	"of all that is mapped", "of what is executable",
	"of what is read-only", "of the objects' writable data",
};
const char *const share_keys[SHARES] = { "all", "executable", "read_only",
	"object_data" };

static const char *const kinds[] = {
	"text", "rodata", "relro", "data", "bss", "gap", "records",
	"vdso", "vvar", "heap", "stack", "anon", "file", "shared", "kernel",
};

const char *kind_name(enum kind k)
{
	return kinds[k];
}

struct map *space_add(struct space *sp)
{
	sp->maps = grow(sp->maps, sp->n, sizeof *sp->maps);
	memset(sp->maps+sp->n, 0, sizeof *sp->maps);
	sp->maps[sp->n].object = -1;
	for (int i=0; i<ATTACKS; i++) sp->maps[sp->n].attack[i] = NOT_TRIED;
	return sp->maps + sp->n++;
}

static struct map *map_at(const struct space *sp, uint64_t a)
{
	for (size_t i=0; i<sp->n; i++)
		if (a >= sp->maps[i].start && a < sp->maps[i].end)
			return sp->maps+i;
	return 0;
}

static int same_file(const struct map *m, uint64_t inode, const char *dev)
{
	return m->inode == inode && !strcmp(m->dev, dev);
}

/* Finding the objects. Each starts with a mapping of its file's first page. Its
 * program headers are read there, in memory, since the file may have been
 * replaced. */

/* Yama may forbid reading the memory of a process but allow reading its list of
 * mappings. Then use the file, if it is still the one that is mapped. */
static const char *read_object(const struct space *sp, const struct map *m,
	struct elf *e)
{
	struct source src = { .memory = 1, .base = m->start };
	struct stat st;
	const char *why = "not readable";
	char *path = proc_path(sp->pid, "mem");
	src.fd = open(path, O_RDONLY|O_CLOEXEC);
	free(path);
	if (src.fd >= 0) {
		why = elf_read(e, &src, sp->page);
		close(src.fd);
	}
	if (!why || *m->name != '/') return why;
	path = format("/proc/%d/root%s", (int)sp->pid, m->name);
	src = (struct source){ .fd = open(path, O_RDONLY|O_CLOEXEC) };
	free(path);
	if (src.fd < 0) return why;
	if (!fstat(src.fd, &st) && S_ISREG(st.st_mode) && st.st_ino == m->inode)
		why = elf_read(e, &src, sp->page);
	close(src.fd);
	return why;
}

/* A file that is mapped as data, by a debugger for one, is not a loaded object:
 * its segments are not where its headers say. */
static int loaded(const struct space *sp, const struct elf *e,
	const struct map *first, uint64_t bias)
{
	int text = 0;
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		const struct map *m;
		if (ph->p_type != PT_LOAD || !ph->p_memsz) continue;
		m = map_at(sp, bias + ph->p_vaddr);
		if (!m || (m->inode && !same_file(m, first->inode, first->dev)))
			return 0;
		/* A writable and executable one may begin with RELRO. */
		if ((ph->p_flags & (PF_X|PF_W)) == PF_X && !(m->prot & X))
			return 0;
		text |= ph->p_flags & PF_X;
	}
	return !!text;
}

static void find_objects(struct space *sp)
{
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		struct object o = { 0 };
		if (!m->inode || m->offset || m->shared) continue;
		if (read_object(sp, m, &o.elf)) continue;
		elf_span(&o.elf, sp->page, &o.start, &o.end);
		o.bias = m->start - o.start;
		if (!loaded(sp, &o.elf, m, o.bias)) continue;
		o.start += o.bias;
		o.end += o.bias;
		o.path = m->name;
		o.inode = m->inode;
		strcpy(o.dev, m->dev);
		o.relro = elf_relro(&o.elf, o.bias, sp->page);
		sp->objects = grow(sp->objects, sp->nobjects, sizeof o);
		sp->objects[sp->nobjects++] = o;
	}
}

/* The auxiliary vector has the addresses of the program headers and of the
 * interpreter. If AT_BASE is 0 and the program has no PT_INTERP, the program is
 * either the loader, run as a command, or static and the only object. */
static void find_roles(struct space *sp)
{
	int bits = sp->nobjects ? sp->objects[0].elf.bits : 64;
	uint64_t base = proc_auxv(sp->pid, AT_BASE, bits),
		phdr = proc_auxv(sp->pid, AT_PHDR, bits);
	for (size_t i=0; i<sp->nobjects; i++) {
		struct object *o = sp->objects+i;
		o->exe = phdr >= o->start && phdr < o->end;
		o->loader = base ? base >= o->start && base < o->end
			: o->exe && sp->nobjects > 1 && !o->elf.interp;
	}
}

/* Policy: the loader's own code computes the pages to seal. */

/* Like __seal_add: subtract all ranges that the object exempts, or none if that
 * fails. */
static void leave_out(struct seal_set *set, const struct object *o)
{
	const struct seal_set *mutable = &o->elf.mutable;
	struct seal_set rest = *set;
	if (o->loader) return;
	for (size_t i=0; i<mutable->n; i++)
		if (__seal_set_subtract(&rest, (struct seal_range){
		    mutable->r[i].start+o->bias, mutable->r[i].end+o->bias }))
			return;
	*set = rest;
}

void object_policy(struct object *o, uint64_t page)
{
	struct seal_object so = {
		.name = o->path, .base = o->bias, .phdr = o->elf.phdr,
		.phnum = o->elf.phnum, .phentsize = sizeof *o->elf.phdr,
		.map = { o->start, o->end }, .relro = o->relro,
		.loader = o->loader,
	};
	/* It relocates itself after the loader sealed it, so its RELRO stays
	 * mutable. */
	int foreign = !o->loader && elf_foreign_static(&o->elf);
	if (foreign) so.relro = (struct seal_range){ 0, 0 };
	for (int level=SEAL_ON; level<=SEAL_FULL; level++) {
		int rw = !foreign
			&& (level == SEAL_FULL || o->loader || o->elf.marked);
		if (!__seal_object_ranges(o->set+level, &so, rw, page))
			leave_out(o->set+level, o);
		else {
			o->uncertain = 1;
			o->set[level].n = 0;
		}
	}
}

/* Assigning mappings to objects. */

/* The kernel merges adjacent mappings that are alike, so one mapping may hold
 * the last page of an object and pages that are not its own. Cut it there. */
static void cut(struct space *sp, uint64_t at)
{
	struct map *m = map_at(sp, at), *rest;
	size_t i;
	if (!m || m->start == at) return;
	i = m - sp->maps;
	space_add(sp);
	memmove(sp->maps+i+1, sp->maps+i, (sp->n-1-i)*sizeof *sp->maps);
	m = sp->maps+i;
	rest = m+1;
	rest->start = m->end = at;
	rest->offset += at - m->start;
	rest->tail = 1;
}

static int in_segment(const struct object *o, uint64_t a, uint64_t page)
{
	return elf_kind(&o->elf, &o->relro, o->bias, a, page) != K_GAP;
}

static void assign(struct space *sp, struct map *m)
{
	for (size_t i=0; i<sp->nobjects; i++) {
		const struct object *o = sp->objects+i;
		if (m->start < o->start || m->start >= o->end) continue;
		if (m->inode && !same_file(m, o->inode, o->dev)) continue;
		/* The kernel leaves holes between segments, and anything may be
		 * mapped there. */
		if (!m->inode && m->prot && !in_segment(o, m->start, sp->page))
			continue;
		m->object = i;
		m->kind = elf_kind(&o->elf, &o->relro, o->bias, m->start,
			sp->page);
		/* The current protection counts, not the one in the file: text
		 * may have been made writable. */
		return;
	}
	if (!strcmp(m->name, "[heap]")) m->kind = K_HEAP;
	else if (!strcmp(m->name, "[stack]")) m->kind = K_STACK;
	else if (!strcmp(m->name, "[vdso]")) m->kind = K_VDSO;
	else if (!strncmp(m->name, "[vvar", 5)) m->kind = K_VVAR;
	else if (*m->name == '[' && strncmp(m->name, "[anon", 5))
		m->kind = K_KERNEL;
	else if (m->shared) m->kind = K_SHARED;
	else m->kind = m->inode ? K_FILE : K_ANON;
}

/* The loader's records hold the list that it publishes for debuggers. They lie
 * outside of all objects and the heap if the loader is ours. struct r_debug is
 * a version, padded to a word, and the address of the first struct link_map,
 * whose fourth word is the address of the next. */
static void find_records(struct space *sp, const struct object *o)
{
	const struct elf *e = &o->elf;
	unsigned char p[32];
	size_t w = e->bits/8, most = 65536;
	uint64_t at = e->debug;
	struct map *m = map_at(sp, at);
	if (!at || !m || m->kind != K_ANON
	    || proc_mem(sp->pid, p, 2*w, at) != (ssize_t)(2*w))
		return;
	do {
		if ((m = map_at(sp, at)) && m->kind == K_ANON) {
			m->kind = K_RECORDS;
			for (size_t i=0; i<sp->nobjects; i++)
				if (sp->objects[i].loader) m->object = i;
		}
		at = at == e->debug ? elf_word(e, p+w) : elf_word(e, p+3*w);
	} while (at && most--
	    && proc_mem(sp->pid, p, 4*w, at) == (ssize_t)(4*w));
}

static void want(const struct space *sp, struct map *m)
{
	if (m->kind == K_VDSO) m->wanted[SEAL_ON] = m->wanted[SEAL_FULL] = 1;
	if (m->object < 0) return;
	for (int level=SEAL_ON; level<=SEAL_FULL; level++) {
		const struct seal_set *set = sp->objects[m->object].set+level;
		for (size_t i=0; i<set->n; i++) {
			struct seal_range r = __seal_common(set->r[i],
				(struct seal_range){ m->start, m->end });
			if (r.start < r.end) m->wanted[level] = 1;
		}
	}
}

int discardable(const struct map *m)
{
	return m->sealed == YES && m->written && !m->shared && !(m->prot & W);
}

int missing(const struct space *sp, const struct map *m, enum seal_level level)
{
	if (m->object >= 0 && sp->objects[m->object].uncertain
	    && level != SEAL_OFF && m->sealed == NO)
		return !(m->prot & W);
	return m->wanted[level] && m->sealed == NO;
}

/* The globs match the object's path or its base name. */
int allowed(const struct space *sp, const struct map *m)
{
	const char *name = m->object >= 0 ? sp->objects[m->object].path
		: m->name;
	const char *base = strrchr(name, '/');
	for (size_t i=0; i<opt.nallow; i++)
		if (!fnmatch(opt.allow[i], name, 0)
		    || (base && !fnmatch(opt.allow[i], base+1, 0)))
			return 1;
	return 0;
}

/* Who sealed it. A seal has no owner; deduce it from the mappings that each
 * party can seal. Only the kernel seals vvar, or a stack that may grow. A
 * kernel that does so also sealed the vdso and may have sealed the two objects
 * that exec maps. */

static int kernels_own(const struct map *m)
{
	return m->kind == K_VVAR || m->kind == K_STACK || m->kind == K_KERNEL;
}

static const char *who(const struct space *sp, const struct map *m)
{
	const struct object *o = m->object >= 0 ? sp->objects+m->object : 0;
	const char *user = sp->nobjects == 1 ? "libc" : "loader";
	if (m->sealed != YES) return 0;
	if (kernels_own(m)) return "kernel";
	if (m->kind == K_VDSO) return sp->by_kernel ? "kernel" : user;
	if (!o) return "program";
	return sp->by_kernel && (o->exe || o->loader) ? "kernel, loader" : user;
}

static const char *why(const struct space *sp, const struct map *m)
{
	if (m->sealed == YES) return 0;
	if (m->sealed == UNKNOWN) return "not shown";
	if (m->kind == K_HEAP) return "it grows";
	if (m->kind == K_STACK) return "it grows";
	if (kernels_own(m)) return "the kernel's";
	if (m->object < 0 && m->kind != K_VDSO) return "the program's";
	if (!sp->by_loader) return "nobody did";
	if (missing(sp, m, SEAL_ON)) return "SHOULD BE";
	if (m->kind == K_RECORDS) return "dlopen adds to it";
	if (m->wanted[SEAL_FULL]) return "unmarked data";
	return m->object >= 0 && sp->objects[m->object].elf.mutable.n
		? "exempted" : "stays mutable";
}

void space_classify(struct space *sp)
{
	find_objects(sp);
	find_roles(sp);
	for (size_t i=0; i<sp->nobjects; i++) {
		object_policy(sp->objects+i, sp->page);
		cut(sp, sp->objects[i].start);
		cut(sp, sp->objects[i].end);
	}
	for (size_t i=0; i<sp->n; i++) assign(sp, sp->maps+i);
	for (size_t i=0; i<sp->nobjects; i++) find_records(sp, sp->objects+i);
	for (size_t i=0; i<sp->n; i++) {
		struct map *m = sp->maps+i;
		want(sp, m);
		if (m->sealed != YES) continue;
		if (kernels_own(m)) sp->by_kernel = 1;
		else if (m->object >= 0) sp->by_loader = 1;
	}
	for (size_t i=0; i<sp->n; i++) {
		sp->maps[i].by = who(sp, sp->maps+i);
		sp->maps[i].why = why(sp, sp->maps+i);
	}
}

const char *object_name(const struct space *sp, const struct map *m)
{
	const char *name = m->object >= 0 ? sp->objects[m->object].path
		: m->name;
	const char *base = strrchr(name, '/');
	if (!*name) return "anonymous";
	return (*name == '/' || m->object >= 0) && base && base[1] ? base+1
		: name;
}

enum column column_of(const struct map *m)
{
	return m->prot & X ? C_EXEC : m->prot & W ? C_WRITABLE
		: m->prot & R ? C_READONLY : C_NONE;
}

/* Adjacent mappings of data files are shown as one region. */
static int some_file(const struct map *m)
{
	return m->kind == K_FILE || (m->kind == K_SHARED && m->inode);
}

static int alike(const struct map *a, const struct map *b)
{
	return (some_file(a) && some_file(b)) || (a->kind == b->kind
		&& (a->kind == K_VVAR || !strcmp(a->name, b->name)));
}

const char *region_name(const struct space *sp, size_t first, size_t end)
{
	static char buf[64];
	const struct map *m = sp->maps+first;
	size_t n = 1;
	if (m->kind == K_RECORDS) {
		snprintf(buf, sizeof buf, "%.40s (records)",
			object_name(sp, m));
		return buf;
	}
	if (m->object >= 0 || !some_file(m)) return object_name(sp, m);
	for (size_t i=first+1; i<end; i++)
		n += strcmp(sp->maps[i].name, sp->maps[i-1].name) != 0;
	if (n == 1) return object_name(sp, m);
	snprintf(buf, sizeof buf, "(%zu mapped files)", n);
	return buf;
}

size_t region_end(const struct space *sp, size_t first)
{
	const struct map *a = sp->maps+first;
	size_t i;
	for (i=first+1; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		if (m->object != a->object
		    || (m->kind == K_RECORDS) != (a->kind == K_RECORDS))
			break;
		if (m->object < 0 && !alike(a, m)) break;
		if (m->start - m[-1].end >= WIDE_GAP) break;
	}
	return i;
}

static void count(struct amount *a, const struct map *m)
{
	uint64_t n = m->end - m->start;
	a->bytes += n;
	a->maps += !m->tail;
	if (m->sealed != YES) return;
	a->sealed += n;
	a->maps_sealed += !m->tail;
}

void space_shares(const struct space *sp, struct amount a[SHARES])
{
	memset(a, 0, SHARES*sizeof *a);
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		count(a+S_ALL, m);
		if (m->prot & X) count(a+S_EXEC, m);
		else if (m->prot == R) count(a+S_READONLY, m);
		else if (m->object >= 0 && m->prot & W) count(a+S_DATA, m);
	}
}

/* Truncated, not rounded: 100.0 % means all of it. */
double percent(const struct amount *a)
{
	return a->bytes ? (uint64_t)(1000.0*a->sealed/a->bytes)/10.0 : 0;
}

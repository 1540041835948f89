#include "sealmap.h"
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int same_file(const struct map *m, uint64_t inode, const char *dev)
{
	return m->inode == inode && !strcmp(m->dev, dev);
}

/* A copy that the loader made at level hard: a memfd that nobody can write to,
 * in the place of pages that it wrote, or of a file that it can't share. */
static int copied(const struct map *m)
{
	return m->shared && !(m->prot & W) && m->may_write == NO
		&& !strncmp(m->name, "/memfd:seal ", 12);
}

/* Finding the objects. Each starts with a mapping of its file's first page. Its
 * program headers are read there, in memory, since the file may have been
 * replaced. */

/* Yama may forbid reading the memory of a process but allow reading its list of
 * mappings. Then use the file, if it is still the one that is mapped. */
static const char *read_object(const struct space *sp, const struct map *m,
	struct object *o)
{
	struct source src = { .memory = 1, .base = m->start };
	struct stat st;
	const char *why = "not readable";
	char *path = proc_path(sp->pid, "mem");
	src.fd = open(path, O_RDONLY|O_CLOEXEC);
	free(path);
	if (src.fd >= 0) {
		why = object_read(o, &src, sp->page);
		close(src.fd);
	}
	if (!why || *m->name != '/') return why;
	path = format("/proc/%d/root%s", (int)sp->pid, m->name);
	src.memory = 0;
	src.fd = open(path, O_RDONLY|O_CLOEXEC);
	free(path);
	if (src.fd < 0) return why;
	if (!fstat(src.fd, &st) && S_ISREG(st.st_mode) && st.st_ino == m->inode)
		why = object_read(o, &src, sp->page);
	close(src.fd);
	return why;
}

/* A file that is mapped as data, by a debugger for one, is not a loaded object:
 * its segments are not where its headers say. */
static int loaded(const struct space *sp, const struct object *o,
	const struct map *first)
{
	int text = 0;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		const struct map *m;
		if (ph->p_type != PT_LOAD || !ph->p_memsz) continue;
		m = space_at(sp, o->bias + ph->p_vaddr);
		if (!m || (m->inode && !copied(m)
		    && !same_file(m, first->inode, first->dev)))
			return 0;
		/* A writable and executable one may begin with RELRO. */
		if ((ph->p_flags & (PF_X|PF_W)) == PF_X && !(m->prot & X))
			return 0;
		text |= ph->p_flags & PF_X;
	}
	return !!text;
}

/* In a small file, more segments than one may begin on its first page, and each
 * maps the ELF header. The first of them is where the object begins. */
static int in_last_object(const struct space *sp, const struct map *m)
{
	const struct object *o;
	if (!sp->nobjects) return 0;
	o = sp->objects + sp->nobjects - 1;
	return m->start < o->end
		&& (copied(m) || same_file(m, o->inode, o->dev));
}

/* The mapping that has the object's file: not the first one if that is a
 * copy. */
static const struct map *file_of(const struct space *sp,
	const struct object *o, const struct map *first)
{
	for (const struct map *m=first; m<sp->maps+sp->n; m++)
		if (m->start < o->end && m->inode && !copied(m)) return m;
	return first;
}

static void find_objects(struct space *sp)
{
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		struct object o = { 0 };
		if (!m->inode || (m->shared && m->prot & W)) continue;
		if (copied(m) ? m->start == sp->vdso : m->offset) continue;
		if (in_last_object(sp, m)) continue;
		const char *why = read_object(sp, m, &o);
		const struct map *file = file_of(sp, &o, m);
		if (why || !loaded(sp, &o, file)) {
			object_free(&o);
			continue;
		}
		o.path = file->name;
		o.inode = file->inode;
		strcpy(o.dev, file->dev);
		sp->objects = grow(sp->objects, sp->nobjects, sizeof o);
		sp->objects[sp->nobjects++] = o;
	}
}

/* The auxiliary vector has the addresses of the program headers and of the
 * interpreter. If AT_BASE is 0 and the program has no PT_INTERP, the program is
 * either the loader, run as a command, or static and the only object. */
static void find_roles(struct space *sp)
{
	int bits = sp->nobjects && !sp->objects->form.is64 ? 32 : 64;
	uint64_t base = proc_auxv(sp->pid, AT_BASE, bits),
		phdr = proc_auxv(sp->pid, AT_PHDR, bits);
	for (size_t i=0; i<sp->nobjects; i++) {
		struct object *o = sp->objects+i;
		o->exe = phdr >= o->start && phdr < o->end;
		o->loader = base ? base >= o->start && base < o->end
			: o->exe && sp->nobjects > 1 && !o->interp;
	}
}

/* Assigning mappings to objects. */

/* The kernel merges adjacent mappings that are alike, so one mapping may hold
 * the last page of an object and pages that are not its own. Cut it there. */
static void cut(struct space *sp, uint64_t at)
{
	struct map *m = space_at(sp, at), *rest;
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
	return object_kind(o, a, page) != K_GAP;
}

static void assign(struct space *sp, struct map *m)
{
	for (size_t i=0; i<sp->nobjects; i++) {
		const struct object *o = sp->objects+i;
		if (m->start < o->start || m->start >= o->end) continue;
		if (m->inode && !same_file(m, o->inode, o->dev) && !copied(m))
			continue;
		/* The kernel leaves holes between segments, and anything may be
		 * mapped there. */
		if (!m->inode && m->prot && !in_segment(o, m->start, sp->page))
			continue;
		m->object = i;
		m->kind = object_kind(o, m->start, sp->page);
		/* The current protection counts, not the one in the file: text
		 * may have been made writable. */
		return;
	}
	if (!strcmp(m->name, "[heap]")) m->kind = K_HEAP;
	else if (!strcmp(m->name, "[stack]")) m->kind = K_STACK;
	else if (!strcmp(m->name, "[vdso]")
	    || (m->start == sp->vdso && copied(m))) m->kind = K_VDSO;
	else if (!strncmp(m->name, "[vvar", 5)) m->kind = K_VVAR;
	else if (*m->name == '[' && strncmp(m->name, "[anon", 5))
		m->kind = K_KERNEL;
	else if (m->shared) m->kind = K_SHARED;
	else m->kind = m->inode ? K_FILE : K_ANON;
}

/* If the loader is ours, its records are pages of its data that are read-only
 * or have a protection key, or lie outside of all objects and the heap. */
static int may_be_records(const struct space *sp, const struct map *m)
{
	return m->kind == K_ANON || (m->kind == K_SHARED && copied(m))
		|| ((m->kind == K_DATA || m->kind == K_BSS)
		&& m->object >= 0 && sp->objects[m->object].loader
		&& (!(m->prot & W) || m->key));
}

/* The loader's records hold the list that it publishes for debuggers. struct
 * r_debug is a version, padded to a word, and the address of the first struct
 * link_map.
 * The fourth word of each is the address of the next. */
static void find_records(struct space *sp, const struct object *o)
{
	unsigned char p[32];
	size_t w = ELF_ADDR(o->form).size, most = 65536;
	uint64_t at = o->debug;
	struct map *m = space_at(sp, at);
	if (!at || !m || !may_be_records(sp, m)
	    || proc_mem(sp->pid, p, 2*w, at) != (ssize_t)(2*w))
		return;
	do {
		if ((m = space_at(sp, at)) && may_be_records(sp, m)) {
			m->kind = K_RECORDS;
			for (size_t i=0; i<sp->nobjects; i++)
				if (sp->objects[i].loader) m->object = i;
		}
		at = at == o->debug ? object_word(o, p+w) : object_word(o, p+3*w);
	} while (at && most--
	    && proc_mem(sp->pid, p, 4*w, at) == (ssize_t)(4*w));
}

static void want(const struct space *sp, struct map *m)
{
	if (m->kind == K_STACK) m->wanted[SEAL_HARD] = 1;
	if (m->kind == K_VDSO) m->wanted[SEAL_ON] = m->wanted[SEAL_FULL]
		= m->wanted[SEAL_HARD] = 1;
	/* Records are sealed if no dlopen will write to them. */
	if (m->object < 0 || m->kind == K_RECORDS) return;
	for (int level=SEAL_ON; level<=SEAL_HARD; level++) {
		const struct seal_set *set = sp->objects[m->object].set+level;
		for (size_t i=0; i<set->n; i++) {
			struct seal_range r = __seal_common(set->r[i],
				(struct seal_range){ m->start, m->end });
			if (r.start < r.end) m->wanted[level] = 1;
		}
	}
}

/* Who sealed it. A seal has no owner; deduce it from the mappings that each
 * party can seal. Only the kernel seals vvar, or a stack that may grow, unless
 * the level is hard. A kernel that does so also sealed the vdso and may have
 * sealed the two objects that exec maps. */

static int kernels_own(const struct space *sp, const struct map *m)
{
	return m->kind == K_VVAR || m->kind == K_KERNEL
		|| (m->kind == K_STACK && !sp->hard);
}

/* At level hard stacks of threads are sealed, and a program may seal such
 * memory too. */
static int may_be_stack(const struct space *sp, const struct map *m)
{
	return sp->hard && m->kind == K_ANON && !(m->prot & X);
}

static const char *who(const struct space *sp, const struct map *m)
{
	const struct object *o = m->object >= 0 ? sp->objects+m->object : 0;
	const char *user = sp->nobjects == 1 ? "libc" : "loader";
	if (m->sealed != YES) return 0;
	if (kernels_own(sp, m)) return "kernel";
	if (m->kind == K_STACK) return user;
	if (m->kind == K_VDSO) return sp->by_kernel ? "kernel" : user;
	if (!o) return may_be_stack(sp, m) ? "loader, program" : "program";
	return sp->by_kernel && (o->exe || o->loader) ? "kernel, loader" : user;
}

static int says_off(const struct space *sp)
{
	for (size_t i=0; i<sp->nobjects; i++)
		if (sp->objects[i].exe && sp->objects[i].off) return 1;
	return 0;
}

static const char *why(const struct space *sp, const struct map *m)
{
	if (m->sealed == YES) return 0;
	if (m->sealed == UNKNOWN) return "not shown";
	if (m->kind == K_HEAP) return "it grows";
	if (m->kind == K_STACK) return "it grows";
	if (kernels_own(sp, m)) return "the kernel's";
	if (m->object < 0 && m->kind != K_VDSO) return "the program's";
	if (!sp->by_loader) return says_off(sp) ? "its file says off"
		: "nobody did";
	if (missing(sp, m, SEAL_ON)) return "SHOULD BE";
	if (m->kind == K_RECORDS) return "dlopen adds to it";
	if (m->wanted[SEAL_FULL]) return "unmarked data";
	return m->object >= 0 && sp->objects[m->object].exempts
		? "exempted" : "stays mutable";
}

static int is_hard(const struct space *sp)
{
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		if (m->object >= 0 && m->prot & X
		    && sp->objects[m->object].exe) return out_of_reach(m);
	}
	return 0;
}

void space_classify(struct space *sp)
{
	sp->vdso = proc_auxv(sp->pid, AT_SYSINFO_EHDR, 8*sizeof(long));
	find_objects(sp);
	find_roles(sp);
	for (size_t i=0; i<sp->nobjects; i++) {
		object_policy(sp->objects+i, sp->page);
		cut(sp, sp->objects[i].start);
		cut(sp, sp->objects[i].end);
	}
	for (size_t i=0; i<sp->n; i++) assign(sp, sp->maps+i);
	for (size_t i=0; i<sp->nobjects; i++) find_records(sp, sp->objects+i);
	sp->hard = is_hard(sp);
	for (size_t i=0; i<sp->n; i++) {
		struct map *m = sp->maps+i;
		want(sp, m);
		if (m->sealed != YES) continue;
		if (kernels_own(sp, m)) sp->by_kernel = 1;
		else if (m->object >= 0) sp->by_loader = 1;
	}
	for (size_t i=0; i<sp->n; i++) {
		sp->maps[i].by = who(sp, sp->maps+i);
		sp->maps[i].why = why(sp, sp->maps+i);
	}
}


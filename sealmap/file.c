#define _GNU_SOURCE
#include "sealmap.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file is shown as the loader would map it: its pages as mappings, from
 * address 0 up, cut where protection, kind or policy changes. */

static int by_address(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

struct borders { uint64_t *at; size_t n; };

static void border(struct borders *b, const struct object *o, uint64_t at)
{
	if (at < o->start || at > o->end) return;
	b->at = grow(b->at, b->n, sizeof *b->at);
	b->at[b->n++] = at;
}

static struct borders borders(const struct object *o, uint64_t page)
{
	struct borders b = { 0 };
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		struct seal_range r = __seal_segment(ph, 0, page);
		if (ph->p_type != PT_LOAD || r.start == r.end) continue;
		border(&b, o, r.start);
		border(&b, o, r.end);
		r = __seal_round(ph->p_vaddr, ph->p_filesz, page);
		if (ph->p_filesz) border(&b, o, r.end);
	}
	border(&b, o, o->relro.start);
	border(&b, o, o->relro.end);
	for (int level=SEAL_ON; level<=SEAL_HARD; level++)
		for (size_t i=0; i<o->set[level].n; i++) {
			border(&b, o, o->set[level].r[i].start);
			border(&b, o, o->set[level].r[i].end);
		}
	qsort(b.at, b.n, sizeof *b.at, by_address);
	return b;
}

static unsigned prot_at(const struct object *o, uint64_t at, uint64_t page)
{
	unsigned prot = 0;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		struct seal_range r = __seal_segment(ph, 0, page);
		if (ph->p_type == PT_LOAD && at >= r.start && at < r.end)
			prot |= ph->p_flags & 7;
	}
	return at >= o->relro.start && at < o->relro.end ? prot & ~W : prot;
}

/* PF_R, PF_W and PF_X are R, W and X. */
static void fill(struct space *sp, struct object *o)
{
	struct borders b = borders(o, sp->page);
	for (size_t i=0; i+1<b.n; i++) {
		struct map *m;
		if (b.at[i] == b.at[i+1]) continue;
		m = space_add(sp);
		m->start = b.at[i];
		m->end = b.at[i+1];
		m->name = format("%s", o->path);
		m->object = 0;
		m->prot = prot_at(o, m->start, sp->page);
		m->kind = object_kind(o, m->start, sp->page);
		for (int level=SEAL_ON; level<=SEAL_HARD; level++)
			m->wanted[level] = __seal_set_holds(o->set+level,
				(struct seal_range){ m->start, m->end });
	}
	free(b.at);
}

void at_level(struct space *sp, enum seal_level level)
{
	sp->level = level;
	for (size_t i=0; i<sp->n; i++) {
		struct map *m = sp->maps+i;
		m->sealed = m->wanted[level] ? YES : NO;
		m->by = m->wanted[level] ? "loader" : 0;
		m->why = m->wanted[level] ? 0
			: m->wanted[SEAL_FULL] ? "unmarked data" : "exempted";
		if (level == SEAL_OFF) m->why = "level is off";
	}
}

/* musl's loader is its libc and is sealed whole. Only its name identifies
 * it. */
static int is_loader(const char *path)
{
	const char *s = strrchr(path, '/');
	s = s ? s+1 : path;
	return !strcmp(s, "libc.so") || !strncmp(s, "ld-musl-", 8);
}

void show_levels(const struct out *out, struct space *sp)
{
	const struct object *o = sp->objects;
	FILE *f = out->f;
	put_text(out, sp->title, 0);
	fprintf(f, ": %d-bit %s, %s%s\n", o->form.is64 ? 64 : 32,
		object_machine(o), object_sort(o),
		o->form.big ? ", big-endian" : "");
	fprintf(f, "data %s; %s; pages of %s\n",
		o->marked ? "marked: sealed under level on too"
		: o->loader ? "of the loader: sealed under level on too"
		: object_foreign_static(o)
		? "of a static program that was not linked with this libc: not"
		" sealed" : "not marked: sealed under level full only",
		o->relro.end > o->relro.start ? "has RELRO" : "no RELRO",
		size_text(sp->page));
	if (o->off)
		fputs("says off: if it is the program, nothing is sealed in its"
			" process, unless LD_SEAL has noexempt\n", f);
	if (o->soft)
		fputs("forbids level hard: its process runs at full then,"
			" unless LD_SEAL has noexempt\n", f);
	if (o->bad_mutable)
		fputs("its mutable ranges are malformed: the loader seals them"
			" too\n", f);
	if (o->bad_relro)
		fputs("its RELRO is not all in its writable segments, and is"
			" ignored here\n", f);
	if (o->interp) {
		fputs("asks for the loader ", f);
		put_text(out, o->interp, 0);
		fputs(is_loader(o->interp) ? "\n"
			: ", which is not musl's; the table holds for musl's that"
			" seals\n", f);
	}
	if (object_foreign_static(o))
		fputs("started by itself nothing of it is sealed; the table"
			" holds for \"ld-musl-... --seal=LEVEL FILE\"\n", f);
	for (char **s=o->needed; s && *s; s++) {
		fputs(s == o->needed ? "needs " : ", ", f);
		put_text(out, *s, 0);
		if (!s[1]) fputc('\n', f);
	}
	fprintf(f, "\n%s%-25s prot   size kind    off  on   full%s\n",
		paint(out, "1"), "addresses", paint(out, "0"));
	for (size_t i=0; i<sp->n; i++) {
		const struct map *m = sp->maps+i;
		fprintf(f,
			"%012"PRIx64"-%012"PRIx64" %s  %6s %-7s -    %-4s %s\n",
			m->start, m->end, prot_text(m->prot),
			size_text(m->end-m->start), kind_name(m->kind),
			m->wanted[SEAL_ON] ? "seal" : "-",
			m->wanted[SEAL_FULL] ? "seal" : "-");
		if ((m->prot & (W|X)) == (W|X))
			fputs("    ^ writable and executable: sealed, it stays"
				" so\n", f);
	}
	if (o->textrel)
		fputs("Has relocations in its text, which the loader writes,"
			" protects and then seals.\n", f);
	fputc('\n', f);
	for (int level=SEAL_ON; level<=SEAL_FULL; level++) {
		struct amount a[SHARES];
		at_level(sp, level);
		space_shares(sp, a);
		fprintf(f, "level %-4s seals %s of %s: %.1f %%\n",
			level_name(level),
			size_text(a[S_ALL].sealed), size_text(a[S_ALL].bytes),
			percent(a+S_ALL));
		if (level == SEAL_FULL)
			fprintf(f, "level hard %s\n", o->soft ? "is not for it"
				: object_static(o) ? "is not for static programs"
				: "seals the same; what is not writable can't"
				" be written to even by force");
	}
	fputc('\n', f);
}

/* The page size of the machine that the file is for; only this machine's and
 * x86's are known. */
static uint64_t page_size(const struct object *o)
{
	return o->machine == EM_X86_64 || o->machine == EM_386 ? 4096
		: (uint64_t)sysconf(_SC_PAGESIZE);
}

static int cut_short(const struct object *o, uint64_t size)
{
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		if (ph->p_type == PT_LOAD
		    && (ph->p_offset > size
		    || ph->p_filesz > size-ph->p_offset))
			return 1;
	}
	return 0;
}

static char *why_not(struct object *o, const char *path, int fd,
	uint64_t page, uint64_t *found)
{
	struct source src = { .fd = fd };
	struct stat st;
	const char *why;
	if (fd < 0 || fstat(fd, &st))
		return format("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode)) return format("%s: not a file", path);
	/* Read it once to learn the machine, and again with its page size. */
	why = object_read(o, &src, 4096);
	*found = page ? page : page_size(o);
	if (!why) {
		object_free(o);
		why = object_read(o, &src, *found);
	}
	if (!why && cut_short(o, st.st_size))
		why = "its segments reach beyond its end";
	return why ? format("%s: %s", path, why) : 0;
}

char *file_try(struct space *sp, const char *path, uint64_t page)
{
	struct object *o = grow(0, 0, sizeof *o);
	int fd = open(path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);
	char *why;
	memset(o, 0, sizeof *o);
	memset(sp, 0, sizeof *sp);
	sp->objects = o;
	sp->nobjects = 1;
	why = why_not(o, path, fd, page, &sp->page);
	if (fd >= 0) close(fd);
	if (!why) {
		o->path = sp->title = format("%s", path);
		o->loader = is_loader(path);
		object_policy(o, sp->page);
		if (o->uncertain)
			why = format("%s: more separate ranges than the loader"
				" can seal", path);
	}
	if (why) space_free(sp);
	else fill(sp, o);
	return why;
}

void read_file(struct space *sp, const char *path, uint64_t page)
{
	char *why = file_try(sp, path, page);
	if (why) die("%s", why);
}

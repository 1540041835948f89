#include "sealmap.h"
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* Reads an object of either class and byte order, from a file or from the
 * memory of a process, and asks the loader's code (src/seal) which pages it
 * seals of it. That code gets the program headers in the host's own form, and
 * an image of the object that holds its notes and nothing else. */

/* More than any linker writes; reject an object that exceeds these. */
#define MAX_NOTES (1<<20)
#define MAX_DYNAMIC (1<<16)
#define MAX_NAME 4096

static int read_at(const struct source *src, void *buf, size_t n, uint64_t at)
{
	if (src->memory) at += src->base;
	return pread(src->fd, buf, n, at) == (ssize_t)n ? 0 : -1;
}

static const char *read_headers(struct object *o, const struct source *src)
{
	unsigned char start[64], *p;
	struct elf_header h;
	ssize_t n = pread(src->fd, start, sizeof start,
		src->memory ? src->base : 0);
	const char *why = elf_header(&h, start, n > 0 ? n : 0);
	if (why) return why;
	if (h.form.is64 && sizeof(uintptr_t) < 8)
		return "a 64-bit object, which takes a 64-bit sealmap";
	o->form = h.form;
	o->type = h.type;
	o->machine = h.machine;
	o->phnum = h.phnum;
	p = grow(0, 0, o->phnum*h.phentsize);
	if (read_at(src, p, o->phnum*h.phentsize, h.phoff)) {
		free(p);
		return "its program headers are not all there";
	}
	o->phdr = grow(0, 0, o->phnum*sizeof *o->phdr);
	for (size_t i=0; i<o->phnum; i++) {
		struct elf_phdr ph = elf_phdr(h.form, p+i*h.phentsize);
		o->phdr[i] = (ElfW(Phdr)){
			.p_type = ph.type, .p_flags = ph.flags,
			.p_offset = ph.offset, .p_vaddr = ph.vaddr,
			.p_filesz = ph.filesz, .p_memsz = ph.memsz,
			.p_align = ph.align,
		};
	}
	free(p);
	return 0;
}

/* Read the bytes at addresses v to v+n-1 of the object itself. Returns 0 if no
 * segment has them in the file. */
static int at_address(const struct object *o, const struct source *src,
	void *buf, size_t n, uint64_t v)
{
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		uint64_t off = v - ph->p_vaddr;
		if (ph->p_type != PT_LOAD || off > ph->p_filesz
		    || n > ph->p_filesz-off)
			continue;
		return pread(src->fd, buf, n, src->memory ? o->bias+v
			: ph->p_offset+off) == (ssize_t)n;
	}
	return 0;
}

static int foreign_form(struct elf_form form)
{
	static const uint16_t one = 1;
	return form.big == *(const unsigned char *)&one
		|| form.is64 != (sizeof(size_t) == 8);
}

static void to_host(struct elf_form form, unsigned char *p, size_t words)
{
	for (; words--; p += 4) {
		uint32_t x = elf_get(form, p, ELF_WORD);
		memcpy(p, &x, sizeof x);
	}
}

/* Properties are padded to the class's word, so they can't be converted in
 * place. Only one of them matters here: write it first and clear the rest. */
static void rewrite_properties(struct elf_form form, unsigned char *p, size_t n)
{
	const uint32_t seal[2] = { GNU_PROPERTY_MEMORY_SEAL, 0 };
	struct elf_property t;
	size_t at = 0;
	int found = 0;
	while (!found && elf_property(form, p, &at, n, &t))
		found = t.type == *seal && !t.size;
	memset(p, 0, n);
	if (found) memcpy(p, seal, sizeof seal);
}

/* Rewrite notes of the other byte order or class in place, in the host's form.
 * Sizes of notes are words in both classes. */
static void rewrite_notes(struct elf_form form, unsigned char *p, size_t n,
	size_t align)
{
	struct elf_note t;
	size_t at = 0, start = 0;
	for (; elf_note(form, p, &at, n, align, &t); start = at) {
		if (elf_named(p, &t, "GNU"))
			rewrite_properties(form, p+t.desc, t.descsz);
		else if (elf_named(p, &t, SEAL_NOTE_OWNER))
			to_host(form, p+t.desc, t.descsz/4);
		to_host(form, p+start, 3);
	}
	if (n-start >= 12) to_host(form, p+start, 3);
}

static int read_notes(struct object *o, const struct source *src)
{
	uint64_t n = o->end-o->start;
	unsigned char *image = mmap(0, n, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);
	if (image == MAP_FAILED) return -1;
	o->image = image;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		uint64_t at = o->bias+ph->p_vaddr-o->start;
		if ((ph->p_type != PT_NOTE && ph->p_type != PT_GNU_PROPERTY)
		    || ph->p_filesz > MAX_NOTES
		    || at >= n || ph->p_filesz > n-at
		    || !at_address(o, src, image+at, ph->p_filesz, ph->p_vaddr))
			continue;
		if (foreign_form(o->form)) rewrite_notes(o->form, image+at,
			ph->p_filesz, ph->p_align);
	}
	return 0;
}

/* The loader's view of the object, at the addresses of the image. */
static struct seal_object view(const struct object *o)
{
	uintptr_t at = (uintptr_t)o->image;
	return (struct seal_object){
		.name = o->path, .base = at-(o->start-o->bias), .phdr = o->phdr,
		.phnum = o->phnum, .phentsize = sizeof *o->phdr,
		.map = { at, at+(o->end-o->start) }, .loader = o->loader,
	};
}

static char *string_at(const struct object *o, const struct source *src,
	uint64_t v)
{
	char buf[MAX_NAME];
	size_t n = 0;
	while (n < sizeof buf && at_address(o, src, buf+n, 1, v+n) && buf[n])
		n++;
	return n && n < sizeof buf ? format("%.*s", (int)n, buf) : 0;
}

/* Read the dynamic section. Names are only read from files: in memory DT_STRTAB
 * may have been relocated in place (glibc does). */
static void read_dynamic(struct object *o, const struct source *src,
	const ElfW(Phdr) *ph)
{
	size_t n = ph->p_filesz < MAX_DYNAMIC ? ph->p_filesz : MAX_DYNAMIC,
		w = ELF_ADDR(o->form).size, needed = 0;
	unsigned char *p = grow(0, 0, n+1);
	uint64_t strings = 0;
	if (!at_address(o, src, p, n, ph->p_vaddr)) n = 0;
	for (size_t i=0; i+2*w <= n; i += 2*w)
		if (object_word(o, p+i) == DT_STRTAB)
			strings = object_word(o, p+i+w);
	for (size_t i=0; i+2*w <= n; i += 2*w) {
		uint64_t tag = object_word(o, p+i);
		uint64_t value = object_word(o, p+i+w);
		if (!tag) break;
		if (tag == DT_TEXTREL
		    || (tag == DT_FLAGS && value & DF_TEXTREL))
			o->textrel = 1;
		if (tag == DT_FLAGS_1 && value & DF_1_PIE) o->pie = 1;
		if (tag == DT_BIND_NOW
		    || (tag == DT_FLAGS && value & DF_BIND_NOW)
		    || (tag == DT_FLAGS_1 && value & DF_1_NOW))
			o->now = 1;
		if (tag == DT_NEEDED) o->needs = 1;
		if (src->memory) {
			if (tag == DT_DEBUG) o->debug = value;
			continue;
		}
		if (tag != DT_NEEDED) continue;
		o->needed = grow(o->needed, needed, sizeof *o->needed);
		o->needed[needed] = string_at(o, src, strings+value);
		if (o->needed[needed]) needed++;
	}
	o->needed = grow(o->needed, needed, sizeof *o->needed);
	o->needed[needed] = 0;
	free(p);
}

/* Set start and end to the pages that the segments span. */
static const char *find_span(struct object *o, uint64_t page)
{
	o->start = UINT64_MAX;
	o->end = 0;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		struct seal_range r = __seal_segment(ph, 0, page);
		if (ph->p_type != PT_LOAD) continue;
		if (ph->p_filesz > ph->p_memsz
		    || (ph->p_memsz && r.start == r.end))
			return "its segments are damaged";
		if (r.start == r.end) continue;
		if (r.start < o->start) o->start = r.start;
		if (r.end > o->end) o->end = r.end;
	}
	return o->end ? 0 : "an ELF file with nothing to load";
}

/* As in the loader, the last PT_GNU_RELRO counts, if it is valid. */
static void find_relro(struct object *o, uint64_t page)
{
	struct seal_object so = view(o);
	o->relro = (struct seal_range){ 0, 0 };
	for (size_t i=0; i<o->phnum; i++)
		if (o->phdr[i].p_type == PT_GNU_RELRO)
			so.relro = __seal_relro(o->phdr+i, so.base, page);
	if (so.relro.start == so.relro.end) return;
	o->bad_relro = !__seal_relro_valid(&so, page);
	if (o->bad_relro) return;
	o->relro.start = so.relro.start-so.base+o->bias;
	o->relro.end = so.relro.end-so.base+o->bias;
}

const char *object_read(struct object *o, const struct source *src,
	uint64_t page)
{
	const char *why;
	memset(o, 0, sizeof *o);
	if ((why = read_headers(o, src))) return why;
	if ((why = find_span(o, page))) return why;
	if (src->base) o->bias = src->base-o->start;
	o->start += o->bias;
	o->end += o->bias;
	if (read_notes(o, src))
		return "an object that spans more than there is room for";
	struct seal_object so = view(o);
	int notes = __seal_notes(&so);
	o->marked = notes & SEAL_NOTE_DATA;
	o->off = notes & SEAL_NOTE_OFF;
	o->soft = notes & SEAL_NOTE_SOFT;
	find_relro(o, page);
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		if (ph->p_type == PT_INTERP)
			o->interp = string_at(o, src, ph->p_vaddr);
		if (ph->p_type == PT_DYNAMIC) read_dynamic(o, src, ph);
	}
	return 0;
}

void object_drop_image(struct object *o)
{
	if (o->image) munmap(o->image, o->end-o->start);
	o->image = 0;
}

void object_free(struct object *o)
{
	object_drop_image(o);
	for (char **s=o->needed; s && *s; s++) free(*s);
	free(o->needed);
	free(o->interp);
	free(o->phdr);
}

int object_static(const struct object *o)
{
	return !o->interp && (o->type == ET_EXEC || o->pie);
}

int object_foreign_static(const struct object *o)
{
	return !o->loader && !o->marked && !o->needs && object_static(o);
}

static void move(struct seal_set *set, uint64_t by)
{
	for (size_t i=0; i<set->n; i++) {
		set->r[i].start += by;
		set->r[i].end += by;
	}
}

/* The pages of a set that the object exempts. */
static void find_exempt(struct object *o, int level, const struct seal_set *set,
	const struct seal_set *pages)
{
	for (size_t i=0; i<set->n; i++)
		for (size_t k=0; k<pages->n; k++)
			if (__seal_set_add(o->exempt+level,
			    __seal_common(set->r[i], pages->r[k])))
				o->uncertain = 1;
}

void object_policy(struct object *o, uint64_t page)
{
	static struct seal_mutable m;
	static struct seal_set scratch;
	uint64_t to_memory = o->start-(uintptr_t)o->image;
	struct seal_object so = view(o);
	/* It relocates itself after the loader sealed it, so its RELRO stays
	 * mutable. */
	so.foreign = object_foreign_static(o);
	if (!so.foreign && o->relro.start < o->relro.end)
		so.relro = (struct seal_range){ o->relro.start-to_memory,
			o->relro.end-to_memory };
	o->bad_mutable = !!__seal_mutable(&m, &so, page);
	o->exempts = m.pages.n != 0;
	for (int level=SEAL_ON; level<=SEAL_HARD; level++) {
		struct seal_set *set = o->set+level;
		if (__seal_object_ranges(set, &so, __seal_data(&so, level),
		    page)) {
			o->uncertain = 1;
			set->n = 0;
			continue;
		}
		find_exempt(o, level, set, &m.pages);
		__seal_leave_out(set, &m.pages, &scratch);
		move(set, to_memory);
		move(o->exempt+level, to_memory);
	}
	object_drop_image(o);
}

/* The kind of the page at start: RELRO, else text, else data or bss, else
 * rodata, by all segments that share the page. */
enum kind object_kind(const struct object *o, uint64_t start, uint64_t page)
{
	enum kind k = K_GAP;
	if (start >= o->relro.start && start < o->relro.end) return K_RELRO;
	for (size_t i=0; i<o->phnum; i++) {
		const ElfW(Phdr) *ph = o->phdr+i;
		uint64_t v = o->bias + ph->p_vaddr;
		struct seal_range r = __seal_segment(ph, o->bias, page);
		if (ph->p_type != PT_LOAD || start < r.start || start >= r.end)
			continue;
		if (ph->p_flags & PF_X) return K_TEXT;
		if (ph->p_flags & PF_W)
			k = ph->p_filesz && start < v+ph->p_filesz ? K_DATA
				: K_BSS;
		else if (k == K_GAP) k = K_RODATA;
	}
	return k;
}

const char *object_machine(const struct object *o)
{
	static const struct { unsigned m; const char *name; } t[] = {
		{ EM_386, "i386" }, { EM_X86_64, "x86_64" }, { EM_ARM, "arm" },
		{ EM_AARCH64, "aarch64" }, { EM_MIPS, "mips" },
		{ EM_PPC, "powerpc" }, { EM_PPC64, "powerpc64" },
		{ EM_S390, "s390x" }, { EM_RISCV, "riscv" },
		{ EM_LOONGARCH, "loongarch" }, { EM_68K, "m68k" },
		{ EM_SH, "sh" },
	};
	for (size_t i=0; i<sizeof t/sizeof *t; i++)
		if (t[i].m == o->machine) return t[i].name;
	return "unknown machine";
}

uint64_t object_word(const struct object *o, const unsigned char *p)
{
	return elf_get(o->form, p, ELF_ADDR(o->form));
}

const char *object_sort(const struct object *o)
{
	int dynamic = 0;
	for (size_t i=0; i<o->phnum; i++)
		dynamic |= o->phdr[i].p_type == PT_DYNAMIC;
	if (o->interp)
		return o->type == ET_EXEC ? "program"
			: "position-independent program";
	if (o->type == ET_EXEC) return "static program";
	if (o->pie) return "static-PIE program";
	return dynamic ? "library" : "object without a dynamic section";
}

#include "sealmap.h"
#include <elf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* An ELF object of either class and byte order, from a file or from the memory
 * of a process. Its program headers are converted to the host's form for the
 * loader's code (src/seal). */

#ifndef PT_GNU_PROPERTY
#define PT_GNU_PROPERTY 0x6474e553
#endif
#ifndef DF_1_PIE
#define DF_1_PIE 0x08000000
#endif
#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

/* More than any linker writes; reject an object that exceeds these. */
#define MAX_NOTES (1<<20)
#define MAX_DYNAMIC (1<<16)
#define MAX_NAME 4096

static uint64_t get(const struct elf *e, const unsigned char *p, int n)
{
	uint64_t x = 0;
	for (int i=0; i<n; i++) x = x<<8 | p[e->big ? i : n-1-i];
	return x;
}

/* A field of the class's word size, by its offsets in both classes. */
static uint64_t field(const struct elf *e, const unsigned char *p, int at32,
	int at64)
{
	return e->bits == 64 ? get(e, p+at64, 8) : get(e, p+at32, 4);
}

static int read_at(const struct source *src, void *buf, size_t n, uint64_t at)
{
	if (src->memory) at += src->base;
	return pread(src->fd, buf, n, at) == (ssize_t)n ? 0 : -1;
}

static const char *read_headers(struct elf *e, const struct source *src)
{
	unsigned char h[64], *p;
	uint64_t at;
	size_t size;
	if (read_at(src, h, SELFMAG, 0) || memcmp(h, ELFMAG, SELFMAG))
		return "not an ELF file";
	if (read_at(src, h, 52, 0)) return "not a whole ELF file";
	if (h[EI_CLASS] != ELFCLASS32 && h[EI_CLASS] != ELFCLASS64)
		return "an ELF file of no known class";
	if (h[EI_DATA] != ELFDATA2LSB && h[EI_DATA] != ELFDATA2MSB)
		return "an ELF file of no known byte order";
	e->bits = h[EI_CLASS] == ELFCLASS64 ? 64 : 32;
	e->big = h[EI_DATA] == ELFDATA2MSB;
	if (e->bits > 8*(int)sizeof(uintptr_t))
		return "a 64-bit object, which takes a 64-bit sealmap";
	if (e->bits == 64 && read_at(src, h, 64, 0))
		return "not a whole ELF file";
	e->type = get(e, h+16, 2);
	e->machine = get(e, h+18, 2);
	at = field(e, h, 28, 32);
	size = get(e, h+(e->bits==64 ? 54 : 42), 2);
	e->phnum = get(e, h+(e->bits==64 ? 56 : 44), 2);
	if (e->type == ET_REL)
		return "an object file (.o), which is not loaded";
	if (e->type == ET_CORE) return "a core file";
	if (e->type != ET_EXEC && e->type != ET_DYN)
		return "neither a program nor a library";
	if (!e->phnum)
		return "an ELF file without program headers, which is not"
			" loaded";
	if (e->phnum == PN_XNUM || size < (e->bits==64 ? 56u : 32u))
		return "its program headers are damaged";
	p = grow(0, 0, e->phnum*size);
	if (read_at(src, p, e->phnum*size, at)) {
		free(p);
		return "its program headers are not all there";
	}
	e->phdr = grow(0, 0, e->phnum*sizeof *e->phdr);
	for (size_t i=0; i<e->phnum; i++) {
		const unsigned char *s = p + i*size;
		e->phdr[i] = (ElfW(Phdr)){
			.p_type = get(e, s, 4),
			.p_flags = get(e, s+(e->bits==64 ? 4 : 24), 4),
			.p_offset = field(e, s, 4, 8),
			.p_vaddr = field(e, s, 8, 16),
			.p_filesz = field(e, s, 16, 32),
			.p_memsz = field(e, s, 20, 40),
			.p_align = field(e, s, 28, 48),
		};
	}
	free(p);
	return 0;
}

/* Read the bytes at addresses v to v+n-1. Returns 0 if no segment has them in
 * the file. */
static int at_address(const struct elf *e, const struct source *src,
	uint64_t bias, void *buf, size_t n, uint64_t v)
{
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		uint64_t off = v - ph->p_vaddr;
		if (ph->p_type != PT_LOAD || off > ph->p_filesz
		    || n > ph->p_filesz-off)
			continue;
		if (src->memory)
			return pread(src->fd, buf, n, bias+v) == (ssize_t)n;
		return pread(src->fd, buf, n, ph->p_offset+off) == (ssize_t)n;
	}
	return 0;
}

/* Notes of the other byte order or class are rewritten in place to the host's
 * form for the loader's code. */

static size_t pad(size_t n, size_t a)
{
	return (n+a-1) & -a;
}

static void to_host(const struct elf *e, unsigned char *p, size_t words)
{
	for (; words--; p += 4) {
		uint32_t x = get(e, p, 4);
		memcpy(p, &x, sizeof x);
	}
}

/* Properties are padded to the class's word, so they can't be converted in
 * place. Only one of them matters here: write it first and clear the rest. */
static void rewrite_properties(const struct elf *e, unsigned char *p, size_t n)
{
	const uint32_t seal[2] = { 3, 0 };
	size_t at = 0, size;
	int found = 0;
	for (; n-at >= 8 && !found; at += 8+size) {
		size = pad(get(e, p+at+4, 4), e->bits/8);
		found = get(e, p+at, 4) == seal[0] && !size;
		if (size > n-at-8) break;
	}
	memset(p, 0, n);
	if (found) memcpy(p, seal, sizeof seal);
}

static void rewrite_notes(const struct elf *e, unsigned char *p, size_t n,
	size_t align)
{
	size_t at = 0;
	if (align != 8) align = 4;
	while (n-at >= 12) {
		uint64_t namesz, descsz, desc;
		unsigned char *t = p+at;
		to_host(e, t, 3);
		namesz = *(uint32_t *)(void *)t;
		descsz = *(uint32_t *)(void *)(t+4);
		desc = pad(12+namesz, align);
		if (desc > n-at || descsz > n-at-desc) return;
		if (namesz == 4 && !memcmp(t+12, "GNU", 4))
			rewrite_properties(e, t+desc, descsz);
		else if (namesz == sizeof SEAL_NOTE_OWNER
		    && !memcmp(t+12, SEAL_NOTE_OWNER, namesz))
			to_host(e, t+desc, descsz/4);
		if (pad(desc+descsz, align) >= n-at) return;
		at += pad(desc+descsz, align);
	}
}

static int foreign(const struct elf *e)
{
	static const uint16_t one = 1;
	return e->big == *(const unsigned char *)&one
		|| e->bits != 8*(int)sizeof(size_t);
}

/* Build an image of the object that has only its notes: the loader's code looks
 * for marks and exemptions in memory. */
static int read_notes(struct elf *e, const struct source *src, uint64_t bias,
	uint64_t page)
{
	static struct seal_mutable m;
	uint64_t start, end;
	unsigned char *image;
	elf_span(e, page, &start, &end);
	image = mmap(0, end-start, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE, -1, 0);
	if (image == MAP_FAILED) return -1;
	struct seal_object o = {
		.base = (uintptr_t)image-start, .phdr = e->phdr,
		.phnum = e->phnum, .phentsize = sizeof *e->phdr,
	};
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		unsigned char *p;
		if ((ph->p_type != PT_NOTE && ph->p_type != PT_GNU_PROPERTY)
		    || ph->p_filesz > MAX_NOTES
		    || ph->p_vaddr < start || ph->p_vaddr >= end
		    || ph->p_filesz > end-ph->p_vaddr)
			continue;
		p = image+(ph->p_vaddr-start);
		if (!at_address(e, src, bias, p, ph->p_filesz, ph->p_vaddr))
			continue;
		if (foreign(e)) rewrite_notes(e, p, ph->p_filesz, ph->p_align);
	}
	e->marked = __seal_marked(&o);
	e->bad_mutable = !!__seal_mutable(&m, &o, page);
	e->mutable = m.pages;
	for (size_t i=0; i<e->mutable.n; i++) {
		e->mutable.r[i].start -= o.base;
		e->mutable.r[i].end -= o.base;
	}
	munmap(image, end-start);
	return 0;
}

static char *string_at(const struct elf *e, const struct source *src,
	uint64_t bias, uint64_t v)
{
	char buf[MAX_NAME];
	size_t n = 0;
	while (n < sizeof buf && at_address(e, src, bias, buf+n, 1, v+n)
	    && buf[n])
		n++;
	return n && n < sizeof buf ? format("%.*s", (int)n, buf) : 0;
}

/* Read the dynamic section. Names are only read from files: in memory DT_STRTAB
 * may have been relocated in place (glibc does). */
static void read_dynamic(struct elf *e, const struct source *src, uint64_t bias,
	const ElfW(Phdr) *ph)
{
	size_t n = ph->p_filesz < MAX_DYNAMIC ? ph->p_filesz : MAX_DYNAMIC,
		w = e->bits/8, needed = 0;
	unsigned char *p = grow(0, 0, n+1);
	uint64_t strings = 0;
	if (!at_address(e, src, bias, p, n, ph->p_vaddr)) n = 0;
	for (size_t i=0; i+2*w <= n; i += 2*w)
		if (get(e, p+i, w) == DT_STRTAB) strings = get(e, p+i+w, w);
	for (size_t i=0; i+2*w <= n; i += 2*w) {
		uint64_t tag = get(e, p+i, w), value = get(e, p+i+w, w);
		if (!tag) break;
		if (tag == DT_TEXTREL
		    || (tag == DT_FLAGS && value & DF_TEXTREL))
			e->textrel = 1;
		if (tag == DT_FLAGS_1 && value & DF_1_PIE) e->pie = 1;
		if (tag == DT_NEEDED) e->needs = 1;
		if (src->memory) {
			if (tag == DT_DEBUG) e->debug = value;
			continue;
		}
		if (tag == DT_SONAME)
			e->soname = string_at(e, src, 0, strings+value);
		if (tag != DT_NEEDED) continue;
		e->needed = grow(e->needed, needed, sizeof *e->needed);
		e->needed[needed] = string_at(e, src, 0, strings+value);
		if (e->needed[needed]) needed++;
	}
	e->needed = grow(e->needed, needed, sizeof *e->needed);
	e->needed[needed] = 0;
	free(p);
}

int elf_span(const struct elf *e, uint64_t page, uint64_t *start, uint64_t *end)
{
	int any = 0;
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		struct seal_range r = __seal_round(ph->p_vaddr, ph->p_memsz,
			page);
		if (ph->p_type != PT_LOAD || r.start == r.end) continue;
		if (!any || r.start < *start) *start = r.start;
		if (!any || r.end > *end) *end = r.end;
		any = 1;
	}
	return any ? 0 : -1;
}

const char *elf_read(struct elf *e, const struct source *src, uint64_t page)
{
	const char *why;
	uint64_t start, end, bias = 0;
	memset(e, 0, sizeof *e);
	if ((why = read_headers(e, src))) return why;
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		struct seal_range r = __seal_round(ph->p_vaddr, ph->p_memsz,
			page);
		if (ph->p_type == PT_LOAD
		    && (ph->p_filesz > ph->p_memsz
		    || (ph->p_memsz && r.start == r.end)))
			return "its segments are damaged";
	}
	if (elf_span(e, page, &start, &end))
		return "an ELF file with nothing to load";
	if (src->memory) bias = src->base - start;
	if (read_notes(e, src, bias, page))
		return "an object that spans more than there is room for";
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		if (ph->p_type == PT_INTERP)
			e->interp = string_at(e, src, bias, ph->p_vaddr);
		if (ph->p_type == PT_DYNAMIC) read_dynamic(e, src, bias, ph);
	}
	return 0;
}

/* The pages that the loader write-protects: those of the last PT_GNU_RELRO. */
struct seal_range elf_relro(const struct elf *e, uint64_t bias, uint64_t page)
{
	struct seal_range r = { 0, 0 };
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		if (ph->p_type != PT_GNU_RELRO) continue;
		r = __seal_relro(ph, bias, page);
		if (r.start >= r.end) r = (struct seal_range){ 0, 0 };
	}
	return r;
}

/* The kind of the page at start: RELRO, else text, else data or bss, else
 * rodata, by all segments that share the page. */
enum kind elf_kind(const struct elf *e, const struct seal_range *relro,
	uint64_t bias, uint64_t start, uint64_t page)
{
	enum kind k = K_GAP;
	if (start >= relro->start && start < relro->end) return K_RELRO;
	for (size_t i=0; i<e->phnum; i++) {
		const ElfW(Phdr) *ph = e->phdr+i;
		uint64_t v = bias + ph->p_vaddr;
		struct seal_range r = __seal_round(v, ph->p_memsz, page);
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

const char *elf_machine(unsigned m)
{
	static const struct { unsigned m; const char *name; } t[] = {
		{ EM_386, "i386" }, { EM_X86_64, "x86_64" }, { EM_ARM, "arm" },
		{ EM_AARCH64, "aarch64" }, { EM_MIPS, "mips" },
		{ EM_PPC, "powerpc" },
		{ EM_PPC64, "powerpc64" }, { EM_S390, "s390x" },
		{ EM_RISCV, "riscv" },
		{ EM_LOONGARCH, "loongarch" }, { EM_68K, "m68k" },
		{ EM_SH, "sh" },
	};
	for (size_t i=0; i<sizeof t/sizeof *t; i++)
		if (t[i].m == m) return t[i].name;
	return "unknown machine";
}

int elf_foreign_static(const struct elf *e)
{
	return !e->interp && !e->marked && !e->needs
		&& (e->type == ET_EXEC || e->pie);
}

uint64_t elf_word(const struct elf *e, const unsigned char *p)
{
	return get(e, p, e->bits/8);
}

const char *elf_what(const struct elf *e)
{
	int dynamic = 0;
	for (size_t i=0; i<e->phnum; i++)
		dynamic |= e->phdr[i].p_type == PT_DYNAMIC;
	if (e->interp)
		return e->type == ET_EXEC ? "program"
			: "position-independent program";
	if (e->type == ET_EXEC) return "static program";
	if (e->pie) return "static-PIE program";
	return dynamic ? "library" : "object without a dynamic section";
}

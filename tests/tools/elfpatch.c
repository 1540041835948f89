/* elfpatch FILE WHAT [ARGUMENT...]: change an ELF file in place to one
 * that no linker makes. WHAT is one of:
 *
 *   unmark           change the type of the "musl-seal" note to an unknown one
 *   mark-value N     set the word of that note to N
 *   relro-size N     make PT_GNU_RELRO longer by N bytes (or shorter)
 *   relro-start N    move the start of PT_GNU_RELRO by N bytes, not its end
 *   relro-memsz N    make PT_GNU_RELRO N bytes long
 *   gnu-property     point a PT_GNU_PROPERTY (replacing PT_GNU_STACK) at the
 *                    note section that holds a GNU property
 *   segment TYPE OLD ADDRESS SIZE
 *                    replace the program header of type OLD by one of TYPE
 *   interp PATH      set another interpreter, no longer than the old one
 *   data-end N       extend the memory of the last segment to a multiple of N
 *   cut N            truncate to N bytes
 *   cut-in-text      truncate in the middle of the executable segment
 *   cut-in-data      truncate before the last page of the last segment's file
 *                    contents
 *   cut-after-data   truncate after them, and let the segment claim one byte
 *                    more
 *   bss-offset N     set the offset of the segment without file contents
 *   flags OLD NEW    set the flags of the first PT_LOAD that has OLD
 *   unreadable       make the first PT_LOAD, with the headers, unreadable
 *   local-symbol NAME
 *                    make a dynamic symbol local, its name out of bounds
 *   gnu-hash HOW     damage DT_GNU_HASH; only with "chained" symbols are found:
 *       stop         let the Bloom filter stop all names
 *       none         the same, and there are no buckets
 *       beyond       the same, and the buckets are behind the file's end
 *       empty        no bucket has a symbol, and the first symbol is number 0
 *       other        the hashes are those of other names
 *       moved        each bucket is two places before its own
 *       chained      every bucket has all symbols */

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned char *elf;
static size_t len;
static Elf64_Phdr *ph;
static int phnum;

static void die(const char *s)
{
	fprintf(stderr, "elfpatch: %s\n", s);
	exit(1);
}

/* An N-byte number of the file, in its byte order. */
static uint64_t get(const void *p, size_t n)
{
	const unsigned char *b = p;
	uint64_t v = 0;
	size_t i;
	for (i=0; i<n; i++)
		v |= (uint64_t)b[i] << 8*(elf[EI_DATA]==ELFDATA2MSB ? n-1-i
			: i);
	return v;
}

static void put(void *p, size_t n, uint64_t v)
{
	unsigned char *b = p;
	size_t i;
	for (i=0; i<n; i++)
		b[i] = v >> 8*(elf[EI_DATA]==ELFDATA2MSB ? n-1-i : i);
}

/* The program headers are converted to the host's form, and back. */
#define EACH_FIELD(F) F(p_type) F(p_flags) F(p_offset) F(p_vaddr) F(p_paddr) \
	F(p_filesz) F(p_memsz) F(p_align)
#define GET(f) if (elf32) ph[i].f = get(&h32[i].f, sizeof h32->f); \
	else ph[i].f = get(&h64[i].f, sizeof h64->f);
#define PUT(f) if (elf32) put(&h32[i].f, sizeof h32->f, ph[i].f); \
	else put(&h64[i].f, sizeof h64->f, ph[i].f);

static void copy_headers(int back)
{
	int i, elf32 = elf[EI_CLASS] == ELFCLASS32;
	Elf32_Ehdr *e32 = (void *)elf;
	Elf64_Ehdr *e64 = (void *)elf;
	size_t off = elf32 ? get(&e32->e_phoff, 4) : get(&e64->e_phoff, 8);
	Elf32_Phdr *h32 = (void *)(elf + off);
	Elf64_Phdr *h64 = (void *)(elf + off);
	phnum = elf32 ? get(&e32->e_phnum, 2) : get(&e64->e_phnum, 2);
	if (!back) ph = calloc(phnum, sizeof *ph);
	for (i=0; i<phnum; i++) {
		if (back) { EACH_FIELD(PUT) }
		else { EACH_FIELD(GET) }
	}
}

static Elf64_Phdr *find(unsigned type)
{
	int i;
	for (i=0; i<phnum; i++) if (ph[i].p_type == type) return ph+i;
	die("no such program header");
	return 0;
}

/* Notes are aligned to 4 or 8, so all start at a multiple of 4. */
static unsigned char *find_note(const char *owner, unsigned type)
{
	int i;
	size_t o, ol = strlen(owner)+1;
	for (i=0; i<phnum; i++) {
		if (ph[i].p_type != PT_NOTE) continue;
		for (o=0; o+12+ol <= ph[i].p_filesz; o+=4) {
			unsigned char *n = elf + ph[i].p_offset + o;
			if (get(n, 4)==ol && get(n+8, 4)==type
			    && !memcmp(n+12, owner, ol))
				return n;
		}
	}
	die("no such note");
	return 0;
}

static void relro(long size, long start)
{
	Elf64_Phdr *p = find(PT_GNU_RELRO);
	p->p_memsz += size - start;
	p->p_filesz += size - start;
	p->p_vaddr += start;
	p->p_paddr += start;
	p->p_offset += start;
}

static size_t cut_point(const char *what)
{
	size_t best = 0;
	int i;
	for (i=0; i<phnum; i++) {
		if (ph[i].p_type != PT_LOAD) continue;
		if (!strcmp(what, "cut-in-text")) {
			if (ph[i].p_flags & PF_X)
				return ph[i].p_offset + ph[i].p_filesz/2;
		} else if (ph[i].p_offset + ph[i].p_filesz - 1 > best) {
			best = ph[i].p_offset + ph[i].p_filesz - 1;
		}
	}
	return best & -4096;
}

static size_t cut_after_data(void)
{
	Elf64_Phdr *p = 0;
	size_t end;
	int i;
	for (i=0; i<phnum; i++)
		if (ph[i].p_type == PT_LOAD && ph[i].p_filesz
		    && (!p || ph[i].p_offset > p->p_offset))
			p = ph+i;
	if (!p) die("no segment");
	end = p->p_offset + p->p_filesz++;
	if (p->p_memsz < p->p_filesz) p->p_memsz = p->p_filesz;
	if (!(end & 4095)) die("the data ends with a page");
	return end;
}

static Elf64_Phdr *find_load(int flags, int empty)
{
	int i;
	for (i=0; i<phnum; i++)
		if (ph[i].p_type == PT_LOAD && (empty ? !ph[i].p_filesz
		    : ph[i].p_flags == (unsigned)flags))
			return ph+i;
	die("no such segment");
	return 0;
}

/* For 64-bit files only. .dynsym links to the table of names. */
static void local_symbol(const char *name)
{
	Elf64_Ehdr *eh = (void *)elf;
	Elf64_Shdr *sh = (void *)(elf + eh->e_shoff);
	int i;
	for (i=0; i<eh->e_shnum && sh[i].sh_type!=SHT_DYNSYM; i++);
	if (elf[EI_CLASS] != ELFCLASS64 || i == eh->e_shnum) die("no .dynsym");
	Elf64_Sym *sym = (void *)(elf + sh[i].sh_offset);
	const char *names = (char *)elf + sh[sh[i].sh_link].sh_offset;
	size_t n = sh[i].sh_size/sizeof *sym;
	for (; n && strcmp(names+sym->st_name, name); n--, sym++);
	if (!n) die("no such symbol");
	sym->st_info = STB_LOCAL<<4 | (sym->st_info & 15);
	sym->st_name = 0x7ffffff0;
}

/* The table at the address that the dynamic section has for a tag. */
static unsigned char *dynamic_table(unsigned tag)
{
	Elf64_Phdr *dyn = find(PT_DYNAMIC);
	size_t word = elf[EI_CLASS]==ELFCLASS32 ? 4 : 8, i;
	unsigned char *d = elf + dyn->p_offset;
	for (i=0; i<dyn->p_filesz && get(d, word)!=tag; i+=2*word, d+=2*word);
	if (i >= dyn->p_filesz) die("no such entry in the dynamic section");
	uint64_t addr = get(d+word, word);
	for (i=0; i<(size_t)phnum; i++)
		if (ph[i].p_type == PT_LOAD
		    && addr-ph[i].p_vaddr < ph[i].p_filesz)
			return elf + ph[i].p_offset + (addr-ph[i].p_vaddr);
	die("a table that is not in the file");
	return 0;
}

/* The header has the number of buckets, that of the first symbol, and how many
 * words the filter has. The filter, the buckets and the hashes follow. */
static void gnu_hash(const char *how)
{
	unsigned char *h = dynamic_table(DT_GNU_HASH);
	size_t word = elf[EI_CLASS]==ELFCLASS32 ? 4 : 8;
	size_t buckets = get(h, 4), first = get(h+4, 4), i, last = 0;
	size_t filter = get(h+8, 4)*word;
	unsigned char *b = h+16+filter, *chain = b+4*buckets;
	int none = !strcmp(how, "none"), beyond = !strcmp(how, "beyond");
	for (i=0; i<buckets; i++)
		if (get(b+4*i, 4) > last) last = get(b+4*i, 4);
	if (none || beyond || !strcmp(how, "stop")) {
		memset(h+16, 0, filter);
		if (none) put(h, 4, 0);
		if (beyond) for (i=0; i<buckets; i++) put(b+4*i, 4, 0x70000000);
	} else if (!strcmp(how, "empty")) {
		memset(b, 0, 4*buckets);
		put(h+4, 4, 0);
	} else if (!strcmp(how, "other")) {
		for (i=0; ; i++) {
			uint32_t hash = get(chain+4*i, 4);
			put(chain+4*i, 4, hash ^ 0x10);
			if (first+i >= last && (hash & 1)) break;
		}
	} else if (!strcmp(how, "chained")) {
		for (i=0; i<buckets; i++) put(b+4*i, 4, first);
		for (i=0; first+i < last; i++)
			put(chain+4*i, 4, get(chain+4*i, 4) & -2);
	} else if (!strcmp(how, "moved") && buckets > 2) {
		memmove(b, b+8, 4*(buckets-2));
		memset(b+4*(buckets-2), 0, 8);
	} else {
		die("unknown damage, or too few buckets");
	}
}

int main(int argc, char **argv)
{
	struct stat st;
	size_t cut = 0;
	const char *what;
	long n;
	int fd;

	if (argc < 3) die("usage: elfpatch FILE WHAT [BYTES]");
	what = argv[2];
	n = argc > 3 ? strtol(argv[3], 0, 0) : 0;
	fd = open(argv[1], O_RDWR);
	if (fd < 0 || fstat(fd, &st)) die(strerror(errno));
	len = st.st_size;
	elf = mmap(0, len, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
	if (elf == MAP_FAILED) die(strerror(errno));
	if (len < sizeof(Elf64_Ehdr) || memcmp(elf, ELFMAG, SELFMAG))
		die("no ELF file");
	copy_headers(0);

	if (!strcmp(what, "unmark")) {
		unsigned char *p = find_note("musl-seal", 1);
		put(p+8, 4, 0x7f);
	} else if (!strcmp(what, "mark-value")) {
		unsigned char *p = find_note("musl-seal", 1);
		put(p+24, 4, n);
	} else if (!strcmp(what, "relro-size")) {
		relro(n, 0);
	} else if (!strcmp(what, "relro-start")) {
		relro(0, n);
	} else if (!strcmp(what, "relro-memsz")) {
		find(PT_GNU_RELRO)->p_memsz = n;
	} else if (!strcmp(what, "gnu-property")) {
		unsigned char *p = find_note("GNU", 5);
		Elf64_Phdr *s = find(PT_GNU_STACK);
		int i;
		for (i=0; i<phnum; i++) {
			if (ph[i].p_type != PT_LOAD
			    || p < elf+ph[i].p_offset
			    || p >= elf+ph[i].p_offset+ph[i].p_filesz) continue;
			s->p_type = 0x6474e553;
			s->p_flags = PF_R;
			s->p_offset = p-elf;
			s->p_vaddr = s->p_paddr = ph[i].p_vaddr
				+ (p-elf - ph[i].p_offset);
			s->p_filesz = s->p_memsz = 16 + get(p+4, 4);
			s->p_align = 8;
		}
		if (s->p_type == PT_GNU_STACK) die("note is in no segment");
	} else if (!strcmp(what, "segment") && argc == 7) {
		Elf64_Phdr *p = find(strtoul(argv[4], 0, 0));
		p->p_type = n;
		p->p_offset = 0;
		p->p_vaddr = p->p_paddr = strtoul(argv[5], 0, 0);
		p->p_filesz = p->p_memsz = strtoul(argv[6], 0, 0);
	} else if (!strcmp(what, "interp") && argc > 3) {
		Elf64_Phdr *p = find(PT_INTERP);
		if (strlen(argv[3]) >= p->p_filesz) die("interpreter too long");
		strcpy((char *)elf + p->p_offset, argv[3]);
	} else if (!strcmp(what, "data-end")) {
		Elf64_Phdr *p = 0;
		int i;
		for (i=0; i<phnum; i++) if (ph[i].p_type == PT_LOAD) p = ph+i;
		if (!p) die("no segment");
		p->p_memsz += -(p->p_vaddr + p->p_memsz) & (n-1);
	} else if (!strcmp(what, "bss-offset")) {
		find_load(0, 1)->p_offset = n;
	} else if (!strcmp(what, "flags") && argc > 4) {
		find_load(n, 0)->p_flags = strtoul(argv[4], 0, 0);
	} else if (!strcmp(what, "unreadable")) {
		find(PT_LOAD)->p_flags &= ~PF_R;
	} else if (!strcmp(what, "local-symbol") && argc > 3) {
		local_symbol(argv[3]);
	} else if (!strcmp(what, "gnu-hash") && argc > 3) {
		gnu_hash(argv[3]);
	} else if (!strcmp(what, "cut")) {
		cut = n;
	} else if (!strcmp(what, "cut-after-data")) {
		cut = cut_after_data();
	} else if (!strncmp(what, "cut-in-", 7)) {
		cut = cut_point(what);
	} else {
		die("unknown operation");
	}
	copy_headers(1);
	munmap(elf, len);
	if (cut && (cut >= len || ftruncate(fd, cut))) die("cannot truncate");
	return 0;
}

#ifndef SEALMAP_H
#define SEALMAP_H

/* sealmap shows what of a process's address space is immutable. The parts:
 *
 *	proc.c		what /proc tells of a process
 *	elf.c		program headers, notes and names of an ELF object
 *	space.c		whose each mapping is, what of it the loader's policy
 *			names, who sealed it, or why nobody did
 *	file.c		the same for a file that nobody runs
 *	trace.c run.c attack.c	the process under ptrace
 *	table.c picture.c json.c svg.c	the ways to show it
 *
 * What the policy names is asked of the loader's own code, src/seal, which
 * the build compiles in. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "seal.h"

enum { R = 4, W = 2, X = 1 };

enum answer { NO, YES, UNKNOWN };

enum kind {
	K_TEXT, K_RODATA, K_RELRO, K_DATA, K_BSS, K_GAP,
	K_RECORDS,		/* the loader's, of what it loaded */
	K_VDSO, K_VVAR, K_HEAP, K_STACK, K_ANON, K_FILE, K_SHARED,
	K_KERNEL,		/* another mapping of the kernel's */
};

/* What --attack tries. */
enum attack { A_MUNMAP, A_MMAP, A_MREMAP, A_MPROTECT, A_MADVISE, ATTACKS };
#define NOT_TRIED (-1)

struct map {
	uint64_t start, end;
	uint64_t offset, inode;
	char dev[24];
	unsigned prot;		/* R W X */
	int shared;
	enum answer sealed;
	uint64_t written;	/* bytes of a private file mapping that are no longer the file's */
	char *name;		/* as in /proc/PID/maps; "" if it has none */
	int object;		/* index, or -1 */
	enum kind kind;
	int tail;		/* the rest of the mapping before, cut at an object's border */
	int wanted[SEAL_FULL+1];/* does the policy name it, at this level? */
	const char *by;		/* who sealed it, as far as that can be told; or 0 */
	const char *why;	/* why it isn't sealed; or 0 */
	int attack[ATTACKS];	/* an errno, 0 if it was done, or NOT_TRIED */
};

struct elf {
	int bits, big;		/* 32 or 64; big-endian? */
	unsigned type, machine;
	ElfW(Phdr) *phdr;	/* converted to the host's own form */
	size_t phnum;
	char *interp, *soname;	/* or 0 */
	char **needed;		/* ends with 0 */
	int marked, textrel, pie;
	int needs;		/* a library, at least one */
	uint64_t debug;		/* in memory: where struct r_debug is, for a debugger */
	struct seal_set mutable;/* pages that it says must stay mutable; no bias */
	int bad_mutable;	/* what it says of that is malformed, so it has none */
};

struct object {
	char *path;
	struct elf elf;
	uint64_t bias;
	uint64_t start, end;	/* the span of its segments */
	uint64_t inode;
	char dev[24];
	struct seal_range relro;
	struct seal_set set[SEAL_FULL+1];
	int uncertain;		/* set could not be told */
	int loader, exe;
};

struct space {
	pid_t pid;		/* 0 for a file */
	char *title;		/* command line, or the file */
	char *ended;		/* "exit status 3", or 0 if it lives */
	int killed;		/* by a signal */
	char kernel[80];
	struct map *maps;
	size_t n;
	struct object *objects;
	size_t nobjects;
	uint64_t page;
	int attacked;
	int by_kernel;		/* the kernel sealed stack or vvar */
	int by_loader;		/* something of an object is sealed */
	const char *blind;	/* why it can't be told what is sealed, or 0 */
};

/* Bytes, and how many mappings. */
struct amount { uint64_t bytes, sealed; size_t maps, maps_sealed; };
enum share { S_ALL, S_EXEC, S_READONLY, S_DATA, SHARES };
extern const char *const share_names[SHARES];
extern const char *const share_keys[SHARES];

struct options {
	int table, picture, json, check, attack;
	const char *svg, *output;
	enum seal_level level;
	int level_given;
	const char **allow;	/* globs of objects that --check passes over */
	size_t nallow;
	uint64_t page;		/* 0: the machine's */
	int colour, utf8;
	int width;		/* columns, 0 for no limit */
};
extern struct options opt;

/* The documented exit statuses. */
enum { EXIT_FINE, EXIT_UNSEALED, EXIT_USAGE, EXIT_UNKNOWN };

/* A line on standard error, and EXIT_UNKNOWN. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *grow(void *p, size_t n, size_t size);	/* room for one more element */
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* proc.c */
void proc_read(struct space *, pid_t tid);	/* dies with the reason if it can't */
char *proc_path(pid_t, const char *name);
char *proc_status(pid_t, const char *field);	/* of /proc/PID/status, or 0 */
ssize_t proc_mem(pid_t, void *, size_t, uint64_t addr);
uint64_t proc_auxv(pid_t, uint64_t type, int bits);

/* elf.c */
struct source {
	int fd;
	int memory;		/* fd is a /proc/PID/mem, not a file */
	uint64_t base;		/* there: where the ELF header is */
};
/* 0, or why it is not a program or library. */
const char *elf_read(struct elf *, const struct source *, uint64_t page);
/* Lowest and highest page boundary of the segments, and RELRO's whole pages. */
int elf_span(const struct elf *, uint64_t page, uint64_t *start, uint64_t *end);
struct seal_range elf_relro(const struct elf *, uint64_t bias, uint64_t page);
enum kind elf_kind(const struct elf *, const struct seal_range *relro,
	uint64_t bias, uint64_t start, uint64_t page);
const char *elf_machine(unsigned);
const char *elf_what(const struct elf *);
/* A static program that does not seal itself when it starts, being of another libc. */
int elf_foreign_static(const struct elf *);
uint64_t elf_word(const struct elf *, const unsigned char *);	/* of the class's size */

/* space.c */
void space_classify(struct space *);
struct map *space_add(struct space *);
void object_policy(struct object *, uint64_t page);
const char *object_name(const struct space *, const struct map *);
const char *kind_name(enum kind);
/* Mappings first .. result-1 are one object's, or alike and side by side. */
size_t region_end(const struct space *, size_t first);
const char *region_name(const struct space *, size_t first, size_t end);	/* a static buffer */
/* From here on a hole is drawn as one, not to scale. */
#define WIDE_GAP (1ull<<30)
enum column { C_EXEC, C_READONLY, C_WRITABLE, C_NONE, COLUMNS };
enum column column_of(const struct map *);
void space_shares(const struct space *, struct amount [SHARES]);
double percent(const struct amount *);
/* Wanted at this level, but not sealed. */
int missing(const struct space *, const struct map *, enum seal_level);
int allowed(const struct space *, const struct map *);
/* Sealed and read-only, but of a file: a discard brings the file's contents back. */
int discardable(const struct map *);

/* file.c */
void read_file(struct space *, const char *path);
void show_levels(FILE *, struct space *);	/* each level, side by side */
void at_level(struct space *, enum seal_level);	/* as if it had been loaded */

/* run.c: runs it, and reads the state that it ended with */
void run_program(struct space *, char **argv);

/* attack.c: fills in attack of each mapping. The tracee is stopped under ptrace. */
void attack_tracee(struct space *, pid_t tid);
void attack_process(struct space *);	/* the same, from outside */
void show_attacks(FILE *, const struct space *);
size_t attacks_won(const struct space *);	/* how many got through a seal */
const char *attack_result(int error);
extern const char *const attack_names[ATTACKS];

/* trace.c: system calls in another process, stopped under ptrace but not at
 * the entry of a call. */
struct tracee {
	pid_t tid;
	uint64_t insn;		/* an instruction that makes a system call */
	struct trace_regs *saved;
	uint64_t sigmask;
	int late;		/* a signal that came meanwhile */
	pid_t child;		/* of the last call, if it made one */
};
const char *trace_start(struct tracee *, pid_t, const struct space *);	/* 0, or why not */
/* The result or a negative errno; TRACE_DIED if the tracee did not survive it. */
long trace_call(struct tracee *, long nr, const uint64_t arg[6]);
#define TRACE_DIED (-100000)
void trace_end(struct tracee *);	/* as if nothing had been */
/* At the entry of a call: don't make it, and be as if before it. -1 if not possible. */
int trace_undo_call(pid_t);

/* text.c: all of these take any bytes and write valid text. */
void put_text(FILE *, const char *, int width);	/* terminal; cut to fit; padded if < 0 */
void put_json(FILE *, const char *);		/* with quotes; null for 0 */
void put_xml(FILE *, const char *, size_t max);	/* cut to fit */
size_t text_columns(const char *);
const char *size_text(uint64_t);		/* "136K"; a static buffer of several */
const char *prot_text(unsigned prot);

/* table.c, picture.c, json.c, svg.c */
void show_table(FILE *, const struct space *);
void show_shares(FILE *, const struct space *);
void show_picture(FILE *, const struct space *);
void show_json(FILE *, const struct space *);
void show_svg(FILE *, const struct space *);
const char *paint(const char *code);		/* an escape sequence, or "" */

#endif

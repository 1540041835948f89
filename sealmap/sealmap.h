#ifndef SEALMAP_H
#define SEALMAP_H

/* sealmap shows which parts of a process's address space are immutable. Its
 * files:
 *
 *	proc.c		reads /proc/PID
 *	elf.c		reads program headers, notes and names of an ELF object
 *	space.c		finds the object of each mapping, the ranges that the
 *			loader's policy seals, and who sealed each, or why not
 *	file.c		does the same for a file that is not running
 *	trace.c run.c attack.c	control the process by ptrace
 *	table.c picture.c json.c svg.c	write the output
 *
 * The policy is the loader's own code, src/seal, which the build compiles
 * in. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "seal.h"

enum { R = 4, W = 2, X = 1 };

enum answer { NO, YES, UNKNOWN };

enum kind {
	K_TEXT, K_RODATA, K_RELRO, K_DATA, K_BSS, K_GAP,
	K_RECORDS,		/* the loader's list of objects */
	K_VDSO, K_VVAR, K_HEAP, K_STACK, K_ANON, K_FILE, K_SHARED,
	K_KERNEL,		/* any other mapping of the kernel */
};

/* The calls that --attack tries. */
enum attack { A_MUNMAP, A_MMAP, A_MREMAP, A_MPROTECT, A_MADVISE, ATTACKS };
#define NOT_TRIED (-1)

struct map {
	uint64_t start, end;
	uint64_t offset, inode;
	char dev[24];
	unsigned prot;		/* R W X */
	int shared;
	enum answer sealed;
	/* bytes of a private file mapping that the file no longer backs */
	uint64_t written;
	char *name;		/* as in /proc/PID/maps; "" if it has none */
	int object;		/* index into objects, or -1 */
	enum kind kind;
	/* rest of the previous mapping, cut at an object's border */
	int tail;
	int wanted[SEAL_FULL+1];/* does the policy seal it at this level? */
	const char *by;		/* who probably sealed it, or 0 */
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
	uint64_t debug;		/* in memory: address of struct r_debug */
	struct seal_set mutable;/* pages exempted from sealing; no bias */
	int bad_mutable;	/* its exemptions are malformed and ignored */
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
	int uncertain;		/* set could not be computed */
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
	int by_loader;		/* part of an object is sealed */
	const char *blind;	/* why the seals are unknown, or 0 */
};

/* Bytes and number of mappings. */
struct amount { uint64_t bytes, sealed; size_t maps, maps_sealed; };
enum share { S_ALL, S_EXEC, S_READONLY, S_DATA, SHARES };
extern const char *const share_names[SHARES];
extern const char *const share_keys[SHARES];

struct options {
	int table, picture, json, check, attack;
	const char *svg, *output;
	enum seal_level level;
	int level_given;
	const char **allow;	/* globs of objects that --check ignores */
	size_t nallow;
	uint64_t page;		/* 0: the machine's */
	int colour, utf8;
	int width;		/* columns, 0 for no limit */
};
extern struct options opt;

/* The documented exit statuses. */
enum { EXIT_FINE, EXIT_UNSEALED, EXIT_USAGE, EXIT_UNKNOWN };

/* Print a line on standard error and exit with EXIT_UNKNOWN. */
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void warn(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void *grow(void *p, size_t n, size_t size);	/* room for one more element */
char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* proc.c */
void proc_read(struct space *, pid_t tid);	/* dies if it can't */
char *proc_path(pid_t, const char *name);
/* from /proc/PID/status, or 0 */
char *proc_status(pid_t, const char *field);
ssize_t proc_mem(pid_t, void *, size_t, uint64_t addr);
uint64_t proc_auxv(pid_t, uint64_t type, int bits);

/* elf.c */
struct source {
	int fd;
	int memory;		/* fd is a /proc/PID/mem, not a file */
	uint64_t base;		/* address of the ELF header there */
};
/* Returns 0, or the reason why it is no program or library. */
const char *elf_read(struct elf *, const struct source *, uint64_t page);
/* The pages that the segments span, and the whole pages of RELRO. */
int elf_span(const struct elf *, uint64_t page, uint64_t *start, uint64_t *end);
struct seal_range elf_relro(const struct elf *, uint64_t bias, uint64_t page);
enum kind elf_kind(const struct elf *, const struct seal_range *relro,
	uint64_t bias, uint64_t start, uint64_t page);
const char *elf_machine(unsigned);
const char *elf_what(const struct elf *);
/* Is it a static program of another libc, which can't seal itself at
 * startup? */
int elf_foreign_static(const struct elf *);
/* of the class's size */
uint64_t elf_word(const struct elf *, const unsigned char *);

/* space.c */
void space_classify(struct space *);
struct map *space_add(struct space *);
void object_policy(struct object *, uint64_t page);
const char *object_name(const struct space *, const struct map *);
const char *kind_name(enum kind);
/* Mappings first to result-1 are of one object, or alike and adjacent. */
size_t region_end(const struct space *, size_t first);
/* a static buffer */
const char *region_name(const struct space *, size_t first, size_t end);
/* A hole of at least this size is not drawn to scale. */
#define WIDE_GAP (1ull<<30)
enum column { C_EXEC, C_READONLY, C_WRITABLE, C_NONE, COLUMNS };
enum column column_of(const struct map *);
void space_shares(const struct space *, struct amount [SHARES]);
double percent(const struct amount *);
/* Does this level seal it, though it is not sealed? */
int missing(const struct space *, const struct map *, enum seal_level);
int allowed(const struct space *, const struct map *);
/* Sealed, read-only and backed by a file: MADV_DONTNEED restores the file's
 * contents. */
int discardable(const struct map *);

/* file.c */
void read_file(struct space *, const char *path);
void show_levels(FILE *, struct space *);	/* all levels, side by side */
/* as the loader would seal it */
void at_level(struct space *, enum seal_level);

/* run.c: runs a program and reads its state at exit */
void run_program(struct space *, char **argv);

/* attack.c: sets attack[] of each mapping. The tracee is stopped under
 * ptrace. */
void attack_tracee(struct space *, pid_t tid);
void attack_process(struct space *);	/* attaches to it first */
void show_attacks(FILE *, const struct space *);
/* attacks that changed a sealed mapping */
size_t attacks_won(const struct space *);
const char *attack_result(int error);
extern const char *const attack_names[ATTACKS];

/* trace.c: makes system calls in another process, which is stopped under ptrace
 * but not at the entry of a call. */
struct tracee {
	pid_t tid;
	uint64_t insn;		/* an instruction that makes a system call */
	struct trace_regs *saved;
	uint64_t sigmask;
	int late;		/* a signal that arrived meanwhile */
	pid_t child;		/* created by the last call, or 0 */
};
/* 0 or an error */
const char *trace_start(struct tracee *, pid_t, const struct space *);
/* Returns the result or a negative errno; TRACE_DIED if the tracee died. */
long trace_call(struct tracee *, long nr, const uint64_t arg[6]);
#define TRACE_DIED (-100000)
void trace_end(struct tracee *);	/* restores registers and signal mask */
/* At the entry of a call: cancel it and go back to before it. Returns -1 if
 * that is not possible. */
int trace_undo_call(pid_t);

/* text.c: these accept any bytes and write valid text. */
/* for a terminal; cut to |width|, padded if it is negative */
void put_text(FILE *, const char *, int width);
void put_json(FILE *, const char *);		/* with quotes; null for 0 */
void put_xml(FILE *, const char *, size_t max);	/* cut to max */
size_t text_columns(const char *);
/* "136K"; a static buffer of several */
const char *size_text(uint64_t);
const char *prot_text(unsigned prot);

/* table.c, picture.c, json.c, svg.c */
void show_table(FILE *, const struct space *);
void show_shares(FILE *, const struct space *);
void show_picture(FILE *, const struct space *);
void show_json(FILE *, const struct space *);
void show_svg(FILE *, const struct space *);
const char *paint(const char *code);		/* an escape sequence, or "" */

#endif

#ifndef SEALMAP_H
#define SEALMAP_H

/* sealmap shows which parts of a process's address space are immutable. Its
 * files, from the bottom up. Each uses files above it in this list only; make
 * lint would find a circle.
 *
 *	util.c		messages and memory			(sealmark too)
 *	elfio.c		ELF headers and notes			(sealmark too)
 *	text.c		names, sizes and colours as text
 *	space.c		the mappings, and sums over them
 *	object.c	reads an ELF object; the pages of it that the loader
 *			seals
 *	proc.c		reads /proc/PID
 *	classify.c	finds the object of each mapping, and who sealed it or
 *			why not
 *	check.c		compares them with a level
 *	file.c		does the same for a file that is not running
 *	files.c		does the same for all files of a directory
 *	system.c	shows many processes, a line each
 *	trace.c		makes system calls in another process
 *	attack.c	tries calls on copies of a process
 *	audit.c		names the calls that seals made fail
 *	run.c		runs a program up to its end
 *	table.c picture.c json.c svg.c	write the output
 *	main.c		options
 *
 * object.c gets the policy from the loader's own code, src/seal, which the
 * build compiles in. */

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include "seal.h"
#include "elfio.h"
#include "util.h"

/* Not in every system's sys/syscall.h, which a file may include after this. */
#define NR_MSEAL (SYS_pidfd_send_signal-424+462)

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
	int key;		/* its protection key; 0 if it has none */
	enum answer sealed;
	/* the kernel's VM_MAYWRITE: /proc/PID/mem and ptrace can write to it,
	 * even if it is read-only */
	enum answer may_write;
	/* bytes of a private file mapping that the file no longer backs */
	uint64_t written;
	char *name;		/* as in /proc/PID/maps; "" if it has none */
	int object;		/* index into objects, or -1 */
	enum kind kind;
	/* rest of the previous mapping, cut at an object's border */
	int tail;
	int wanted[SEAL_HARD+1];/* does the policy seal it at this level? */
	const char *by;		/* who probably sealed it, or 0 */
	const char *why;	/* why it isn't sealed; or 0 */
	int attack[ATTACKS];	/* an errno, 0 if it was done, or NOT_TRIED */
};

struct object {
	char *path;
	struct elf_form form;
	unsigned type, machine;
	ElfW(Phdr) *phdr;	/* converted to the host's own form */
	size_t phnum;
	char *interp;		/* or 0 */
	char **needed;		/* ends with 0 */
	int marked, textrel, pie;
	int off;		/* seal nothing, if it is the program */
	int soft;		/* not for level hard */
	int now;		/* its symbols are resolved at start */
	int needs;		/* a library, at least one */
	uint64_t debug;		/* in memory: address of struct r_debug */
	unsigned char *image;	/* its notes, for the loader's code */
	uint64_t bias;
	uint64_t start, end;	/* the span of its segments */
	uint64_t inode;
	char dev[24];
	struct seal_range relro;	/* empty if it is not valid */
	struct seal_set set[SEAL_HARD+1];
	int uncertain;		/* set could not be computed */
	int bad_relro;
	int bad_mutable;	/* its exemptions are malformed and ignored */
	int exempts;		/* some of its pages */
	/* those that the level would seal otherwise */
	struct seal_set exempt[SEAL_HARD+1];
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
	int hard;		/* the program's code is out of reach */
	uint64_t vdso;		/* its address, or 0 */
	const char *blind;	/* why the seals are unknown, or 0 */
	enum seal_level level;	/* of a file: the level that is shown */
};

/* Bytes and number of mappings. */
struct amount { uint64_t bytes, sealed; size_t maps, maps_sealed; };
enum share { S_ALL, S_EXEC, S_READONLY, S_DATA, S_FORCE, SHARES };
extern const char *const share_names[SHARES];
extern const char *const share_keys[SHARES];

/* Where text goes, and how it may look. */
struct out {
	FILE *f;
	int colour, utf8;
	int width;		/* columns, 0 for no limit */
};

/* The documented exit statuses. */
enum { EXIT_FINE, EXIT_UNSEALED, EXIT_USAGE, EXIT_UNKNOWN };

/* text.c: these accept any bytes and write valid text. */
/* for a terminal; cut to |width|, padded if it is negative */
void put_text(const struct out *, const char *, int width);
void put_json(FILE *, const char *);		/* with quotes; null for 0 */
void put_xml(FILE *, const char *, size_t max);	/* cut to max */
size_t text_columns(const char *);
/* "136K"; a static buffer of several */
const char *size_text(uint64_t);
const char *prot_text(unsigned prot);
/* an escape sequence, or "" */
const char *paint(const struct out *, const char *code);

/* space.c */
struct map *space_add(struct space *);
void space_free(struct space *);
struct map *space_at(const struct space *, uint64_t addr);	/* or 0 */
const char *object_name(const struct space *, const struct map *);
const char *kind_name(enum kind);
/* the names of a set of kinds; a static buffer */
const char *kinds_text(unsigned kinds, const char *between);
const char *level_name(enum seal_level);
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
/* Sealed, read-only and backed by a file: MADV_DONTNEED restores the file's
 * contents. */
int discardable(const struct map *);
/* Sealed, and not written to even by force: by /proc/PID/mem, ptrace or
 * userfaultfd. */
int out_of_reach(const struct map *);
/* Must it be so at level hard, and is not? */
int in_reach(const struct map *, enum seal_level);

/* object.c */
struct source {
	int fd;
	int memory;		/* fd is a /proc/PID/mem, not a file */
	uint64_t base;		/* where its header is in memory, or 0 */
};
/* Returns 0, or the reason why it is no program or library. Follow it by
 * object_policy, which computes the sets, or by object_drop_image. */
const char *object_read(struct object *, const struct source *, uint64_t page);
void object_policy(struct object *, uint64_t page);
void object_drop_image(struct object *);
void object_free(struct object *);	/* all but its path */
enum kind object_kind(const struct object *, uint64_t start, uint64_t page);
const char *object_machine(const struct object *);
const char *object_sort(const struct object *);
int object_static(const struct object *);	/* a static program? */
/* Is it a static program of another libc, which can't seal itself at
 * startup? */
int object_foreign_static(const struct object *);
/* of the class's size */
uint64_t object_word(const struct object *, const unsigned char *);

/* proc.c */
void proc_read(struct space *, pid_t tid);	/* dies if it can't */
/* Returns 0, or the reason why it can't, in memory from malloc. */
char *proc_try(struct space *, pid_t tid);
char *proc_path(pid_t, const char *name);
/* from /proc/PID/status, or 0 */
char *proc_status(pid_t, const char *field);
ssize_t proc_mem(pid_t, void *, size_t, uint64_t addr);
uint64_t proc_auxv(pid_t, uint64_t type, int bits);

/* classify.c */
void space_classify(struct space *);

/* check.c */
struct check {
	enum seal_level level;
	const char **allow;	/* globs of objects to pass over */
	size_t nallow;
	int no_exempt;		/* exemptions count */
	const char *who;	/* begins each line */
};
/* Print each violation of the policy on standard error. Returns 1 if there are
 * any. A program that writes to sealed read-only pages is killed by that, so a
 * signal counts as well. */
int check_space(const struct check *, const struct space *);
/* The bytes of an object that are not sealed because it exempts them, and the
 * set of their kinds. */
uint64_t exempt_bytes(const struct space *, size_t object, enum seal_level,
	unsigned *kinds);

/* system.c */
struct process;
struct system {
	const struct check *check;	/* or 0 */
	struct process *p;
	size_t n;
	size_t unreadable;
	size_t failed;		/* the check */
	const char *blind;	/* why the seals are unknown, or 0 */
	char kernel[80];
};

/* All processes, or those that a shell pattern names. Each is checked when it
 * is read. */
void system_read(struct system *, char *const *patterns);
void system_add(struct system *, pid_t);	/* dies if it can't */
int system_order(const char *);			/* 0, or -1 */
void show_system(const struct out *, struct system *, int json);

/* file.c */
/* page 0: of the machine that the file is for */
void read_file(struct space *, const char *path, uint64_t page);
/* Returns 0, or the reason why it can't, in memory from malloc. */
char *file_try(struct space *, const char *path, uint64_t page);
/* all levels, side by side */
void show_levels(const struct out *, struct space *);
/* as the loader would seal it */
void at_level(struct space *, enum seal_level);

/* files.c */
size_t files_read(char *const *paths);	/* returns their number */
void show_files(const struct out *, int json);

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

/* attack.c: sets attack[] of each mapping. The tracee is stopped under
 * ptrace. */
void attack_tracee(struct space *, pid_t tid);
void attack_process(struct space *);	/* attaches to it first */
void show_attacks(const struct out *, const struct space *);
/* attacks that changed a sealed mapping */
size_t attacks_won(const struct space *);
const char *attack_result(int error);
extern const char *const attack_names[ATTACKS];

/* audit.c: for a program under ptrace, with its children and threads. Each
 * place where a call is refused because of a seal is a line on standard
 * error. */
struct audit;
struct audit *audit_new(void);
/* the thread stops at the entry or the end of a call */
void audit_stop(struct audit *, pid_t tid);
void audit_exec(struct audit *);	/* the mappings are others now */
/* Prints the number of calls. Returns 1 if there were any. */
int audit_end(const struct audit *);

/* run.c: runs a program and reads its state at exit. */
struct run_options {
	int attack;		/* attack it there */
	int quiet;		/* its output goes to standard error */
	struct audit *audit;	/* or 0 */
};
void run_program(struct space *, char **argv, const struct run_options *);

/* table.c, picture.c, json.c, svg.c */
void show_table(const struct out *, const struct space *);
void show_shares(const struct out *, const struct space *);
void show_picture(const struct out *, const struct space *);
void show_json(FILE *, const struct space *);
void show_svg(FILE *, const struct space *);

#endif

/* Shared by the suites of loader cases. */

#include "harness.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef PR_GET_MDWE
#define PR_GET_MDWE 66
#endif

static inline const char *up(const char *name)
{
	const char *dir = getenv("UPSTREAM_OBJ");
	if (!dir) skip_case("no UPSTREAM_OBJ: cases were not built with "
		"unmodified musl");
	return fmt("%s/%s", dir, name);
}

/* Level hard says so, once, if it refuses new code. */
static const char hard_refusal[] = "ld.so: level hard: new executable memory is"
	" refused (LD_SEAL=full permits it)\n";

static inline void want_clean_but_refusal(struct result *r)
{
	if (strcmp(r->err, hard_refusal)) want_clean(r);
	else want_status(r, 0);
}

/* Run a case under a level of LD_SEAL, with its comparison and all attacks. It
 * must succeed and print no errors. */
static inline struct result *level(const char *lv, const char *prog,
	const char *arg)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", lv),
		fmt("CHECK_LEVEL=%s", lv)), prog, arg);
	want_clean_but_refusal(r);
	want_out(r, "check: ");
	return r;
}

/* 0 if the words ask for level hard, which nothing emulates, which a part of
 * the fork without the group hard has not (NO_HARD), and which lacks a part
 * where the kernel has no PR_SET_MDWE (before Linux 6.3). */
static inline int offered(const char *words)
{
	static int said;
	if (strncmp(words, "hard", 4)) return 1;
	if (emulated || getenv("NO_HARD")) return 0;
	if (prctl(PR_GET_MDWE, 0, 0, 0, 0) >= 0) return 1;
	if (!said++) fprintf(stderr, "  note: this kernel has no PR_SET_MDWE:"
		" no case runs under level hard\n");
	return 0;
}

/* Read at most max program headers of a case, of 64 bits. */
static inline int program_headers(const char *prog, Elf64_Phdr *ph, int max)
{
	Elf64_Ehdr eh;
	int fd = open(built(prog), O_RDONLY), n = 0;
	if (read(fd, &eh, sizeof eh) == sizeof eh
	    && eh.e_ident[EI_CLASS] == ELFCLASS64)
		n = eh.e_phnum < max ? eh.e_phnum : max;
	if (n && pread(fd, ph, n*sizeof *ph, eh.e_phoff)
	    != (ssize_t)(n*sizeof *ph)) n = 0;
	close(fd);
	return n;
}

/* It is for dynamic programs. */
static inline int can_be_hard(const char *prog)
{
	Elf64_Phdr ph[32];
	int n = offered("hard") ? program_headers(prog, ph, 32) : 0;
	for (int i=0; i<n; i++) if (ph[i].p_type == PT_INTERP) return 1;
	return 0;
}

/* All but hard: for cases in which a library waits for symbols. */
static inline void soft_levels(const char *prog, const char *arg)
{
	need_mseal();
	level("off", prog, arg);
	level("on", prog, arg);
	level("full", prog, arg);
}

static inline void all_levels_arg(const char *prog, const char *arg)
{
	soft_levels(prog, arg);
	if (can_be_hard(prog)) level("hard", prog, arg);
}

static inline void all_levels(const char *prog)
{
	all_levels_arg(prog, 0);
}

#define SOFT_LEVELS_CASE(name, prog) \
static void name(void **state) { (void)state; soft_levels(prog, 0); }

#define LEVELS_CASE(name, prog) \
static void name(void **state) { (void)state; all_levels(prog); }

/* The path of sealmark. */
static inline const char *sealmark(void)
{
	const char *s = getenv("SEALMARK");
	if (!s || access(s, X_OK)) fail_msg("no %s: tests/run-all builds it",
		s ? s : "sealmark");
	return s;
}

/* Copy to a new, executable file. */
static inline int copy_file(const char *from, const char *to)
{
	char buf[65536];
	ssize_t n;
	int in = open(from, O_RDONLY), out;
	unlink(to);
	out = open(to, O_WRONLY|O_CREAT|O_EXCL, 0755);
	if (in < 0 || out < 0) return -1;
	while ((n = read(in, buf, sizeof buf)) > 0)
		if (write(out, buf, n) != n) return -1;
	close(in);
	return close(out);
}

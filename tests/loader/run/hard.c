/* Level hard and the flag nocode: each attack of tests/loader/hard has to
 * succeed at the level below the one that closes it, and be refused there. */

#include "suite.h"

static void want_outcome(const char *words, const char *prog,
	const char *attack, const char *outcome)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words)), prog, attack);
	if (r->status == 77) skip_case("%s", r->out);
	want_clean_but_refusal(r);
	if (strncmp(r->out, outcome, strlen(outcome)))
		wanted(r, "%s of %s at %s: %s", attack, prog, words, outcome);
}

/* By dlseal, as below. */
static void closed_by_dlseal(const char *words, const char *attack)
{
	need_mseal();
	want_outcome(words, "hard/attack-dlopen", attack, "succeeded");
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words)),
		"hard/attack-dlopen", attack, "dlseal");
	want_status(r, 0);
	if (strncmp(r->out, "refused", 7)) wanted(r, "refused after dlseal");
}

static void dlseal_records(void **state)
{
	(void)state;
	closed_by_dlseal("hard", "records");
}

static void dlseal_nocode(void **state)
{
	(void)state;
	closed_by_dlseal("hard,nocode", "memfd");
	closed_by_dlseal("on,nocode", "memfd");
}

static void closed_by(const char *below, const char *words, const char *prog,
	const char *attack)
{
	need_mseal();
	want_outcome(below, prog, attack, "succeeded");
	want_outcome(words, prog, attack, "refused");
}

/* A copy of a case, in a directory of its own. */
static const char *copied(const char *name)
{
	const char *to = built(fmt("hard/soft/%s", name));
	mkdir(built("hard/soft"), 0755);
	if (copy_file(built(fmt("hard/%s", name)), to))
		fail_msg("cannot copy %s", to);
	return to;
}

static void not_hard(const char *file)
{
	want_status(RUN(NOENV, sealmark(), "--not-hard", file), 0);
}

/* A file forbids the level: it is full, a line says so, and strict does not
 * start. With noexempt the file is not asked. */
static void want_softer(const char *prog, const char *attack, const char *file)
{
	const char *line = fmt("%s: warning: its file forbids level hard; it"
		" is full instead\n", file);
	struct result *r = RUN(ENV("LD_SEAL=hard"), prog, attack);
	want_status(r, 0);
	want_out(r, "succeeded");
	want_one_err_line(r);
	want_err(r, line);
	want_err(RUN(ENV("LD_SEAL=hard,report"), prog, attack), line);
	r = RUN(ENV("LD_SEAL=hard,strict"), prog, attack);
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, fmt("%s: cannot seal: its file forbids level hard (strict)",
		file));
	want_outcome("hard,noexempt", prog, attack, "refused");
	want_clean(RUN(ENV("LD_SEAL=full,strict"), prog, attack));
}

static void forbidden_by_program(void **state)
{
	(void)state;
	need_mseal();
	const char *prog = copied("attack-plain");
	want_outcome("hard", prog, "jit", "refused");
	not_hard(prog);
	want_softer(prog, "jit", prog);
	want_softer(prog, "poke", prog);
	want_softer(prog, "stack_replaced", prog);
}

/* A library forbids the level. The text of the second one is relocated, and
 * level hard makes it executable late: so must the loader without that level. */
static void forbidden_by_library(void **state)
{
	static const char *const name[][2] = { { "attack", "libhard.so" },
		{ "attack-textrel", "libtextrel.so" } };
	(void)state;
	need_mseal();
	for (size_t i=0; i<2; i++) {
		const char *prog = copied(name[i][0]), *lib = copied(name[i][1]);
		want_outcome("hard", prog, "jit", "refused");
		not_hard(lib);
		want_softer(prog, "jit", lib);
		want_softer(prog, "stack_exec", lib);
	}
}

/* The rest of the process is hard already. */
static void forbidden_by_opened(void **state)
{
	static const char *const words[] = { "hard", "hard,strict" };
	(void)state;
	need_mseal();
	const char *prog = copied("attack-dlopen"), *lib = copied("libhard.so");
	want_outcome("hard", prog, "library", "refused");
	not_hard(lib);
	for (size_t i=0; i<2; i++) {
		struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words[i])), prog,
			"library");
		want_status(r, 1);
		want_out(r, fmt("Error sealing %s: its file forbids level hard",
			lib));
	}
	want_outcome("full", prog, "library", "succeeded");
	want_outcome("hard,noexempt", prog, "library", "refused");
}

/* Pages that a file exempts stay private, unless the policy ignores that. */
static void exempt_text(void **state)
{
	(void)state;
	const char *p = built("hard/attack-exempt");
	if (copy_file(built("hard/attack-plain"), p))
		fail_msg("cannot copy %s", p);
	want_status(RUN(NOENV, sealmark(), "--exempt", p), 0);
	closed_by("hard", "hard,noexempt", p, "text");
}

#define ATTACK(name, below, words, prog, attack) \
static void name(void **state) \
{ \
	(void)state; \
	closed_by(below, words, "hard/" prog, attack); \
}
#define HARD(name) ATTACK(name, "full", "hard", "attack", #name)
HARD(text)
HARD(library)
HARD(libc)
HARD(vdso)
HARD(relro)
HARD(poke)
HARD(stack_exec)
HARD(stack_replaced)
HARD(thread_stack_exec)
HARD(thread_stack_replaced)
HARD(ended_stack_replaced)
HARD(jit)
HARD(jit_in_child)
HARD(writable_code)
ATTACK(uffd, "full", "hard", "attack-dlopen", "uffd")
ATTACK(opened_library, "full", "hard", "attack-dlopen", "library")
ATTACK(relocated_text, "full", "hard", "attack-textrel", "library")
/* As long as dlopen is possible they are guarded as at the other levels. */
ATTACK(records, "full", "hard", "attack", "records")
ATTACK(guarded_records, "hard,dlopen", "hard", "attack", "records")
ATTACK(memfd, "hard", "hard,nocode", "attack", "memfd")
ATTACK(shm, "hard", "hard,nocode", "attack", "shm")
ATTACK(personality, "hard", "hard,nocode", "attack", "personality")

/* process_vm_writev goes by the protection. */
static void vm_writev(void **state)
{
	(void)state;
	want_outcome("full", "hard/attack", "writev", "refused");
	want_outcome("hard", "hard/attack", "writev", "refused");
}

static void harmless(void **state)
{
	(void)state;
	want_outcome("hard", "hard/attack", "harmless", "succeeded");
	want_outcome("hard,nocode", "hard/attack", "harmless", "succeeded");
	want_outcome("hard,strict", "hard/attack", "harmless", "succeeded");
	want_outcome("on,nocode", "hard/attack", "harmless", "succeeded");
}

/* What the kernel, or a filter, does not allow is said, and strict does not
 * start without it. */
static void missing(void **state)
{
	static const struct { const char *deny, *flags, *line; } t[] = {
		{ "mseal=EPERM", "", ": mseal is not permitted; nothing is" },
		{ "mseal=ENOSYS", "", ": the kernel has no mseal; nothing is" },
		{ "memfd_create=EACCES", "", "[vdso]: warning: a part of level"
			" hard is missing: its text can be written to by" },
		{ "memfd_create=EACCES", "", "/attack-plain: warning: a part of"
			" level hard is missing: no memfd for relocated pages" },
		{ "prctl=22", "", "missing: no PR_SET_MDWE: new code can be" },
		{ "open=EACCES", "", "[stack]: warning: a part of level hard is"
			" missing: without /proc it can't be found" },
		{ "seccomp=EPERM", ",nocode", "missing: no filter against new"
			" code (nocode)" },
	};
	const char *prog = built("hard/attack-plain");
	(void)state;
	need_mseal();
	for (size_t i=0; i<sizeof t/sizeof *t; i++) {
		struct result *r = RUN(ENV(fmt("LD_SEAL=hard%s", t[i].flags)),
			"../deny", t[i].deny, prog, "harmless");
		if (r->status == 98) skip_case("%s", r->err);
		want_status(r, 0);
		want_err(r, t[i].line);
		r = RUN(ENV(fmt("LD_SEAL=hard,strict%s", t[i].flags)),
			"../deny", t[i].deny, prog, "harmless");
		want_status(r, 127);
		want_one_err_line(r);
		want_err(r, "(strict)");
		want_no_out(r, "succeeded");
	}
}

/* A write beyond the limit would end the process by a signal. */
static void file_size_limit(void **state)
{
	const char *prog = built("hard/attack");
	(void)state;
	need_mseal();
	struct result *r = RUN(ENV("LD_SEAL=hard"), "/bin/sh", "-c",
		"ulimit -f 0; exec \"$0\" harmless", prog);
	want_status(r, 0);
	want_err(r, "RLIMIT_FSIZE has no room for relocated pages");
	r = RUN(ENV("LD_SEAL=hard,strict"), "/bin/sh", "-c",
		"ulimit -f 0; exec \"$0\" harmless", prog);
	want_status(r, 127);
}

/* It is no riddle why a JIT fails. */
static void refusal_is_said(void **state)
{
	(void)state;
	need_mseal();
	struct result *r = RUN(ENV("LD_SEAL=hard"), "hard/attack", "jit");
	want_one_err_line(r);
	want_err(r, hard_refusal);
}

static void executable_stack(void **state)
{
	(void)state;
	need_mseal();
	struct result *r = RUN(ENV("LD_SEAL=hard"), "hard/attack-execstack",
		"harmless");
	want_status(r, 0);
	want_one_err_line(r);
	want_err(r, "[stack]: warning: a part of level hard is missing: the"
		" program wants it executable");
	r = RUN(ENV("LD_SEAL=hard,strict"), "hard/attack-execstack",
		"harmless");
	want_status(r, 127);
	want_one_err_line(r);
}

/* With neither /proc nor the files, text is copied: it is out of reach too. */
static void without_files(void **state)
{
	(void)state;
	need_mseal();
	struct result *r = RUN(ENV("LD_SEAL=hard"), "../deny", "open=EACCES",
		built("hard/attack-plain"), "poke");
	if (r->status == 77) skip_case("%s", r->out);
	want_status(r, 0);
	want_out(r, "refused");
}

/* A library whose text can be relocated only while it is executable. */
static void relocated_and_executable(void **state)
{
	(void)state;
	need_mseal();
	struct result *r = RUN(ENV("LD_SEAL=hard", "CHECK_LEVEL=none"),
		"headless/main");
	want_status(r, 1);
	want_out(r, "Error loading shared library libheadless.so: ");
}

/* A static program has no loader: a line, and the end under strict. */
static void static_programs(void **state)
{
	(void)state;
	static const char *const words[] = { "hard", "on,nocode" };
	for (size_t i=0; i<2; i++) {
		struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words[i]),
			"CHECK_LEVEL=none"), "program/static");
		want_status(r, 0);
		want_one_err_line(r);
		want_err(r, "hard and nocode are for dynamic programs alone");
		r = RUN(ENV(fmt("LD_SEAL=%s,strict", words[i]),
			"CHECK_LEVEL=none"), "program/static");
		want_status(r, 127);
		want_one_err_line(r);
	}
}

/* Stacks of ended threads are used again: 100,000 threads need no more memory
 * than 2,048. */
static void many_threads(void **state)
{
	static const char *const how[] = { "joined", "detached", "sizes" };
	(void)state;
	need_mseal();
	for (size_t i=0; i<3; i++) {
		struct result *r = RUN(ENV("LD_SEAL=hard"), "hard/threads",
			how[i], i ? "20000" : "100000");
		long mappings = 999, vm = 0, rss = 0;
		want_clean(r);
		sscanf(r->out, "mappings %ld vm %ld rss %ld", &mappings, &vm,
			&rss);
		/* A few detached threads may be late. */
		if (mappings > 40) wanted(r, "at most 40 mappings more");
		if (vm > 8192) wanted(r, "at most 8192 KiB more");
		if (rss > 1024) wanted(r, "at most 1024 KiB in memory more");
	}
}

static int compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return x < y ? -1 : x > y;
}

/* Threads take at most 1.1 of the time at full: median of pairs, by processor
 * time, because other work on the machine disturbs it less. */
static void time_of_threads(void **state)
{
	enum { PAIRS = 5 };
	static const char *const how[] = { "joined", "detached", "sizes" };
	(void)state;
	need_mseal();
	for (size_t i=0; i<sizeof how/sizeof *how; i++) {
		double ratio[PAIRS];
		for (int k=0; k<PAIRS; k++) {
			struct result *full = RUN(ENV("LD_SEAL=full"),
				"hard/threads", how[i], "5000");
			struct result *hard = RUN(ENV("LD_SEAL=hard"),
				"hard/threads", how[i], "5000");
			want_status(full, 0);
			want_status(hard, 0);
			ratio[k] = hard->used/full->used;
		}
		qsort(ratio, PAIRS, sizeof *ratio, compare);
		if (getenv("CASE")) print_message("%s: hard takes %.2f of"
			" full (%.2f to %.2f)\n",
			how[i], ratio[PAIRS/2], ratio[0], ratio[PAIRS-1]);
		if (ratio[PAIRS/2] > 1.1) fail_msg("%s: wanted at most 1.1 of"
			" the time at full, got %.2f", how[i], ratio[PAIRS/2]);
	}
}

int main(void)
{
#define CASE(name) cmocka_unit_test(name)
	static const struct CMUnitTest tests[] = {
		CASE(text), CASE(exempt_text),
		CASE(forbidden_by_program), CASE(forbidden_by_library),
		CASE(forbidden_by_opened), CASE(library), CASE(libc),
		CASE(vdso), CASE(relro),
		CASE(records), CASE(poke), CASE(stack_exec),
		CASE(stack_replaced), CASE(thread_stack_exec),
		CASE(thread_stack_replaced), CASE(ended_stack_replaced),
		CASE(many_threads), CASE(time_of_threads), CASE(jit),
		CASE(jit_in_child), CASE(writable_code), CASE(uffd),
		CASE(opened_library),
		CASE(relocated_text), CASE(memfd), CASE(shm),
		CASE(personality), CASE(guarded_records),
		CASE(dlseal_records), CASE(dlseal_nocode), CASE(vm_writev),
		CASE(harmless), CASE(missing), CASE(file_size_limit),
		CASE(without_files), CASE(refusal_is_said),
		CASE(executable_stack),
		CASE(relocated_and_executable), CASE(static_programs),
	};
	return SUITE("hard", tests);
}

/* Pointers in the data of libc.so and of the loader that decide which code
 * runs, one attack on each (tests/loader/control). On unmodified musl an attack
 * has to take control, which shows that it works. docs/security.md lists what
 * stays open here. */

#include "suite.h"

enum outcome { NONE = -1, HELD = 0, STOPPED = 10, CONTROL = 42 };

static const struct row {
	const char *attack;
	int plain;		/* needs no dlopen */
	enum outcome upstream, off, on, full;
} rows[] = {
	/* Constant after the start: in RELRO, which upstream has too. */
	{ "fini_in_relro",    1, STOPPED, STOPPED, STOPPED, STOPPED },
	/* In RELRO here. */
	{ "got_of_libc",      1, CONTROL, STOPPED, STOPPED, STOPPED },
	{ "got_of_library",   1, CONTROL, STOPPED, STOPPED, STOPPED },
	{ "got_of_program",   1, CONTROL, STOPPED, STOPPED, STOPPED },
	{ "error_handler",    0, CONTROL, STOPPED, STOPPED, STOPPED },
	{ "vdso_function",    1, CONTROL, STOPPED, STOPPED, STOPPED },
	/* The loader's records, which are like any data at "off". */
	{ "head",             0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "next_of_record",   0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "base_of_record",   0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "symbols_of_record", 0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "deps_of_record",   0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "rpath_of_record",  0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "env_path",         0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "sys_path",         0, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "tls_list",         1, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "tls_of_record",    1, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "ctor_queue",       1, CONTROL, CONTROL, STOPPED, STOPPED },
	{ "fini_of_record",   1, CONTROL, CONTROL, STOPPED, STOPPED },
	/* A root that is not used. */
	{ "fini_head",        1, CONTROL, HELD,    STOPPED, STOPPED },
	/* Writable, but not followed. */
	{ "fini_in_dynamic",  1, CONTROL, HELD,    HELD,    HELD },
	{ "fini_in_table",    1, CONTROL, HELD,    HELD,    HELD },
	{ "fini_in_opened",   0, CONTROL, HELD,    HELD,    HELD },
	{ "init_in_table",    1, CONTROL, HELD,    HELD,    HELD },
	{ "name_of_object",   0, CONTROL, HELD,    HELD,    HELD },
	{ "ctor_state",       1, NONE,    HELD,    HELD,    HELD },
	/* Open. */
	{ "dtv",              0, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "file_write",       1, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "file_list",        1, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "atexit_table",     1, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "quick_exit_table", 1, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "atfork_list",      1, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "key_table",        1, CONTROL, CONTROL, CONTROL, CONTROL },
	{ "cleanup_list",     1, CONTROL, CONTROL, CONTROL, CONTROL },
};
#define NROWS (sizeof rows/sizeof *rows)

static void attack(const struct row *r, const char *prog, const char *setting,
	enum outcome want)
{
	struct result *result;
	if (want == NONE) return;
	result = RUN(ENV(fmt("ATTACK=%s", r->attack), setting), prog);
	if (result->status != (int)want)
		wanted(result, "%s: status %d", r->attack, want);
	if (want == CONTROL) want_out(result, "CONTROL\n");
	else want_no_out(result, "CONTROL\n");
}

static void all(const char *prog, int plain, const char *level, size_t column)
{
	for (size_t i=0; i<NROWS; i++) {
		const struct row *r = rows+i;
		if (plain && !r->plain) continue;
		attack(r, prog, level,
			*(const enum outcome *)((const char *)r+column));
	}
}

/* The same programs, but nothing is overwritten. */
static void without_the_store(const char *prog)
{
	for (size_t i=0; i<NROWS; i++) if (rows[i].upstream != NONE)
		attack(rows+i, prog, "DRY=1", HELD);
}

static void upstream_dlopen(void **state)
{
	(void)state;
	without_the_store(up("control/attack"));
	all(up("control/attack"), 0, "LD_SEAL=on",
		offsetof(struct row, upstream));
}

static void upstream_plain(void **state)
{
	(void)state;
	all(up("control/attack-plain"), 1, "LD_SEAL=on",
		offsetof(struct row, upstream));
}

static void dry(void **state)
{
	(void)state;
	without_the_store("control/attack");
}

/* The program refers to dlopen: its records are read-only. */
#define LEVEL(name, prog, plain, level) \
static void name(void **state) \
{ \
	(void)state; \
	need_mseal(); \
	all(prog, plain, "LD_SEAL=" #level, offsetof(struct row, level)); \
}
LEVEL(off, "control/attack", 0, off)
LEVEL(on, "control/attack", 0, on)
LEVEL(full, "control/attack", 0, full)

/* It does not: its records are sealed. */
LEVEL(plain_off, "control/attack-plain", 1, off)
LEVEL(plain_on, "control/attack-plain", 1, on)
LEVEL(plain_full, "control/attack-plain", 1, full)

/* The variables of libc.so that can be written to and hold the address of code,
 * all of them: a new one needs a row above, or RELRO. */
static const char *const code[] = { "__stdin_FILE", "__stdout_FILE",
	"__stderr_FILE", "builtin" /* atexit */, "funcs" /* at_quick_exit */ };
#define NCODE (sizeof code/sizeof *code)

static int is_known(const char *line, size_t len)
{
	for (size_t i=0; i<NCODE; i++)
		if (strlen(code[i]) == len && !memcmp(code[i], line, len))
			return 1;
	return 0;
}

static void want_known(const char *level, const char *prog)
{
	struct result *r = RUN(ENV(level), prog);
	want_clean(r);
	want_out(r, "__stdout_FILE\n");
	for (const char *s=r->out; *s; s+=strcspn(s, "\n")+1)
		if (!is_known(s, strcspn(s, "\n")))
			wanted(r, "no code in a variable but those of the "
				"list");
}

static void variables(void **state)
{
	(void)state;
	need_mseal();
	want_known("LD_SEAL=on", "control/words");
	want_known("LD_SEAL=full", "control/words");
	want_known("LD_SEAL=on", "control/words-plain");
	want_known("LD_SEAL=full", "control/words-plain");
}

static void variables_upstream(void **state)
{
	struct result *r = RUN(NOENV, up("control/words"));
	(void)state;
	want_out(r, "?\n");
	want_out(r, "error\n");
	want_out(r, "debug\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(upstream_dlopen),
		cmocka_unit_test(upstream_plain),
		cmocka_unit_test(dry),
		cmocka_unit_test(off),
		cmocka_unit_test(on),
		cmocka_unit_test(full),
		cmocka_unit_test(plain_off),
		cmocka_unit_test(plain_on),
		cmocka_unit_test(plain_full),
		cmocka_unit_test(variables),
		cmocka_unit_test(variables_upstream),
	};
	return SUITE("control", tests);
}

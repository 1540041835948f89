/* Programs at start: every kind of program, every layout, with needed and
 * preloaded libraries, under each level. */

#include "suite.h"

LEVELS_CASE(pie, "program/pie")
LEVELS_CASE(nonpie, "program/nonpie")
LEVELS_CASE(static_, "program/static")
LEVELS_CASE(static_pie, "program/static-pie")
LEVELS_CASE(pie_unmarked, "program/pie-unmarked")
LEVELS_CASE(nonpie_unmarked, "program/nonpie-unmarked")
LEVELS_CASE(static_unmarked, "program/static-unmarked")
LEVELS_CASE(static_pie_unmarked, "program/static-pie-unmarked")
LEVELS_CASE(three_deep, "deps/main")
LEVELS_CASE(three_deep_nonpie, "deps/nonpie")
LEVELS_CASE(three_deep_mixed_marks, "deps/mixed/main")
LEVELS_CASE(hundred_libraries, "many/main")
LEVELS_CASE(first_definition, "order/main")
LEVELS_CASE(textrel, "textrel/linked")
LEVELS_CASE(pointers, "pointers/plain/main")
LEVELS_CASE(no_writable_slots, "got/main")
LEVELS_CASE(constructors_run_sealed, "ctor/main")
LEVELS_CASE(introspection, "introspect/main")
LEVELS_CASE(unwinding, "unwind/main")
LEVELS_CASE(unwinding_static, "unwind/static")
LEVELS_CASE(unwinding_static_pie, "unwind/static-pie")
LEVELS_CASE(forked_and_executed, "fork/main")
LEVELS_CASE(sealed_stack, "stack/main")
LEVELS_CASE(sealed_stack_static, "stack/static")
LEVELS_CASE(mseal_function, "mseal/main")
LEVELS_CASE(mseal_function_static, "mseal/static")

/* Random libraries: each name must be found where unmodified musl finds it, and
 * where a walk along the list finds it, which is left if the first library has
 * no GNU hash. */
static const char *const seeds[] = { "1", "2", "3", "4" };

static void want_same(struct result *r, struct result *want)
{
	want_clean(want);
	want_out(want, "lib27.so Error relocating");
	want_clean(r);
	char *p = r->out, *q = want->out;
	if (!strcmp(p, q)) return;
	while (*p && *p == *q) p++, q++;
	while (p > r->out && p[-1] != '\n') p--, q--;
	wanted(r, "\"%.*s\", as from\n%s\n  got     \"%.*s\"",
		(int)strcspn(q, "\n"), q, want->cmd, (int)strcspn(p, "\n"), p);
}

static void lookups(void **state)
{
	(void)state;
	if (!*upstream) skip_case("no unmodified musl");
	for (size_t i=0; i<sizeof seeds/sizeof *seeds; i++) {
		const char *p = built(fmt("lookup/%s/main", seeds[i]));
		want_same(RUN(NOENV, ldso, p),
			RUN(NOENV, fmt("%s/lib/libc.so", upstream), p));
	}
}

static void lookups_with(const char *lib)
{
	for (size_t i=0; i<sizeof seeds/sizeof *seeds; i++) {
		const char *p = built(fmt("lookup/%s/main", seeds[i]));
		want_same(RUN(NOENV, p), RUN(ENV(fmt("LD_PRELOAD=%s",
			built(lib))), p));
	}
}

static void lookups_walked(void **state)
{
	(void)state;
	lookups_with("lookup/libend.so");
}

static void lookups_ahead(void **state)
{
	(void)state;
	lookups_with("lookup/libbulk.so");
}

/* No function of the vdso can be replaced by a write. */
static void vdso_functions(void **state)
{
	(void)state;
	all_levels("vdso/main");
	all_levels("vdso/static");
	all_levels("vdso/static-pie");
	all_levels("vdso/static-unmarked");
	all_levels("vdso/static-pie-unmarked");
}

/* No page is sealed twice. Linux 6.17 to 6.18.20 go wrong where a call covers
 * sealed and unsealed mappings that it can merge (CVE-2026-23416). */
static void sealed_once(void **state)
{
	static const char *const progs[] = { "program/pie", "program/nonpie",
		"program/static", "program/static-pie", "deps/main",
		"dlopen/main", "lazy/main", "late/main", "records/dlseal" };
	static const char *const words[] = { "on", "full", "full,strict",
		"on,report", "hard", "hard,report" };
	(void)state;
	need_mseal();
	for (size_t i=0; i<sizeof progs/sizeof *progs; i++)
		for (size_t k=0; k<sizeof words/sizeof *words; k++) {
			/* Without the group records there is no dlseal. */
			if (!strcmp(progs[i], "records/dlseal")
			    && access(built(progs[i]), X_OK)) continue;
			if (!offered(words[k])) continue;
			struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words[k]),
				"CHECK_LEVEL=none"), "../count-mseal",
				built(progs[i]));
			if (r->status == 98) skip_case("no ptrace: %s", r->err);
			want_err(r, "mseal calls: ");
			want_no_err(r, " again");
		}
}

/* -static-pie must make one: position-independent, without an interpreter. */
static void static_pie_is_one(void **state)
{
	unsigned char h[64];
	int fd = open(built("program/static-pie"), O_RDONLY);
	(void)state;
	assert_int_equal(read(fd, h, sizeof h), sizeof h);
	close(fd);
	assert_int_equal(h[16] + h[17], 3); /* ET_DYN, of either byte order */
	struct result *r = RUN(NOENV, "/usr/bin/readelf", "-lW",
		built("program/static-pie"));
	want_status(r, 0);
	want_no_out(r, "INTERP");
	want_out(r, "GNU_RELRO");
}

/* mseal is declared for _GNU_SOURCE only. */
static void mseal_hidden(void **state)
{
	(void)state;
	want_clean(RUN(NOENV, "mseal/hidden"));
}

static void preload_arg(const char *lv)
{
	struct result *r =
		RUN(ENV(fmt("LD_SEAL=%s", lv), fmt("CHECK_LEVEL=%s", lv),
		fmt("LD_PRELOAD=%s", built("preload/libpreload.so")),
		"PRELOADED=1"), "preload/main");
	want_clean(r);
}

static void preload(void **state)
{
	(void)state;
	all_levels("preload/main");
	preload_arg("off");
	preload_arg("on");
	preload_arg("full");
}

#define LAYOUT(name, variant) \
static void layout_##name(void **state) \
{ \
	(void)state; \
	all_levels("layout/" variant "/pie"); \
	all_levels("layout/" variant "/nonpie"); \
	all_levels("layout/" variant "/static"); \
	all_levels("layout/" variant "/static-pie"); \
}
LAYOUT(aligned_2m, "aligned")
LAYOUT(aligned_2m_separate_code, "aligned-code")
LAYOUT(no_relro, "norelro")
LAYOUT(no_separate_code, "compact")
LAYOUT(big_data, "bigdata")
LAYOUT(relro_ends_early, "relro-short")
LAYOUT(relro_ends_late, "relro-long")
LAYOUT(relro_starts_late, "relro-late")

/* A RELRO that reaches beyond its segments must not be read or written: the
 * program does not start; a static one keeps it writable and warns. */
static void layout_relro_wild(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=on"), "layout/relro-wild/pie");
	want_status(r, 127);
	want_err(r, "RELRO protection failed");
	r = RUN(ENV("LD_SEAL=on,strict"), "layout/relro-wild/static");
	want_status(r, 127);
	want_one_err_line(r);
	want_err(r, "cannot seal");
}

/* DT_RELR, which some linkers can't make. */
static void pointers_packed(void **state)
{
	(void)state;
	if (access(built("pointers/packed/main"), F_OK))
		skip_case("not built for other architectures");
	all_levels("pointers/packed/main");
}

/* Marks are our note and the linker's property. Similar notes are no marks. */
static void mark(const char *variant, const char *data_sealed)
{
	struct result *r = RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=on"),
		fmt("mark/%s/main", variant), data_sealed);
	want_clean(r);
	r = RUN(ENV("LD_SEAL=full", "CHECK_LEVEL=full"),
		fmt("mark/%s/main", variant), "1");
	want_clean(r);
	r = RUN(ENV("LD_SEAL=off", "CHECK_LEVEL=off"),
		fmt("mark/%s/main", variant), "0");
	want_clean(r);
}

static void marks(void **state)
{
	(void)state;
	need_mseal();
	mark("note", "1");
	mark("property", "1");
	mark("gnu-property", "1");
	mark("property-only", "1");
	mark("none", "0");
	mark("other", "0");
	mark("mark-value", "0");
}

/* A program without libc, which prints its smaps and the results of its
 * attacks. */
static void no_libc_level(const char *lv, int sealed)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", lv)), "nolibc/main");
	const char *text = sealed ? "-1" : "0";
	want_clean(r);
	want_out(r, fmt("mprotect of text: %s\n", text));
	want_out(r, fmt("mprotect of relro: %s\n", text));
	want_out(r, fmt("munmap of relro: %s\n", text));
	if (sealed) {
		/* Not tried if unsealed. */
		want_out(r, "dontneed of relro: -1\n");
		want_out(r, "mprotect of ld.so: -1\n");
		want_out(r, "munmap of ld.so: -1\n");
	}

	/* Mappings of the program's file and of the loader's. */
	char *p = r->out, *l;
	int own = 0, ld = 0, want = 0, writable = 0;
	for (; (l = strchr(p, '\n')); p = l+1) {
		*l = 0;
		if (strstr(p, "nolibc/main") || strstr(p, "/ld-musl-")
		    || strstr(p, "/libc.so")) {
			want = 1;
			own += !!strstr(p, "nolibc/main");
			ld += !strstr(p, "nolibc/main");
			writable = !!strstr(p, " rw-p ")
				&& !strstr(p, "/ld-musl-")
				&& !strstr(p, "/libc.so");
		} else if (strchr(p, '-') && strchr(p, '-') < strchr(p, ' ')
		    && strstr(p, "p ")) {
			want = 0;
		} else if (want && !strncmp(p, "VmFlags:", 8)) {
			int sl = !!strstr(p, " sl");
			/* It is unmarked: its data stays unsealed under
			 * "on". */
			int w = sealed && !(writable && !strcmp(lv, "on"));
			if (sl != w) {
				fprintf(stderr, "  wanted %ssealed, got: %s\n",
					w ? "" : "not ", p);
				fail();
			}
		}
	}
	assert_true(own >= 3);
	assert_true(ld >= 3);
}

static void no_libc(void **state)
{
	(void)state;
	need_mseal();
	no_libc_level("off", 0);
	no_libc_level("on", 1);
	no_libc_level("full", 1);
}

static void clean_exit_level(const char *lv)
{
	struct result *r = level(lv, "exit/main", 0);
	const char *p = r->out;
	static const char *const order[] = { "needed up\n", "program up\n",
		"opened up\n", "main\n", "check: ", "atexit\n", "opened down\n",
		"program down\n", "needed down\n" };
	size_t i;
	for (i=0; i<sizeof order/sizeof *order; i++) {
		const char *q = strstr(p, order[i]);
		if (!q) wanted(r, "\"%s\" in its place", order[i]);
		p = q;
	}
}

static void clean_exit(void **state)
{
	(void)state;
	need_mseal();
	clean_exit_level("off");
	clean_exit_level("on");
	clean_exit_level("full");
}

/* Count mseal calls by ptrace. */
static void count(const char *lv, const char *prog, int at_least, int at_most)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", lv)), "../count-mseal",
		built(prog), "quiet");
	int n = -1;
	char *p;
	if (r->status == 98) skip_case("no ptrace: %s", r->err);
	want_status(r, 0);
	p = strstr(r->err, "mseal calls: ");
	if (p) n = atoi(p+13);
	if (n < at_least || n > at_most)
		wanted(r, "%d to %d mseal calls under %s", at_least, at_most,
			lv);
	for (p=r->err; (p = strstr(p, " = ")); p++)
		if (p[3] != '0') wanted(r, "every mseal call to succeed");
}

/* Does the program have unmapped pages between two segments? The kernel leaves
 * them out if segments are aligned to more than a page. */
static int has_hole(const char *prog)
{
	Elf64_Phdr ph[32];
	size_t end = 0, page = getpagesize();
	int n = program_headers(prog, ph, 32);
	for (int i=0; i<n; i++) {
		if (ph[i].p_type != PT_LOAD) continue;
		if (end && (ph[i].p_vaddr & -page) > end) return 1;
		end = (ph[i].p_vaddr+ph[i].p_memsz+page-1) & -page;
	}
	return 0;
}

/* And one more if the program has a hole. */
static void four_calls_for_hundred(void **state)
{
	int most = 4+has_hole("many/main");
	(void)state;
	need_mseal();
	count("off", "many/main", 0, 0);
	count("on", "many/main", 1, most);
	count("full", "many/main", 1, most);
}

/* malloc must never return memory on a sealed page. */
static void heap(void **state)
{
	(void)state;
	need_mseal();
	static const char *const progs[] = { "pie", "nonpie", "alone", "static",
		"static-free", "static-pie", "unmarked/pie", "unmarked/nonpie",
		"unmarked/alone", "unmarked/static", "unmarked/static-free",
		"unmarked/static-pie", "marked-program/pie",
		"marked-library/pie" };
	for (size_t i=0; i<sizeof progs/sizeof *progs; i++)
		all_levels(fmt("heap/%s", progs[i]));
}

/* Without randomization the break starts at the end of .bss. */
static void heap_behind_bss(void **state)
{
	static const char *const progs[] = { "nonpie", "static",
		"static-free" };
	const char *setarch = "/usr/bin/setarch";
	(void)state;
	need_mseal();
	if (RUN(NOENV, setarch, "-R", "/bin/true")->status)
		skip_case("no setarch -R");
	for (size_t i=0; i<sizeof progs/sizeof *progs; i++)
		want_clean(RUN(ENV("LD_SEAL=full"), setarch, "-R",
			built(fmt("heap/%s", progs[i]))));
}

static void no_memory(void **state)
{
	(void)state;
	all_levels("heap/nomem");
	all_levels("heap/nomem-static");
	all_levels("heap/unmarked/nomem");
}

/* A needed library that is truncated must be an error, not a later SIGBUS. */
static void truncated_at(const char *where)
{
	struct result *r =
		RUN(NOENV, fmt("dlopen-fail/start-%s/program", where));
	want_status(r, 127);
	want_err(r, "Exec format error");
	want_err(r, "libgood.so");
	want_no_out(r, "started");
}

static void truncated_library(void **state)
{
	(void)state;
	truncated_at("cut-header");
	truncated_at("cut-in-text");
	truncated_at("cut-in-data");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pie),
		cmocka_unit_test(nonpie),
		cmocka_unit_test(static_),
		cmocka_unit_test(static_pie),
		cmocka_unit_test(static_pie_is_one),
		cmocka_unit_test(sealed_once),
		cmocka_unit_test(pie_unmarked),
		cmocka_unit_test(nonpie_unmarked),
		cmocka_unit_test(static_unmarked),
		cmocka_unit_test(static_pie_unmarked),
		cmocka_unit_test(three_deep),
		cmocka_unit_test(three_deep_nonpie),
		cmocka_unit_test(three_deep_mixed_marks),
		cmocka_unit_test(preload),
		cmocka_unit_test(hundred_libraries),
		cmocka_unit_test(first_definition),
		cmocka_unit_test(lookups),
		cmocka_unit_test(lookups_ahead),
		cmocka_unit_test(lookups_walked),
		cmocka_unit_test(four_calls_for_hundred),
		cmocka_unit_test(textrel),
		cmocka_unit_test(pointers),
		cmocka_unit_test(no_writable_slots),
		cmocka_unit_test(vdso_functions),
		cmocka_unit_test(pointers_packed),
		cmocka_unit_test(layout_aligned_2m),
		cmocka_unit_test(layout_aligned_2m_separate_code),
		cmocka_unit_test(layout_no_relro),
		cmocka_unit_test(layout_no_separate_code),
		cmocka_unit_test(layout_big_data),
		cmocka_unit_test(layout_relro_ends_early),
		cmocka_unit_test(layout_relro_ends_late),
		cmocka_unit_test(layout_relro_starts_late),
		cmocka_unit_test(layout_relro_wild),
		cmocka_unit_test(marks),
		cmocka_unit_test(no_libc),
		cmocka_unit_test(constructors_run_sealed),
		cmocka_unit_test(introspection),
		cmocka_unit_test(unwinding),
		cmocka_unit_test(unwinding_static),
		cmocka_unit_test(unwinding_static_pie),
		cmocka_unit_test(forked_and_executed),
		cmocka_unit_test(clean_exit),
		cmocka_unit_test(sealed_stack),
		cmocka_unit_test(sealed_stack_static),
		cmocka_unit_test(mseal_function),
		cmocka_unit_test(mseal_function_static),
		cmocka_unit_test(mseal_hidden),
		cmocka_unit_test(heap),
		cmocka_unit_test(heap_behind_bss),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(truncated_library),
	};
	return SUITE("start", tests);
}

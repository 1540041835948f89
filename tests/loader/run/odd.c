/* Odd and damaged objects. Those that upstream runs must run here, sealed.
 * Those that are refused must give the reason and leave nothing mapped. */

#include "suite.h"

/* A dlopen under LD_SEAL=WORDS, of which the first is the level. */
static struct result *load(const char *words, const char *how, const char *lib)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words),
		fmt("CHECK_LEVEL=%.*s", (int)strcspn(words, ","), words)),
		"odd/main", how, lib);
	want_clean(r);
	return r;
}

static void opens(const char *lib)
{
	static const char *const lv[] = { "off", "on", "full", "full,strict",
		"hard,strict" };
	size_t i;
	for (i=0; i<sizeof lv/sizeof *lv; i++)
		if (offered(lv[i])) load(lv[i], "runs", lib);
}

static void fails(const char *lib, const char *why)
{
	static const char *const lv[] = { "off", "on", "full,strict", "hard" };
	size_t i;
	for (i=0; i<sizeof lv/sizeof *lv; i++) {
		if (!offered(lv[i])) continue;
		struct result *r = load(lv[i], "fails", lib);
		want_out(r, why);
		want_out(r, lib);
	}
}

/* The kernel fills the rest of a file's last page with zeros. */
static void file_ends_in_last_page(void **state)
{
	(void)state;
	need_mseal();
	opens("libtail-plain.so");
	opens("libtail-big.so");
	opens("libtail-norelro.so");
	all_levels("odd/linked-tail");
	want_clean(RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on",
		built("odd/linked-tail")));
	want_clean(RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on",
		built("odd/static-tail")));
}

static void static_bss_at_odd_offset(void **state)
{
	(void)state;
	need_mseal();
	if (access(built("odd/static-bss"), F_OK))
		skip_case("not built for other architectures");
	want_clean(RUN(ENV("CHECK_LEVEL=none"), ldso, "--seal=on",
		built("odd/static-bss")));
}

static void relro_wraps(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	fails("librelro-wraps.so", "RELRO protection failed");
	fails("librelro-wraps-little.so", "RELRO protection failed");
	r = RUN(ENV("LD_SEAL=off"), "odd/linked-relro-wraps");
	want_status(r, 127);
	want_err(r, "RELRO protection failed");
	r = RUN(ENV("LD_SEAL=full,strict"), "odd/linked-relro-wraps");
	want_status(r, 127);
	want_err(r, "RELRO protection failed");
	/* Upstream never protects RELRO of a static program. */
	r = RUN(ENV("LD_SEAL=full,strict"), "odd/static-relro-wraps");
	want_status(r, 127);
	want_err(r, "RELRO can't be protected");
	r = RUN(ENV("LD_SEAL=on"), "odd/static-pie-relro-wraps");
	want_err(r, "RELRO stays writable");
}

static void local_symbol_without_name(void **state)
{
	(void)state;
	need_mseal();
	if (access(built("odd/liblocal.so"), F_OK))
		skip_case("not built for other architectures");
	opens("liblocal.so");
}

/* If the program headers can't be read, the writable parts are unknown. */
static void unreadable_headers(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	want_clean(RUN(ENV("LD_SEAL=off", "CHECK_LEVEL=none"), "odd/main",
		"runs", "libunreadable.so", "textrel_sum", "60"));
	r = RUN(ENV("LD_SEAL=on", "CHECK_LEVEL=none"), "odd/main", "runs",
		"libunreadable.so", "textrel_sum", "60");
	want_status(r, 0);
	want_one_err_line(r);
	want_err(r, "cannot seal");
	r = RUN(ENV("LD_SEAL=on,strict", "CHECK_LEVEL=on"), "odd/main", "fails",
		"libunreadable.so");
	want_clean(r);
	want_out(r, "its program headers are not mapped");
}

static void initial_exec_tls(void **state)
{
	(void)state;
	need_mseal();
	fails("libietls.so", "initial-exec TLS resolves to dynamic definition");
}

static void never_resolved(void **state)
{
	static const char *const lv[] = { "off", "on", "full" };
	size_t i;
	(void)state;
	need_mseal();
	for (i=0; i<3; i++)
		load(lv[i], "never", "libnever.so");
}

/* A static program must have no interpreter, with any linker. */
static void static_has_no_interpreter(void **state)
{
	static const char *const name[] = { "bfd-static", "lld-static",
		"bfd-static-pie", "lld-static-pie" };
	size_t i;
	(void)state;
	need_mseal();
	if (access(built("odd/lld-static"), F_OK))
		skip_case("not built for other architectures");
	for (i=0; i<sizeof name/sizeof *name; i++) {
		const char *prog = fmt("odd/%s", name[i]);
		struct result *r = RUN(NOENV, "/usr/bin/readelf", "-lW",
			built(prog));
		want_status(r, 0);
		want_no_out(r, "INTERP");
		all_levels(prog);
	}
}

/* A seal would keep it writable and executable until the process ends. */
static void writable_code(void **state)
{
	static const char *const name[] = { "odd/linked-rwx",
		"odd/static-rwx" };
	size_t i;
	(void)state;
	need_mseal();
	for (i=0; i<2; i++) {
		struct result *r = RUN(ENV("LD_SEAL=on,strict"), name[i]);
		want_status(r, 127);
		want_err(r, "a segment is both writable and executable");
		r = RUN(ENV("LD_SEAL=full,report", "CHECK_LEVEL=none"),
			name[i]);
		want_status(r, 0);
		want_err(r, fmt("%s: warning: ", built(name[i])));
		want_err(r, " is writable and executable\n");
	}
}

/* With any limit on data, RELRO must be read-only, anonymous and sealed: pages
 * that replace others need no additional memory under the limit. */
static void big_relro(void **state)
{
	static const char *const name[] = { "odd/big-relro",
		"odd/big-relro-static", "odd/big-relro-static-pie" };
	size_t i, kb;
	(void)state;
	need_mseal();
	for (i=0; i<3; i++) {
		int runs = 0;
		all_levels(name[i]);
		for (kb=2100; kb<2500; kb+=20) {
			struct result *r = RUN(ENV("LD_SEAL=full,strict",
				"CHECK_LEVEL=full", "CHECK_ATTACK=none"),
				"/bin/sh",
				"-c", fmt("ulimit -d %zu; exec \"$0\"", kb),
				built(name[i]));
			/* The checker has 2 MiB of .bss. */
			want_no_err(r, "RELRO");
			if (r->status) continue;
			want_clean(r);
			runs++;
		}
		if (runs < 10)
			fail_msg("%s ran with %d of 20 limits", name[i], runs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(file_ends_in_last_page),
		cmocka_unit_test(static_bss_at_odd_offset),
		cmocka_unit_test(relro_wraps),
		cmocka_unit_test(local_symbol_without_name),
		cmocka_unit_test(unreadable_headers),
		cmocka_unit_test(initial_exec_tls),
		cmocka_unit_test(writable_code),
		cmocka_unit_test(big_relro),
		cmocka_unit_test(never_resolved),
		cmocka_unit_test(static_has_no_interpreter),
	};
	return SUITE("odd", tests);
}

/* LD_SEAL: levels, flags, errors, and set-user-ID programs, which ignore it.
 * The same for static programs, which have no loader. */

#include "suite.h"

static const char *const programs[] = { "program/pie", "program/nonpie",
	"program/static", "program/static-pie" };
#define NPROGRAMS (sizeof programs/sizeof *programs)

/* The default level given to configure, or "on". */
static const char *default_level(void)
{
	const char *s = getenv("SEAL_DEFAULT");
	static char lv[16];
	size_t n = s ? strcspn(s, ",") : 0;
	if (!n || n >= sizeof lv) return "on";
	memcpy(lv, s, n);
	lv[n] = 0;
	return lv;
}

static void default_is_on(void **state)
{
	size_t i;
	const char *check = fmt("CHECK_LEVEL=%s", default_level());
	(void)state;
	need_mseal();
	for (i=0; i<NPROGRAMS; i++) {
		want_clean(RUN(ENV(check), programs[i]));
		/* Empty is unset. */
		want_clean(RUN(ENV("LD_SEAL=", check), programs[i]));
		/* Flags alone keep the default level. */
		want_clean(RUN(ENV("LD_SEAL=strict", check), programs[i]));
	}
}

static void flags_with_levels(void **state)
{
	size_t i;
	(void)state;
	need_mseal();
	for (i=0; i<NPROGRAMS; i++) {
		want_clean(RUN(ENV("LD_SEAL=strict,full", "CHECK_LEVEL=full"),
			programs[i]));
		want_clean(RUN(ENV("LD_SEAL=on,strict,strict",
			"CHECK_LEVEL=on"), programs[i]));
		want_clean(RUN(ENV("LD_SEAL=off,strict", "CHECK_LEVEL=off"),
			programs[i]));
	}
}

/* "marked": nothing at all is sealed for a program without the mark. */
static void marked(void **state)
{
	static const char *const unmarked[] = { "program/pie-unmarked",
		"program/nonpie-unmarked", "program/static-unmarked",
		"program/static-pie-unmarked", "deps/mixed/main" };
	size_t i;
	(void)state;
	need_mseal();
	for (i=0; i<NPROGRAMS; i++) {
		want_clean(RUN(ENV("LD_SEAL=marked,on", "CHECK_LEVEL=on"),
			programs[i]));
		want_clean(RUN(ENV("LD_SEAL=marked,full", "CHECK_LEVEL=full"),
			programs[i]));
	}
	for (i=0; i<sizeof unmarked/sizeof *unmarked; i++) {
		want_clean(RUN(ENV("LD_SEAL=marked,on", "CHECK_LEVEL=off"),
			unmarked[i]));
		want_clean(RUN(ENV("LD_SEAL=full,marked,strict",
			"CHECK_LEVEL=off"), unmarked[i]));
	}
	/* The same holds for a later dlopen. */
	want_clean(RUN(ENV("LD_SEAL=marked,on", "CHECK_LEVEL=on"),
		"dlopen/main"));
}

static void refused(const char *words, const char *message)
{
	size_t i;
	for (i=0; i<NPROGRAMS; i++) {
		struct result *r = RUN(ENV(fmt("LD_SEAL=%s", words),
			"CHECK_LEVEL=off"), programs[i]);
		want_status(r, 127);
		want_one_err_line(r);
		want_err(r, "LD_SEAL: ");
		want_err(r, message);
		want_err(r, programs[i]);
		if (*r->out) wanted(r, "nothing on stdout");
	}
}

static void unknown_words(void **state)
{
	static const char known[] =
		" (levels: off on full hard; flags: strict warn marked report"
		" dlopen nodlopen pkey audit noexempt nocode)\n";
	(void)state;
	refused("nonsense", fmt("unknown word \"nonsense\"%s", known));
	refused("on,nonsense", fmt("unknown word \"nonsense\"%s", known));
	refused("nonsense,on", fmt("unknown word \"nonsense\"%s", known));
	refused("strict,On", fmt("unknown word \"On\"%s", known));
	refused("on strict", fmt("unknown word \"on strict\"%s", known));
	refused("0", fmt("unknown word \"0\"%s", known));
}

static void empty_words(void **state)
{
	(void)state;
	refused(",", "empty word");
	refused("on,", "empty word");
	refused(",on", "empty word");
	refused("on,,strict", "empty word");
}

static void two_levels(void **state)
{
	(void)state;
	refused("on,full", "\"full\"");
	refused("off,strict,on", "\"on\"");
}

/* A very long word is refused in one line, too. */
static void strange_words(void **state)
{
	char *s = malloc(100001);
	(void)state;
	memset(s, 'x', 100000);
	s[100000] = 0;
	refused(s, "unknown word \"xxx");
	free(s);
}

/* ---- report -------------------------------------------------------- */

struct span { unsigned long s, e; char prot[4]; int sealed; };

/* Read the last dump of the checker: "map: START-END PROT sl|-- NAME". */
static size_t read_maps(char *out, struct span *m, size_t max)
{
	size_t n = 0;
	char *p = out, *last = out;
	unsigned long prev = 0;
	char sl[3];
	for (; (p = strstr(p, "map: ")); p++) {
		struct span x;
		if (sscanf(p, "map: %lx-%lx %3s %2s", &x.s, &x.e, x.prot, sl)
		    != 4)
			continue;
		if (x.s < prev) last = p;
		prev = x.s;
	}
	for (p=last; n<max && (p = strstr(p, "map: ")); p++)
		if (sscanf(p, "map: %lx-%lx %3s %2s", &m[n].s, &m[n].e,
		    m[n].prot, sl) == 4)
			m[n++].sealed = !strcmp(sl, "sl");
	return n;
}

static const char kinds[] = " text rodata relro data gap vdso records ";

/* With seals emulated, the checker probes pages and can't read those of a gap
 * past the file's end. QEMU does not show the execute permission. */
static int same_prot(const char *shown, const char *told, const char *kind)
{
	if (!emulated) return !strcmp(shown, told);
	if (!strcmp(kind, "vdso") && qemu_has("vdso-writable"))
		return *shown == *told;
	return !strcmp(kind, "gap") || !strncmp(shown, told, 2);
}

/* Each line must have the documented form and be true, and each sealed page
 * must be reported. */
static void true_report(struct result *r, int want_sealed, const char *reason)
{
	static struct span m[512], told[512];
	size_t n = read_maps(r->out, m, 512), nt = 0, i, k;
	char *p, *l;
	int sealed = 0, not_sealed = 0;

	if (!n) wanted(r, "a dump of the mappings");
	for (p=r->err; (l = strchr(p, '\n')); p = l+1) {
		struct span x;
		char kind[16], object[512], state[512];
		*l = 0;
		if (sscanf(p, "seal: %lx-%lx %3s %15s %511[^:]: %511[^\n]",
		    &x.s, &x.e, x.prot, kind, object, state) != 6
		    || strncmp(p, "seal: ", 6)
		    || !strstr(kinds, fmt(" %s ", kind)))
			wanted(r, "lines \"seal: START-END PROT KIND OBJECT: "
				"sealed|not sealed: REASON\", not \"%s\"", p);
		/* Addresses must be written as in /proc/PID/maps. */
		if (strncmp(p+6, fmt("%08lx-%08lx ", x.s, x.e), 17))
			wanted(r, "addresses as in maps: \"%s\"", p);
		x.sealed = !strcmp(state, "sealed");
		if (!x.sealed && strncmp(state, "not sealed: ", 12))
			wanted(r, "sealed or not sealed: \"%s\"", p);
		if (!x.sealed && reason && !strstr(state, reason))
			wanted(r, "reason \"%s\": \"%s\"", reason, p);
		if (x.sealed) sealed++;
		else not_sealed++;
		if (nt < 512) told[nt++] = x;
		/* Compare with smaps. Unsealed ranges may have been split or
		 * merged since; sealed ones are unchanged. */
		for (i=0; i<n; i++) {
			if (m[i].e <= x.s || m[i].s >= x.e) continue;
			if (!!m[i].sealed != x.sealed)
				wanted(r, "the truth: \"%s\", but smaps has "
					"%lx-%lx %ssealed", p, m[i].s, m[i].e,
					m[i].sealed ? "" : "not ");
			if (x.sealed && !same_prot(m[i].prot, x.prot, kind))
				wanted(r, "the protection in \"%s\", smaps has "
					"%lx-%lx %s", p, m[i].s, m[i].e,
					m[i].prot);
		}
	}
	for (i=0; i<n; i++) {
		unsigned long a = m[i].s;
		if (!m[i].sealed) continue;
		while (a < m[i].e) {
			for (k=0; k<nt; k++)
				if (told[k].sealed && a >= told[k].s
				    && a < told[k].e)
					break;
			if (k == nt)
				wanted(r, "a line for %lx, which is sealed", a);
			a = told[k].e;
		}
	}
	if (want_sealed && !sealed) wanted(r, "lines about what is sealed");
	if (!want_sealed && sealed) wanted(r, "no lines about sealed ranges");
	if (reason && !not_sealed) wanted(r, "lines with \"%s\"", reason);
}

static void report(void **state)
{
	size_t i;
	struct result *r;
	(void)state;
	need_mseal();
	for (i=0; i<NPROGRAMS; i++) {
		r = RUN(ENV("LD_SEAL=on,report", "CHECK_LEVEL=on",
			"CHECK_DUMP=1"), programs[i]);
		want_status(r, 0);
		want_err(r, " text ");
		want_err(r, " relro ");
		/* QEMU has no vdso. */
		if (strstr(r->out, "[vdso]")) want_err(r, " [vdso]: sealed");
		true_report(r, 1, 0);
		r = RUN(ENV("LD_SEAL=full,report", "CHECK_LEVEL=full",
			"CHECK_DUMP=1"), programs[i]);
		want_status(r, 0);
		want_err(r, " data ");
		want_no_err(r, "not sealed");
		true_report(r, 1, 0);
	}
}

static void report_reasons(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=on,report", "CHECK_LEVEL=on", "CHECK_DUMP=1"),
		"program/pie-unmarked");
	want_status(r, 0);
	true_report(r, 1, "not marked");
	r = RUN(ENV("LD_SEAL=off,report", "CHECK_LEVEL=off", "CHECK_DUMP=1"),
		"program/pie");
	want_status(r, 0);
	true_report(r, 0, "level is off");
	r = RUN(ENV("LD_SEAL=on,marked,report", "CHECK_LEVEL=off",
		"CHECK_DUMP=1"), "program/pie-unmarked");
	want_status(r, 0);
	true_report(r, 0, "not marked");
	r = RUN(ENV("LD_SEAL=on,marked,report", "CHECK_LEVEL=off",
		"CHECK_DUMP=1"), "program/static-unmarked");
	want_status(r, 0);
	true_report(r, 0, "not marked");
}

/* dlopen reports the objects that it loads by name, pending ones later. */
static void report_dlopen(void **state)
{
	struct result *r;
	(void)state;
	need_mseal();
	r = RUN(ENV("LD_SEAL=on,report", "CHECK_LEVEL=on", "CHECK_DUMP=1",
		"CHECK_ATTACK=none"), "dlopen/main");
	want_status(r, 0);
	want_err(r, "libouter.so: sealed");
	want_err(r, "libbase.so: sealed");
	true_report(r, 1, 0);
	r = RUN(ENV("LD_SEAL=on,report", "CHECK_LEVEL=on", "CHECK_ATTACK=none"),
		"lazy/main");
	want_status(r, 0);
	if (strstr(r->out, "waits: 0")) return;
	char *pending = strstr(r->err, "liblazy.so: not sealed: ");
	if (!pending || !strstr(pending, "pending\n"))
		wanted(r, "liblazy.so not sealed at first, because pending");
	if (!strstr(pending, "liblazy.so: sealed"))
		wanted(r, "liblazy.so sealed after it was pending");
}

/* ---- set-user-ID --------------------------------------------------- */

static void set_user_id_program(const char *prog)
{
	const char *copy = fmt("%s-suid", built(prog));
	const char *check = fmt("CHECK_LEVEL=%s", default_level());
	struct result *r;
	if (geteuid()) skip_case("making a set-user-ID program needs root");
	assert_int_equal(copy_file(built(prog), copy), 0);
	if (chown(copy, 65534, 65534) || chmod(copy, 04755))
		skip_case("no set-user-ID files here: %s", strerror(errno));
	r = RUN(ENV("LD_SEAL=off", check), copy);
	if (!strstr(r->out, "secure: 1")) {
		unlink(copy);
		if (r->status == 126 || strstr(r->out, "secure: 0"))
			skip_case("set-user-ID has no effect on this file"
				" system");
		wanted(r, "\"secure: 1\"");
	}
	want_clean(r);
	/* It is not read: neither refused nor obeyed. */
	want_clean(RUN(ENV("LD_SEAL=nonsense", check), copy));
	r = RUN(ENV("LD_SEAL=full,report", check), copy);
	want_clean(r);
	unlink(copy);
}

static void set_user_id(void **state)
{
	(void)state;
	need_mseal();
	set_user_id_program("program/pie");
	set_user_id_program("program/pie-unmarked");
	set_user_id_program("program/static");
	set_user_id_program("program/static-pie");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(default_is_on),
		cmocka_unit_test(flags_with_levels),
		cmocka_unit_test(marked),
		cmocka_unit_test(unknown_words),
		cmocka_unit_test(empty_words),
		cmocka_unit_test(two_levels),
		cmocka_unit_test(strange_words),
		cmocka_unit_test(report),
		cmocka_unit_test(report_reasons),
		cmocka_unit_test(report_dlopen),
		cmocka_unit_test(set_user_id),
	};
	return SUITE("policy", tests);
}

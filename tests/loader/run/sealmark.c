/* sealmark on real files: its output, the loader's reaction to its changes, and
 * replacing a file. */

#define _GNU_SOURCE
#include "suite.h"
#include <glob.h>
#include <sys/mman.h>

static struct result *mark_v(const char *const *args)
{
	const char *argv[16] = { sealmark() };
	for (size_t i=0; i<14 && args[i]; i++) argv[i+1] = args[i];
	return run_v(NOENV, argv);
}
#define MARK(...) mark_v((const char *const[]){ __VA_ARGS__, 0 })
#define MARKED(...) do { struct result *r_ = MARK(__VA_ARGS__); \
	want_status(r_, 0); } while (0)

/* A copy of a file, in a folder of its own. */
static const char *copy(const char *from, const char *name)
{
	const char *dir = built("sealmark"), *to = fmt("%s/%s", dir, name);
	mkdir(dir, 0755);
	if (copy_file(*from == '/' ? from : built(from), to))
		fail_msg("cannot copy %s to %s", from, to);
	return to;
}

static int same(const char *a, const char *b)
{
	struct result *r = RUN(NOENV, "/usr/bin/cmp", a,
		*b == '/' ? b : built(b));
	return r->status == 0;
}

/* For each kind of program, at each level, exactly the range is mutable. */
static void programs(void **state)
{
	static const char *const kinds[] = { "segment-plain",
		"static-segment-plain", "static-pie-plain", "lld-plain" };
	(void)state;
	need_mseal();
	for (size_t i=0; i<sizeof kinds/sizeof *kinds; i++) {
		/* Not built by cross compilers, which have no lld. */
		const char *was = fmt("mutable/%s", kinds[i]), *p;
		if (emulated && access(built(was), X_OK)) continue;
		p = copy(was, kinds[i]);
		/* unchanged, all of it is sealed */
		want_status(RUN(ENV("LD_SEAL=full", "CHECK_LEVEL=full"), p,
			"section"), 1);
		MARKED("--mutable", "seg_section", p);
		all_levels_arg(p, "section");
		MARKED("--exempt", p);
		all_levels_arg(p, "exempt");
		MARKED("--unmark", "--mark", p);
		assert_true(same(p, was));
	}
}

/* The program with data appended, which it finds in three ways. */
static const char *bundle(const char *name)
{
	static const char place[16] = "place of data:", data[] = "the data";
	const char *p = copy(fmt("mutable/bundle-%s", name),
		fmt("bundle-%s", name));
	struct stat st;
	int fd = open(p, O_RDWR);
	if (fd < 0 || fstat(fd, &st)) fail_msg("cannot open %s", p);
	char *m = mmap(0, st.st_size, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
	assert_ptr_not_equal(m, MAP_FAILED);
	char *at = memmem(m, st.st_size, place, sizeof place);
	assert_non_null(at);
	/* The data ends with zeros, as an archive may. */
	char more[8192] = { 0 };
	uint64_t start = st.st_size,
		size = sizeof data + sizeof more + sizeof size;
	memcpy(at+sizeof place, &start, sizeof start);
	munmap(m, st.st_size);
	assert_int_equal(pwrite(fd, data, sizeof data, start), sizeof data);
	assert_int_equal(pwrite(fd, more, sizeof more, start+sizeof data),
		sizeof more);
	assert_int_equal(pwrite(fd, &size, sizeof size, start+size-sizeof size),
		sizeof size);
	close(fd);
	return p;
}

/* A single-file program writes to a constant at start, and fails if that is
 * sealed. With the range marked mutable it starts at every level and finds its
 * data. */
static void single_file(void **state)
{
	static const char *const names[] = { "note", "fixed" };
	(void)state;
	need_mseal();
	if (emulated && access(built("mutable/bundle-note"), X_OK))
		skip_case("no lld");
	for (size_t i=0; i<sizeof names/sizeof *names; i++) {
		struct stat before, after;
		const char *p = bundle(names[i]);
		const char *was = copy(p, fmt("bundle-%s-was", names[i]));
		level("on", p, "cannot");
		assert_int_equal(stat(p, &before), 0);
		MARKED("--mutable", ".rodata", p);
		assert_int_equal(stat(p, &after), 0);
		assert_int_equal(before.st_size, after.st_size);
		all_levels_arg(p, "can");
		MARKED("--exempt", p);
		all_levels_arg(p, "can");
		MARKED("--unmark", p);
		assert_true(same(p, was));
		level("on", p, "cannot");
	}
}

/* No room at all is an error. After --append the program finds its data from
 * the start only. */
static void full_file(void **state)
{
	(void)state;
	need_mseal();
	if (emulated && access(built("mutable/bundle-full"), X_OK))
		skip_case("no lld");
	const char *p = bundle("full"), *was = copy(p, "bundle-full-was");
	struct result *r = MARK("--mutable", ".rodata", p);
	want_status(r, 1);
	want_err(r, "--append");
	assert_true(same(p, was));
	MARKED("--append", "--mutable", ".rodata", p);
	r = RUN(ENV("LD_SEAL=full", "CHECK_LEVEL=full"), p, "can");
	want_status(r, 1);
	want_out(r, "found from the end");
	want_out(r, "6 right, 1 wrong");
	MARKED("--unmark", p);
	assert_true(same(p, was));
}

/* Remove the mark of a library, and add one. */
static void library(void **state)
{
	(void)state;
	need_mseal();
	const char *lib = copy("mark/note/libmark.so", "libmark.so");
	const char *prog = copy("mark/note/main", "main");
	level("on", prog, "1");
	MARKED("--unmark", lib);
	level("on", prog, "0");
	lib = copy("mark/none/libmark.so", "libmark.so");
	level("on", prog, "0");
	MARKED("--mark", lib);
	level("on", prog, "1");
	want_out(MARK(lib), "marked: yes");
	MARKED("--mutable", ".data", lib);
	MARKED("--unmark", lib);
	assert_true(same(lib, "mark/none/libmark.so"));
	lib = copy("mark/property/libmark.so", "libmark.so");
	level("on", prog, "1");
	MARKED("--unmark", lib);
	level("on", prog, "0");
	MARKED("--mark", lib);
	assert_true(same(lib, "mark/property/libmark.so"));
}

static void shown(void **state)
{
	(void)state;
	struct result *r = MARK(built("mutable/pie"));
	want_clean(r);
	want_out(r, "marked: yes\n  mutable: ");
	want_out(r, "(note) musl_mutable");
	r = MARK(built("mark/none/libmark.so"));
	want_out(r, "marked: no\n  mutable: nothing\n");
	const char *p = copy("mutable/segment-plain", "shown");
	MARKED("-r", ".data", "-r", "seg_section", p);
	/* On machines with large pages the two touch and are one range. */
	r = MARK(p);
	want_out(r, "(program header) ");
	want_out(r, "seg_section\n");
	r = MARK("--mutable", ".eh_frame", p);
	want_err(r, "is widened to whole pages");
	want_status(MARK("--help"), 0);
	want_status(MARK("--nonsense", p), 2);
	want_status(MARK("--mark"), 2);
}

/* Files from other builds, for any machine. */
static void others(void **state)
{
	static const char *const files[] = { "/bin/ls", "/bin/sh",
		"/usr/bin/perl",
		"/lib/x86_64-linux-gnu/libc.so.6",
		"/usr/*-linux-gnu*/lib/libc.so.6",
		"/usr/*-linux-gnu*/lib/ld-linux*.so.*", "/usr/lib*32/libc.so.6",
		"/usr/bin/*-linux-gnu*-ld.bfd", "/usr/bin/qemu-*-static" };
	int n = 0;
	(void)state;
	for (size_t i=0; i<sizeof files/sizeof *files; i++) {
		glob_t g;
		if (glob(files[i], 0, 0, &g)) continue;
		for (size_t k=0; k<g.gl_pathc && k<4; k++) {
			const char *p = copy(g.gl_pathv[k], "other");
			struct result *r = MARK("--mark", "--exempt", p);
			want_clean(r);
			want_out(MARK(p), "marked: yes\n  mutable: ");
			r = RUN(NOENV, "/usr/bin/readelf", "-lW", p);
			want_clean(r);
			if (strstr(files[i], "bin/") == files[i]+1)
				want_status(RUN(NOENV, p, "--version"),
					RUN(NOENV, g.gl_pathv[k],
					"--version")->status);
			MARKED("--unmark", p);
			if (!same(p, g.gl_pathv[k]))
				fail_msg("%s did not come back", g.gl_pathv[k]);
			n++;
		}
		globfree(&g);
	}
	fprintf(stderr, "  note: %d files of others\n", n);
	if (!n) skip_case("no files of others found");
}

/* ---- the file -------------------------------------------------------- */

static void refused(struct result *r, const char *why, const char *file,
	const char *was)
{
	want_status(r, 1);
	want_one_err_line(r);
	want_err(r, why);
	if (!same(file, was)) fail_msg("%s was changed", file);
}

static void mode_and_owner(void **state)
{
	struct stat st;
	(void)state;
	const char *p = copy("mutable/segment-plain", "kept");
	if (!geteuid()) assert_int_equal(chown(p, 65534, 65533), 0);
	assert_int_equal(chmod(p, 04751), 0);
	MARKED("--exempt", p);
	assert_int_equal(stat(p, &st), 0);
	assert_int_equal(st.st_mode & 07777, 04751);
	if (!geteuid()) {
		assert_int_equal(st.st_uid, 65534);
		assert_int_equal(st.st_gid, 65533);
	}
	/* If nothing changes, the file is not replaced. */
	ino_t ino = st.st_ino;
	MARKED("--exempt", p);
	assert_int_equal(stat(p, &st), 0);
	assert_int_equal(st.st_ino, ino);
	assert_int_equal(chmod(p, 0600), 0);
	unlink(p);
}

static void links(void **state)
{
	struct stat st;
	(void)state;
	const char *p = copy("mutable/segment-plain", "linked");
	const char *name = fmt("%s-too", p);
	unlink(name);
	assert_int_equal(symlink("linked", name), 0);
	MARKED("--exempt", name);
	assert_int_equal(lstat(name, &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	want_out(MARK(p), "(program header)");
	unlink(name);
	p = copy("mutable/segment-plain", "linked");
	assert_int_equal(link(p, name), 0);
	refused(MARK("--exempt", p), "hard links", p, "mutable/segment-plain");
	unlink(name);
}

static void damaged(void **state)
{
	(void)state;
	const char *p = copy("/etc/passwd", "damaged");
	refused(MARK("--exempt", p), "not an ELF file", p, "/etc/passwd");
	p = copy("mutable/segment-plain", "damaged");
	assert_int_equal(truncate(p, 5000), 0);
	const char *cut = copy(p, "damaged-too");
	refused(MARK("--exempt", p), "not all in the file", p, cut);
	assert_int_equal(truncate(p, 0), 0);
	want_err(MARK("--exempt", p), "empty");
	want_err(MARK(built("sealmark")), "not a regular file");
	want_err(MARK(built("nothing")), "No such file");
	want_err(MARK(built("check/result.o")), "not linked yet");
	p = copy("mutable/segment-plain", "damaged");
	refused(MARK("--mutable", ".nothing", p), "no section that is loaded",
		p, "mutable/segment-plain");
	refused(MARK("--mutable", "ffff0000-ffff1000", p),
		"not in what the file loads", p, "mutable/segment-plain");
}

/* No space for the new file: the old one stays, and no temporary file is
 * left. */
static void no_room(void **state)
{
	(void)state;
	const char *p = copy("mutable/segment-plain", "room");
	struct result *r = RUN(NOENV, "/bin/sh", "-c",
		fmt("trap '' XFSZ; ulimit -f 8; exec %s --exempt %s",
		sealmark(), p));
	refused(r, "cannot write the new file", p, "mutable/segment-plain");
	glob_t g;
	assert_int_equal(glob(fmt("%s/.sealmark-*", built("sealmark")), 0, 0,
		&g), GLOB_NOMATCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(programs),
		cmocka_unit_test(single_file),
		cmocka_unit_test(full_file),
		cmocka_unit_test(library),
		cmocka_unit_test(shown),
		cmocka_unit_test(others),
		cmocka_unit_test(mode_and_owner),
		cmocka_unit_test(links),
		cmocka_unit_test(damaged),
		cmocka_unit_test(no_room),
	};
	return SUITE("sealmark", tests);
}

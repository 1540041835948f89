/* Shared by the suites of loader cases. */

#include "harness.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline const char *up(const char *name)
{
	const char *dir = getenv("UPSTREAM_OBJ");
	if (!dir) skip_case("no UPSTREAM_OBJ: cases were not built with "
		"unmodified musl");
	return fmt("%s/%s", dir, name);
}

/* Run a case under a level of LD_SEAL, with its comparison and all attacks. It
 * must succeed and print no errors. */
static inline struct result *level(const char *lv, const char *prog,
	const char *arg)
{
	struct result *r = RUN(ENV(fmt("LD_SEAL=%s", lv),
		fmt("CHECK_LEVEL=%s", lv)), prog, arg);
	want_clean(r);
	want_out(r, "check: ");
	return r;
}

static inline void all_levels_arg(const char *prog, const char *arg)
{
	need_mseal();
	level("off", prog, arg);
	level("on", prog, arg);
	level("full", prog, arg);
}

static inline void all_levels(const char *prog)
{
	all_levels_arg(prog, 0);
}

#define LEVELS_CASE(name, prog) \
static void name(void **state) { (void)state; all_levels(prog); }

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

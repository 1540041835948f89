#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "dynlink.h"
#include "libc.h"
#include "seal.h"
#include "usage.h"

/* The number of the fork's releases, as in the version of its packages. */
#define RELEASE "1"

/* Options that take a value. */
static const char options[][16] = {
	"library-path", "preload", "argv0", "seal"
};

/* Programs look for musl in the first four lines, which are upstream's. */
static void print_usage(int fd, const char *name, int ldd)
{
	dprintf(fd, "musl libc (" LDSO_ARCH ")\n"
		"Version %s\n"
		"Dynamic Program Loader\n"
		"Usage: %s [options] [--] pathname%s\n",
		__libc_version, name, ldd ? "" : " [args]");
}

/* A filter may end the process here, so this comes last. No bytes are
 * sealed. */
static const char *kernel(void)
{
	return mseal(0, 0, 0) ? __seal_reason(errno) : "the kernel has mseal";
}

static void print_version(int fd)
{
	dprintf(fd, "musl-seal " RELEASE ": seals the memory that it maps;"
		" default: " SEAL_DEFAULT "\n");
	dprintf(fd, "%s\n", kernel());
}

static void print_options(int fd)
{
	dprintf(fd, "Options:\n"
		"  --list               show the libraries, run nothing\n"
		"  --library-path PATH  instead of LD_LIBRARY_PATH\n"
		"  --preload LIBRARIES  instead of LD_PRELOAD\n"
		"  --argv0 NAME         the program's name for itself\n"
		"  --seal WORDS         instead of LD_SEAL, such as full,strict;\n"
		"                       " SEAL_WORDS "\n"
		"  --version, --help\n");
}

static void complain(const char *name, const char *option, int missing)
{
	size_t n = strcspn(option, "=");
	if (!*option || !strcmp(option, "list")) return;
	for (size_t i=0; i<sizeof options/sizeof *options; i++) {
		if (n != strlen(options[i]) || memcmp(option, options[i], n))
			continue;
		if (missing && !option[n])
			dprintf(2, "%s: --%s needs a value\n", name, options[i]);
		return;
	}
	dprintf(2, "%s: unknown option --%s\n", name, option);
}

void loader_usage(const char *name, int ldd, const char *option, int missing)
{
	int help = option && !strcmp(option, "help");
	int asked = help || (option && !strcmp(option, "version"));
	int fd = asked && !ldd ? 1 : 2;
	if (option && !asked) complain(name, option, missing);
	print_usage(fd, name, ldd);
	if (!asked || help) print_options(fd);
	print_version(fd);
	_exit(asked && !ldd ? 0 : 1);
}

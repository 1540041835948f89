#ifndef USAGE_H
#define USAGE_H

#include <features.h>

/* The loader as a command, without a program to run. option is the last option,
 * without its dashes, or 0; missing says that its value is not there. Prints
 * what is wrong and the usage on standard error and exits with status 1, like
 * upstream; --version and --help exit with 0, and print on standard output
 * unless the loader is called as ldd. */
hidden _Noreturn void loader_usage(const char *name, int ldd,
	const char *option, int missing);

#endif

/* A program that may load a library and ends: plugin|nothing exit|_exit. For
 * counting the system calls of each. */

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int destroyed;

__attribute__((destructor)) static void destroy(void)
{
	destroyed = 1;
}

int main(int argc, char **argv)
{
	if (argc != 3) return 2;
	if (!strcmp(argv[1], "plugin") && !dlopen("libplugin.so", RTLD_NOW))
		return 1;
	if (!strcmp(argv[2], "_exit")) _exit(0);
	return 0;
}

/* Constructors and destructors, one line each. libfirst.so's constructor opens
 * libopened.so, which needs libsecond.so, which the program needs too but has not
 * constructed yet; main opens one more. */

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void second(void);
void first(void);

int main(int argc, char **argv)
{
	second();
	first();
	puts("main");
	if (!dlopen("liblast.so", RTLD_NOW)) puts(dlerror());
	fflush(stdout);
	if (argc > 1 && !strcmp(argv[1], "quick")) _Exit(0);
	return 0;
}

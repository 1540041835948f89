/* A library that was loaded by a path (LD_PRELOAD) is found by its bare name
 * along the program's search path, although nothing was searched before. With
 * an argument it calls dlseal first. */

#include <dlfcn.h>
#include <stdio.h>

extern int dlseal(void) __attribute__((__weak__));

int main(int argc, char **argv)
{
	void *h[2];
	(void)argv;
	if (argc > 1 && (!dlseal || dlseal())) return puts("no dlseal"), 1;
	for (int i=0; i<2; i++) {
		h[i] = dlopen("libplugin.so",
			i ? RTLD_NOW|RTLD_NOLOAD : RTLD_NOW);
		if (!h[i]) puts(dlerror());
	}
	puts(h[0] && h[0] == h[1] ? "found" : "not found");
	if (dlopen("libnosuch.so", RTLD_NOW)) puts("libnosuch.so found");
	return 0;
}

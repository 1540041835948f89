#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	void *lib = dlopen(argv[1], RTLD_NOW);
	void (*greet)(const char *) = lib ? (void (*)(const char *))dlsym(lib, "greet") : 0;

	if (!greet) {
		printf("%s\n", dlerror());
		return 1;
	}
	greet("dlopen");
	return 0;
}

/* Opens libraries at random, by name and by path, for all and for itself, lazily
 * and not, some of which fail, and says after each what is found where. Sealed
 * or not, and with unmodified musl, it has to say the same.
 *
 * random SEED [eager]: with "eager" no relocations are left for later, which
 * upstream dies of. */

#include <dlfcn.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define STEPS 120
#define NUMBERS 40

static const char *const others[] = {
	"libouter.so", "libleft.so", "libright.so", "libbase.so", "libtls1.so",
	"libtls2.so", "liblater1.so", "liblater2.so", "libnosymbol.so",
	"libgone.so", "libnodata.so", "liblazy.so",
};
#define NOTHERS (sizeof others/sizeof *others)

static const char *const symbols[] = {
	"outer", "left", "right", "base", "tls1", "tls2", "later_call",
	"later_number", "lazy_sum", "number1", "number2", "plugin",
};

static unsigned state;

static unsigned draw(unsigned n)
{
	state = state*1103515245u+12345u;
	return (state>>16) % n;
}

static void found_in(void *h)
{
	char name[16];
	for (size_t i=0; i<sizeof symbols/sizeof *symbols; i++)
		putchar(dlsym(h, symbols[i]) ? '1' : '0');
	for (int i=3; i<=NUMBERS; i++) {
		snprintf(name, sizeof name, "number%d", i);
		putchar(dlsym(h, name) ? '1' : '0');
	}
	putchar(' ');
}

int main(int argc, char **argv)
{
	char name[64], path[PATH_MAX];
	const char *slash = strrchr(argv[0], '/');
	int eager = argc > 2;
	state = argc > 1 ? atoi(argv[1]) : 1;
	for (int k=0; k<STEPS; k++) {
		const char *what = name;
		snprintf(name, sizeof name, "lib%u.so", draw(NUMBERS)+1);
		snprintf(path, sizeof path, "%.*s/../many/%s",
			slash ? (int)(slash-argv[0]) : 1, slash ? argv[0] : ".", name);
		if (draw(2)) what = path;
		if (!draw(3)) what = others[draw(NOTHERS-eager)];
		int mode = (eager || draw(2) ? RTLD_NOW : RTLD_LAZY)
			| (draw(4) ? 0 : RTLD_GLOBAL) | (draw(20) ? 0 : RTLD_NOLOAD);
		void *h = dlopen(what, mode);
		printf("%d %s %x %s ", k, what==path ? name : what, mode, h ? "opened" : "not");
		found_in(RTLD_DEFAULT);
		if (h) found_in(h);
		putchar('\n');
	}
	return 0;
}

/* Constructors run sealed already: one that tries to make its own library's
 * text or RELRO writable is refused. For a needed library, one that dlopen
 * brings, and the program. */

#include "check.h"
#include "ctor.h"
#include <dlfcn.h>

static int text_err = -1, relro_err = -1;

int main(int, char **);
static int (*const in_relro)(int, char **) = main;

__attribute__((constructor)) static void ctor(void)
{
	try_both((void *)(uintptr_t)ctor, (void *)&in_relro, &text_err,
		&relro_err);
}

static void compare(const char *who, int text, int relro)
{
	int want = check_hard() ? EACCES : check_sealing() ? EPERM : 0;
	check_ok(text == want, "constructor of %s: mprotect of its text: wanted "
		"%s, got %s", who, strerror(want), strerror(text));
	check_ok(relro == want, "constructor of %s: mprotect of its RELRO: wanted "
		"%s, got %s", who, strerror(want), strerror(relro));
}

extern void needed_result(int *, int *);

int main(int argc, char **argv)
{
	void (*result)(int *, int *);
	int t, r;
	void *h;
	check_all("start");
	compare("the program", text_err, relro_err);
	needed_result(&t, &r);
	compare("a needed library", t, r);
	h = dlopen("libopened.so", RTLD_NOW);
	if (!check_ok(!!h, "dlopen: %s", h ? "" : dlerror())) return check_done();
	result = (void (*)(int *, int *))dlsym(h, "opened_result");
	if (!check_ok(!!result, "dlsym")) return check_done();
	result(&t, &r);
	compare("a dlopened library", t, r);
	check_all("after dlopen");
	return check_done();
}

/* Which definition is found, where many libraries have one: the first in the
 * order of the link, 20 to 1. number_K is defined by every library that
 * divides K, so the largest of these must be found. */

#include <dlfcn.h>
#include <stdio.h>
#include "check.h"
#include "order.h"

#define DECLARE(k) int number_##k(void);
EACH(DECLARE)
#define CALL(k) number_##k,
static int (*const number[])(void) = { 0, EACH(CALL) };

/* Copied here, as a program that is not position independent has it. */
extern int last;
int seen_by_1(void), seen_by_6(void), seen_by_20(void);
int nobody_has_this(void) __attribute__((weak));

static int first_with(int k)
{
	int n = 20;
	while (k%n) n--;
	return n;
}

static int call(void *handle, const char *name)
{
	int (*f)(void) = (int (*)(void))dlsym(handle, name);
	return f ? f() : -1;
}

static void want(const char *what, int got, int wanted)
{
	check_ok(got == wanted, "%s: wanted %d, got %d", what, wanted, got);
}

static void opened(void)
{
	void *p = dlopen("libplugin.so", RTLD_NOW|RTLD_LOCAL);
	check_ok(p != 0, "dlopen: %s", p ? "" : dlerror());
	if (!p) return;
	want("the plugin's own", call(p, "plugin"), 200);
	/* The program's libraries come first for the plugin's references,
	 * the plugin's own for a look-up in it. */
	want("the plugin's number_30", call(p, "plugin_30"), first_with(30));
	want("number_30 in the plugin", call(p, "number_30"), 100);
	want("the plugin's number_12", call(p, "plugin_12"), first_with(12));
	want("number_12 in the plugin", call(p, "number_12"), 201);
	want("a local plugin, globally", call(RTLD_DEFAULT, "beside"), -1);
	dlopen("libplugin.so", RTLD_NOW|RTLD_GLOBAL);
	want("a global plugin, globally", call(RTLD_DEFAULT, "beside"), 200);
	want("number_30 after that", call(RTLD_DEFAULT, "number_30"), first_with(30));
}

int main(void)
{
	char name[32];
	int k;
	for (k=1; k<=30; k++) {
		snprintf(name, sizeof name, "number_%d", k);
		want(name, number[k](), first_with(k));
		want(name, call(RTLD_DEFAULT, name), first_with(k));
	}
	want("last", last, 20);
	want("seen by the first", seen_by_20(), first_with(30));
	want("seen by one without a GNU hash", seen_by_6(), first_with(30));
	want("seen by the last", seen_by_1(), first_with(30));
	check_ok(!nobody_has_this, "a symbol that nobody has is not null");
	opened();
	check_all("end");
	return check_done();
}

/* Neither this program nor a library of it refers to dlopen or dlsym. */

#include "check.h"
#include "walk.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* Its image is what a new thread's TLS is copied from. */
_Thread_local int own_tls = 5;

static void sealed(const char *when)
{
	if (!check_sealing()) return;
	records_are(when, PROT_READ, 1);
	check_ok(!records_pointers(), "%s: wanted no pointer to a record in "
		"writable memory, got %d", when, records_pointers());
}

__attribute__((constructor)) static void ctor(void)
{
	sealed("constructor");
}

static void at_exit(void)
{
	sealed("exit");
	if (check_done()) _Exit(1);
}

int main(void)
{
	atexit(at_exit);
	/* Where the records are not protected the search must find what
	 * leads to them, or it would find nothing anywhere. */
	if (!check_sealing()) check_ok(records_pointers() > 10, "wanted more than"
		" 10 pointers to records, got %d", records_pointers());
	sealed("main");
	check_all("main");
	check_heap("main");
	return 0;
}

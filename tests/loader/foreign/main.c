/* A static program that some other toolchain linked, and that knows nothing of
 * sealing: built with unmodified musl and with the host's own C library, then
 * run as a command of the loader. */

#include "check.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int data = 1;
static int *const in_relro = &data;
static _Thread_local int tls = 3;

int main(int argc, char **argv)
{
	int i;
	printf("argv0: %s\n", argv[0]);
	for (i=1; i<argc; i++) printf("arg: %s\n", argv[i]);
	printf("env: %s\n", getenv("FOREIGN") ? getenv("FOREIGN") : "");
	fflush(stdout);
	tls++;
	check_ok(*in_relro == 1 && tls == 4, "data: wanted 1, 4, got %d, %d",
		*in_relro, tls);
	check_all("start");
	check_heap("after start");
	return check_done();
}

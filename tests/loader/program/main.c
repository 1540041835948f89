/* The plain program. Built as PIE, non-PIE, static and static-PIE, with and
 * without the mark; it has every kind of data a linker sorts apart. */

#define _GNU_SOURCE
#include "check.h"
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <unistd.h>

static const char text_in_rodata[] = "rodata";
static const char *const pointer_in_relro = text_in_rodata;
static int data = 42;
static char bss[70000];
static _Thread_local int tls = 7;

static int constructed;
__attribute__((constructor)) static void early(void)
{
	/* Sealing comes before the first constructor. */
	constructed = 1;
	check_maps("constructor");
}

int main(int argc, char **argv)
{
	int i;
	printf("argv0: %s\n", argv[0]);
	for (i=1; i<argc; i++) printf("arg: %s\n", argv[i]);
	printf("secure: %lu\n", getauxval(AT_SECURE));
	fflush(stdout);

	/* For the test of the tests: a seal that has no business there. */
	if (argc > 1 && !strcmp(argv[1], "surprise"))
		syscall(SYS_mseal, mmap(0, 4096, PROT_READ|PROT_WRITE,
			MAP_PRIVATE|MAP_ANONYMOUS, -1, 0), 4096L, 0L);

	check_ok(constructed == 1, "constructor ran: wanted 1, got %d",
		constructed);
	check_all("start");
	check_heap("after sealing");

	/* Bytes stay as writable as they were. */
	data++;
	tls++;
	memset(bss, 1, sizeof bss);
	check_ok(data == 43 && tls == 8 && bss[69999] == 1, "data and TLS: "
		"wanted 43, 8, 1, got %d, %d, %d", data, tls, bss[69999]);
	check_ok(!strcmp(pointer_in_relro, "rodata"), "a relocated pointer: "
		"wanted \"rodata\", got \"%s\"", pointer_in_relro);
	check_maps("end");
	return check_done();
}

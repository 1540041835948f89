/* Asks a function that a preloaded library replaces. */

#include "check.h"
#include <stdlib.h>
#include <unistd.h>

int main(void)
{
	int want = getenv("PRELOADED") ? 4711 : getppid();
	int got = getppid();
	check_ok(got == want, "getppid(): wanted %d, got %d", want, got);
	got = check_named("libpreload.so");
	check_ok(!got == !getenv("PRELOADED"), "mappings of libpreload.so: got %d",
		got);
	check_all("start");
	return check_done();
}

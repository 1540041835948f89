/* Needs 100 libraries. A call of each, then the usual comparison; with the
 * argument "quiet" nothing, for counting the loader's own system calls. */

#include "check.h"
#include "calls.h"

int main(int argc, char **argv)
{
	int r = CALLS;
	if (argc > 1) return r != 5050;
	check_ok(r == 5050, "sum of 1 to 100: wanted 5050, got %d", r);
	check_maps("start");
	return check_done();
}

/* The two kinds of mark, on a library: our note, and the GNU property that
 * newer linkers make. The checker reads the mark from memory by itself; the
 * argument says what it must have found. */

#include "check.h"
#include <stdlib.h>

/* By a call: a direct reference would make a copy of the program's own. */
extern int *mark_where(void);

int main(int argc, char **argv)
{
	int want = argc > 1 && atoi(argv[1]);
	int got = check_is_sealed(mark_where());
	check_all("start");
	check_ok(got == want, "the library's data: wanted %ssealed, got %d",
		want ? "" : "not ", got);
	++*mark_where();
	return check_done();
}

/* main -> libone -> libtwo -> libthree. */

#include "check.h"

extern int one(void);

int main(void)
{
	int r = one();
	check_ok(r == 321, "one(): wanted 321, got %d", r);
	check_all("start");
	r = one();
	check_ok(r == 421, "one() again: wanted 421, got %d", r);
	return check_done();
}

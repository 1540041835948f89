#include "check.h"

extern int odd(void);

int main(void)
{
	check_all("start");
	check_ok(odd() == 7, "odd(): wanted 7, got %d", odd());
	return check_done();
}

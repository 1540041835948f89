/* The program itself has relocations in its text. */

#include "check.h"

int ten = 10;
int *const table[] = { &ten };

int main(void)
{
	int got = *table[0] + ten;
	check_ok(got == 20, "sum: wanted 20, got %d", got);
	check_all("start");
	return check_done();
}

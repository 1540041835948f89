/* The program itself has relocations in its text. */

#include "check.h"
#include "word.h"

int ten = 10;
TEXT_WORD(pointer, ten);

int main(void)
{
	int got = *pointer + ten;
	check_ok(got == 20, "sum: wanted 20, got %d", got);
	check_all("start");
	return check_done();
}

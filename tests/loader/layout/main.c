/* Linked in several ways that put segments where one does not expect them,
 * against a library linked in the same ways. */

#include "check.h"

extern int layout_lib(int);
int (*const in_relro)(int) = layout_lib;
char data[9000] = { 1 };
char bss[50000];

int main(void)
{
	int got = in_relro(4);
	check_ok(got == 12, "layout_lib(4): wanted 12, got %d", got);
	check_all("start");
	check_heap("after sealing");
	data[8999] = bss[49999] = 1;
	got = in_relro(4);
	check_ok(got == 16, "layout_lib(4) again: wanted 16, got %d", got);
	return check_done();
}

#include <stdio.h>
#include <stdlib.h>
/* Slots that are filled by name, one for a call and one for a variable, and one
 * without a symbol where the linker can't do without. */
static int own(void) { return 7; }
int (*volatile pointer)(void) = own;
int got(void)
{
	return puts("called by way of the PLT") >= 0 && abs(-7) == pointer()
		&& stdout;
}

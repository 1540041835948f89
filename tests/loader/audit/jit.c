/* A compiler that puts its code into a static buffer. */
#include "refused.h"
#include <string.h>
#include <sys/mman.h>

static char buffer[2*PAGE] __attribute__((__aligned__(PAGE)));

int main(void)
{
	int (*volatile made)(void) = (int (*)(void))buffer;
	if (mprotect(buffer, sizeof buffer, PROT_READ|PROT_WRITE|PROT_EXEC))
		return refused("mprotect", buffer, sizeof buffer, "rwx",
			"data");
	memcpy(buffer, (void *)two, CODE);
	__builtin___clear_cache(buffer, buffer+CODE);
	return made() != 2;
}

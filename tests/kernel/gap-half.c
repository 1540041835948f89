/* A refused call changes nothing, also where its range begins unsealed. */
#include "t.h"

int main(void)
{
	char *p = island(4, PROT_READ|PROT_WRITE), *dest = island(4, PROT_READ|PROT_WRITE);

	memset(p, 's', 4*PAGE);
	mprotect(p + 2*PAGE, 2*PAGE, PROT_READ);
	seal(p + 2*PAGE, 2*PAGE);

	want("mprotect over unsealed and sealed", mprotect(p, 4*PAGE, PROT_READ), EPERM);
	check(!strcmp(map_at(p).prot, "rw-p"), "leaves the unsealed part", "it is %s now", map_at(p).prot);
	if (map_at(p).prot[1] != 'w') mprotect(p, 2*PAGE, PROT_READ|PROT_WRITE);

	want("MADV_DONTNEED over unsealed and sealed", madvise(p, 4*PAGE, MADV_DONTNEED), EPERM);
	same("leaves what the unsealed part holds", p[0], 's');

	memset(dest, 'd', 4*PAGE);
	want("mremap of unsealed and sealed to a place in use",
		(long)mremap(p, 4*PAGE, 2*PAGE, MREMAP_MAYMOVE|MREMAP_FIXED, dest), EPERM);
	same("leaves what was there", map_at(dest).end - map_at(dest).start, 4*PAGE);
	return finish();
}

/* A child finds what its parent has sealed and can't write. Sealed memory that
 * can be written may be kept from it, as all such memory. */
#include "t.h"

int main(void)
{
	char *p = island(4, PROT_READ|PROT_WRITE), *q = island(4, PROT_READ|PROT_WRITE);
	char *text = mmap(0, PAGE, PROT_READ|PROT_EXEC, MAP_PRIVATE, file_of(1), 0);
	char *data = island(2, PROT_READ|PROT_WRITE);
	int status;

	memset(p, 's', 4*PAGE);
	mprotect(p, 4*PAGE, PROT_READ);
	seal(p, 2*PAGE);
	seal(text, PAGE);
	want("MADV_DONTFORK of text", madvise(text, PAGE, MADV_DONTFORK), EPERM);
	want("MADV_DONTFORK of read-only data", madvise(p, PAGE, MADV_DONTFORK), EPERM);
	want("MADV_WIPEONFORK of read-only data", madvise(p, PAGE, MADV_WIPEONFORK), EPERM);
	want("MADV_WIPEONFORK of sealed and unsealed", madvise(p, 4*PAGE, MADV_WIPEONFORK), EPERM);
	fflush(stdout);
	if (!fork()) _exit(map_at(text).sealed && map_at(p).sealed && p[0] == 's' ? 0 : 1);
	wait(&status);
	same("a child has all of it", status, 0);

	seal(data, 2*PAGE);
	want("MADV_DONTFORK of data that can be written", madvise(data, PAGE, MADV_DONTFORK), 0);
	want("MADV_WIPEONFORK of such", madvise(data + PAGE, PAGE, MADV_WIPEONFORK), 0);

	want("MADV_DONTFORK before the seal", madvise(q, PAGE, MADV_DONTFORK), 0);
	seal(q, PAGE);
	want("MADV_DOFORK after it", madvise(q, PAGE, MADV_DOFORK), 0);
	return finish();
}

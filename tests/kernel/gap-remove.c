/* MADV_REMOVE through a sealed mapping that is read-only. */
#include "t.h"

int main(void)
{
	int fd = file_of(4);
	char *p = mmap(0, 4*PAGE, PROT_READ|PROT_WRITE, MAP_SHARED, fd, 0);
	char *w = mmap(0, 4*PAGE, PROT_READ|PROT_WRITE, MAP_SHARED, file_of(4), 0);

	mprotect(p, 4*PAGE, PROT_READ);
	seal(p, 4*PAGE);
	want("MADV_REMOVE of read-only memory", madvise(p, 4*PAGE, MADV_REMOVE), EPERM);
	same("it keeps its contents", p[0], 'f');

	seal(w, 4*PAGE);
	want("MADV_REMOVE of writable memory", madvise(w, PAGE, MADV_REMOVE), 0);
	same("empties it", w[0], 0);
	return finish();
}

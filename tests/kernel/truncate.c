/* What a seal can't prevent: truncating a file takes away all pages of its
 * private mappings, those that were written among them, and what is written to
 * the file afterwards is what they read as. Anonymous memory is safe from that. */
#include "t.h"

int main(void)
{
	int fd = file_of(2);
	char *p = mmap(0, 2*PAGE, PROT_READ|PROT_WRITE, MAP_PRIVATE, fd, 0), *q = island(1, PROT_READ|PROT_WRITE);

	p[0] = 'r';
	q[0] = 'r';
	mprotect(p, 2*PAGE, PROT_READ);
	mprotect(q, PAGE, PROT_READ);
	seal(p, 2*PAGE);
	seal(q, PAGE);
	want("truncating the file", ftruncate(fd, 0), 0);
	same("writing to it", pwrite(fd, "new", 3, 0), 3);
	same("the written page of the mapping is the file's again", p[0], 'n');
	same("anonymous memory stays", q[0], 'r');
	return finish();
}

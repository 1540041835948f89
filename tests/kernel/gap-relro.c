/* A private mapping of a file whose pages were written before they were made
 * read-only and sealed, as a library's relocated data are: they stay. */
#include "t.h"

int main(void)
{
	int fd = file_of(4);
	char *p = mmap(0, 4*PAGE, PROT_READ|PROT_WRITE, MAP_PRIVATE, fd, 0);
	char *text = mmap(0, 4*PAGE, PROT_READ|PROT_EXEC, MAP_PRIVATE, fd, 0);

	memset(p, 'r', 2*PAGE);
	mprotect(p, 4*PAGE, PROT_READ);
	seal(p, 4*PAGE);
	want("MADV_DONTNEED of written file pages", madvise(p, 4*PAGE, MADV_DONTNEED), EPERM);
	same("they keep what was written", p[0], 'r');
	same("all of them", p[2*PAGE - 1], 'r');
	want("MADV_DONTNEED_LOCKED", madvise(p, PAGE, 24), EPERM);
	same("they keep what was written", p[0], 'r');

	fflush(stdout);
	if (!fork()) {
		want("MADV_DONTNEED in a child", madvise(p, PAGE, MADV_DONTNEED), EPERM);
		same("it has what was written", p[0], 'r');
		fflush(stdout);
		_exit(finish());
	}
	wait(0);

	/* Pages that nobody wrote come back as they were: nothing to refuse. */
	same("text that was read", text[0], 'f');
	seal(text, 4*PAGE);
	want("MADV_DONTNEED of it", madvise(text, 4*PAGE, MADV_DONTNEED), 0);
	same("it reads the same", text[0], 'f');
	return finish();
}

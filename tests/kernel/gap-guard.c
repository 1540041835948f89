/* Guard regions over sealed memory that can't be written: they make it
 * unreadable, in text and constants of a file as in anonymous memory. */
#include "t.h"

#define MADV_GUARD_INSTALL 102

static void guard(const char *what, char *p, int err)
{
	char line[80];

	seal(p, PAGE);
	snprintf(line, sizeof line, "MADV_GUARD_INSTALL on sealed %s", what);
	want(line, madvise(p, PAGE, MADV_GUARD_INSTALL), err);
	if (err) same("it can still be read", readable(p, SIGSEGV), 1);
}

int main(void)
{
	int fd = file_of(1);

	if (madvise(island(1, PROT_READ|PROT_WRITE), PAGE, MADV_GUARD_INSTALL)) skip_all("no guard regions");
	if (madvise(mmap(0, PAGE, PROT_READ, MAP_PRIVATE, fd, 0), PAGE, MADV_GUARD_INSTALL))
		skip_all("no guard regions over files");
	guard("text", mmap(0, PAGE, PROT_READ|PROT_EXEC, MAP_PRIVATE, fd, 0), EPERM);
	guard("shared memory", mmap(0, PAGE, PROT_READ, MAP_SHARED, fd, 0), EPERM);
	guard("anonymous memory", island(1, PROT_READ), EPERM);
	guard("memory that can be written", island(1, PROT_READ|PROT_WRITE), 0);
	return finish();
}

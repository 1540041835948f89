/* A test runner that restores its state: the data is saved in a file, and the
 * file is mapped in its place. */
#define _GNU_SOURCE
#include "refused.h"
#include <sys/mman.h>
#include <unistd.h>

static volatile char state[4*PAGE] __attribute__((__aligned__(PAGE))) = { 1 };

int main(void)
{
	int fd = memfd_create("state", MFD_CLOEXEC);
	if (write(fd, (void *)state, sizeof state) != sizeof state) return 3;
	state[0] = 2;
	if (mmap((void *)state, sizeof state, PROT_READ|PROT_WRITE,
	    MAP_PRIVATE|MAP_FIXED, fd, 0) == MAP_FAILED)
		return refused("mmap", (void *)state, sizeof state, "rw-",
			"data");
	return state[0] != 1;
}

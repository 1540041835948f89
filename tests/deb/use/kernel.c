#define _GNU_SOURCE
#include <errno.h>
#include <linux/version.h>
#include <linux/seccomp.h>
#include <asm/unistd.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/seal.h>

/* Its own page can be sealed, and what is mutable is not. */
static SEAL_MUTABLE char page[4096] = { 1 };

int main(void)
{
	char *p = mmap(0, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);

	if (mseal(p, 4096, 0)) {
		perror("mseal");
		return 1;
	}
	if (munmap(p, 4096) != -1 || errno != EPERM) return 2;
	return LINUX_VERSION_CODE == 0 || SECCOMP_MODE_FILTER != 2 || page[0] != 1;
}

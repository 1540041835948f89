/* The function itself: declared in <sys/mman.h> under _GNU_SOURCE, -1 and errno
 * on failure, what it sealed stays. */

#define _GNU_SOURCE
#include "check.h"
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

static int (*const prototype)(void *, size_t, unsigned long) = mseal;

int main(void)
{
	char *p = mmap(0, 4*4096, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	munmap(p+3*4096, 4096);
	errno = 0;
	if (mseal(p, 0, 0) && errno == ENOSYS) {
		check_err(mseal(p, 4096, 0), ENOSYS, "mseal without the call");
		check_skip("kernel has no mseal");
	}
	check_err(mseal(p, 0, 0), 0, "length 0");
	check_ok(!check_is_sealed(p), "length 0 sealed something");
	check_err(mseal(p+1, 4096, 0), EINVAL, "unaligned address");
	check_err(mseal(p, 4096, 1), EINVAL, "a flag");
	check_err(mseal(p, 4096, 1ul<<63), EINVAL, "the highest flag");
	check_err(mseal(p, -1, 0), EINVAL, "a length that wraps");
	check_err(mseal(p, 4*4096, 0), ENOMEM, "a hole");
	check_ok(!check_is_sealed(p), "a hole: sealed something");

	check_own_seal(p+4096, 4096);
	check_err(prototype(p+4096, 1, 0), 0, "one byte");
	check_ok(check_is_sealed(p) == 0, "page before: wanted not sealed");
	check_ok(check_is_sealed(p+4096) == 1, "the page: wanted sealed");
	check_ok(check_is_sealed(p+2*4096) == 0, "page after: wanted not sealed");
	check_err(mseal(p+4096, 4096, 0), 0, "sealing again");
	check_err(munmap(p, 3*4096), EPERM, "munmap");
	check_err(mprotect(p+4096, 4096, PROT_READ), EPERM, "mprotect");
	check_err(mmap(p+4096, 4096, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED,
		-1, 0) == MAP_FAILED ? -1 : 0, EPERM, "mmap");
	memset(p, 1, 3*4096);
	check_maps("end");
	return check_done();
}

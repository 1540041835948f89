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
	size_t page = check_page_size();
	char *p = mmap(0, 4*page, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	munmap(p+3*page, page);
	errno = 0;
	if (mseal(p, 0, 0) && errno == ENOSYS) {
		check_err(mseal(p, page, 0), ENOSYS, "mseal without the call");
		check_skip("kernel has no mseal");
	}
	check_err(mseal(p, 0, 0), 0, "length 0");
	check_ok(!check_is_sealed(p), "length 0 sealed something");
	check_err(mseal(p+1, page, 0), EINVAL, "unaligned address");
	check_err(mseal(p, page, 1), EINVAL, "a flag");
	check_err(mseal(p, page, ~(-1ul>>1)), EINVAL, "the highest flag");
	check_err(mseal(p, -1, 0), EINVAL, "a length that wraps");
	check_err(mseal(p, 4*page, 0), ENOMEM, "a hole");
	check_ok(!check_is_sealed(p), "a hole: sealed something");

	check_own_seal(p+page, page);
	check_err(prototype(p+page, 1, 0), 0, "one byte");
	check_ok(check_is_sealed(p) == 0, "page before: wanted not sealed");
	check_ok(check_is_sealed(p+page) == 1, "the page: wanted sealed");
	check_ok(check_is_sealed(p+2*page) == 0, "page after: wanted not sealed");
	check_err(mseal(p+page, page, 0), 0, "sealing again");
	check_err(munmap(p, 3*page), EPERM, "munmap");
	check_err(mprotect(p+page, page, PROT_READ), EPERM, "mprotect");
	check_err(mmap(p+page, page, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED,
		-1, 0) == MAP_FAILED ? -1 : 0, EPERM, "mmap");
	memset(p, 1, 3*page);
	check_maps("end");
	return check_done();
}

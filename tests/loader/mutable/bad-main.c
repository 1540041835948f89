#include "check.h"
#include <errno.h>
#include <sys/mman.h>

extern char *bad_where(void);

int main(void)
{
	check_all("start");
	check_err(mprotect(bad_where(), check_page_size(), PROT_READ|PROT_WRITE),
		check_sealing() ? EPERM : 0, "mprotect of what the note is about");
	return check_done();
}

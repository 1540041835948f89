/* A program in one file with its data, which tests/loader/run/sealmark.c appends:
 * it finds them by a distance from the start that was written into it, by a trailer
 * at the end, or behind its sections. And it writes a constant when it starts, as
 * CoreCLR does. The argument says whether it can. */

#include "check.h"
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DATA "the data"

/* The tool that makes the file writes the place over the zeros. */
static volatile struct { char magic[16]; uint64_t at; } place = { "place of data:", 0 };

static const long cookie = 1;

static void want_data(int fd, off_t at, const char *how)
{
	char buf[sizeof DATA] = "";
	ssize_t n = pread(fd, buf, sizeof buf, at);
	check_ok(n == sizeof buf && !memcmp(buf, DATA, n), "wanted the data, found %s", how);
}

int main(int argc, char **argv)
{
	uintptr_t page = check_page_size();
	void *p = (void *)((uintptr_t)&cookie & -page);
	int can = argc > 1 && !strcmp(argv[1], "can");
	int refused = check_sealing() && !can ? EPERM : 0;
	int fd = open("/proc/self/exe", O_RDONLY);
	ElfW(Ehdr) eh;
	uint64_t size = 0;
	off_t end = lseek(fd, 0, SEEK_END);
	check_err(mprotect(p, page, PROT_READ|PROT_WRITE), refused, "mprotect of a constant");
	if (!refused) *(volatile long *)&cookie = 42;
	check_err(mprotect(p, page, PROT_READ), refused, "mprotect back");
	check_ok(pread(fd, &eh, sizeof eh, 0) == sizeof eh, "wanted its own header");
	want_data(fd, place.at, "from the start");
	want_data(fd, eh.e_shoff + eh.e_shnum*eh.e_shentsize, "behind the sections");
	check_ok(pread(fd, &size, sizeof size, end-sizeof size) == sizeof size,
		"wanted a trailer");
	want_data(fd, end-size, "from the end");
	return check_done();
}

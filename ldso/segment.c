#include <elf.h>
#include <link.h>
#include <stdint.h>
#include <sys/stat.h>
#include "libc.h"
#include "segment.h"

int segment_in_file(const Phdr *ph, int fd, off_t *size)
{
	uint64_t off = ph->p_offset, end = off+ph->p_filesz;
	if (!ph->p_filesz) return 1;
	if (!*size) {
		struct stat st;
		if (fstat(fd, &st) < 0) return 0;
		*size = st.st_size;
	}
	return end >= off && (end-1 & -(uint64_t)PAGE_SIZE) < *size;
}

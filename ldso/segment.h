#ifndef SEGMENT_H
#define SEGMENT_H

#include <link.h>
#include <sys/types.h>
#include "dynlink.h"

/* 1 if the file has at least one byte of each page that the segment ph maps of
 * it. The kernel fills the rest of the last page with zeros; an access to a
 * page beyond that is a SIGBUS, mmap(2). *size is the length of the file open
 * at fd, or 0 if it is not known yet. */
hidden int segment_in_file(const Phdr *ph, int fd, off_t *size);

#endif

#ifndef FIRST_MAPPING_H
#define FIRST_MAPPING_H

/* 1 if the segment ph needs no mapping of its own: the first mapping of the
 * library, with the protection of its lowest segment, has its pages already.
 * ph0 is the first of phnum program headers, phentsize bytes apart. */
hidden int first_mapping_serves(const Phdr *ph0, size_t phnum, size_t phentsize,
	const Phdr *ph);

#endif

#ifndef REPLACE_H
#define REPLACE_H

#include <stddef.h>

/* A file that is read whole and replaced by another of the same name. */
struct old_file {
	char *path;		/* with symbolic links resolved */
	unsigned char *p;	/* a private copy, writable */
	size_t n;
	int fd;
};

/* Returns 0, or -1 with errno; *why is set if it is not a file to replace. */
int old_open(struct old_file *f, const char *path, const char **why);
void old_close(struct old_file *f);

/* Replace the file atomically by the n bytes at p, with the owner, mode and
 * extended attributes of the old one. The bytes of the hole are zeros and are
 * not written. Returns 0, or -1 with errno and *why and the old file
 * unchanged. */
int old_replace(const struct old_file *f, const unsigned char *p, size_t n,
	size_t hole, size_t hole_end, const char **why);

#endif

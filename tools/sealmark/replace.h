#ifndef REPLACE_H
#define REPLACE_H

#include <stddef.h>

/* A file that was read whole, to be replaced by another of its name. */
struct old_file {
	char *path;		/* with symbolic links resolved */
	unsigned char *p;	/* private, can be written to */
	size_t n;
	int fd;
};

/* 0, or -1 with errno; or with *why set, if it is no file to be replaced. */
int old_open(struct old_file *f, const char *path, const char **why);
void old_close(struct old_file *f);

/* Put the n bytes at p in its place, the bytes of the hole excepted, which are
 * zeros: all at once, whatever happens meanwhile, with owner, mode and extended
 * attributes of the old one. 0, or -1 with errno and *why, nothing changed. */
int old_replace(const struct old_file *f, const unsigned char *p, size_t n,
	size_t hole, size_t hole_end, const char **why);

#endif

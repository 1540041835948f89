#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>
#include "replace.h"

int old_open(struct old_file *f, const char *path, const char **why)
{
	struct stat st;
	*f = (struct old_file){ .fd = -1 };
	*why = 0;
	f->path = realpath(path, 0);
	if (!f->path) return -1;
	f->fd = open(f->path, O_RDONLY|O_CLOEXEC|O_NONBLOCK);
	if (f->fd < 0 || fstat(f->fd, &st)) return -1;
	errno = EINVAL;
	if (!S_ISREG(st.st_mode)) *why = "not a regular file";
	else if (!st.st_size) *why = "empty";
	if (*why) return -1;
	f->n = st.st_size;
	f->p = mmap(0, f->n, PROT_READ|PROT_WRITE, MAP_PRIVATE, f->fd, 0);
	if (f->p != MAP_FAILED) return 0;
	f->p = 0;
	return -1;
}

void old_close(struct old_file *f)
{
	if (f->p) munmap(f->p, f->n);
	if (f->fd >= 0) close(f->fd);
	free(f->path);
}

static int write_all(int fd, const unsigned char *p, size_t from, size_t to)
{
	while (from < to) {
		ssize_t l = pwrite(fd, p+from, to-from, from);
		if (l < 0 && errno == EINTR) continue;
		if (l < 0) return -1;
		from += l;
	}
	return 0;
}

/* The file system may already have set the same attribute on the new file. Then
 * it is not set again, as that may need a permission. */
static int copy_attribute(int from, int to, const char *name)
{
	char value[65536], there[65536];
	ssize_t n = fgetxattr(from, name, value, sizeof value);
	if (n < 0) return -1;
	if (fgetxattr(to, name, there, sizeof there) == n
	    && !memcmp(value, there, n))
		return 0;
	return fsetxattr(to, name, value, n, 0);
}

static int copy_attributes(int from, int to)
{
	char names[65536];
	ssize_t n = flistxattr(from, names, sizeof names);
	if (n < 0) return errno == ENOTSUP ? 0 : -1;
	for (char *s=names; s<names+n; s+=strlen(s)+1)
		if (copy_attribute(from, to, s)) return -1;
	return 0;
}

static int fill(int fd, const struct old_file *f, const struct stat *st,
	const unsigned char *p, size_t n, size_t hole, size_t hole_end,
	const char **why)
{
	struct stat new;
	*why = "cannot write the new file";
	if (hole >= hole_end) hole = hole_end = n;
	if (write_all(fd, p, 0, hole) || write_all(fd, p, hole_end, n)
	    || ftruncate(fd, n) || fstat(fd, &new))
		return -1;
	/* Mode after owner: changing the owner clears set-user-ID. */
	*why = "cannot give the new file the owner of the old one";
	if ((new.st_uid != st->st_uid || new.st_gid != st->st_gid)
	    && fchown(fd, st->st_uid, st->st_gid)) return -1;
	*why = "cannot give the new file the mode of the old one";
	if (fchmod(fd, st->st_mode & 07777)) return -1;
	*why = "cannot give the new file the extended attributes of the old"
		" one";
	if (copy_attributes(f->fd, fd)) return -1;
	*why = "cannot write the new file";
	return fsync(fd);
}

int old_replace(const struct old_file *f, const unsigned char *p, size_t n,
	size_t hole, size_t hole_end, const char **why)
{
	struct stat st, now;
	char *dir = strdup(f->path), *tmp = 0;
	int fd = -1, dirfd = -1, ret = -1, saved;
	*why = "cannot write the new file";
	if (!dir || asprintf(&tmp, "%s/.sealmark-XXXXXX", dirname(dir)) < 0) {
		tmp = 0;
		goto out;
	}
	if (fstat(f->fd, &st)) goto out;
	if (st.st_nlink > 1) {
		*why = "it has other names (hard links), which would keep the"
			" old contents";
		errno = EMLINK;
		goto out;
	}
	if ((fd = mkostemp(tmp, O_CLOEXEC)) < 0) {
		*why = "cannot make a file beside it";
		goto out;
	}
	if (fill(fd, f, &st, p, n, hole, hole_end, why)) goto undo;
	/* The file must be the one that was read. */
	*why = "it was changed meanwhile";
	errno = EAGAIN;
	if (stat(f->path, &now) || now.st_ino != st.st_ino
	    || now.st_dev != st.st_dev
	    || (size_t)now.st_size != f->n
	    || now.st_mtim.tv_sec != st.st_mtim.tv_sec
	    || now.st_mtim.tv_nsec != st.st_mtim.tv_nsec)
		goto undo;
	*why = "cannot take its place";
	if (rename(tmp, f->path)) goto undo;
	ret = 0;
	/* For the rename to survive a crash. It has succeeded in any case. */
	dirfd = open(dirname(tmp), O_RDONLY|O_DIRECTORY|O_CLOEXEC);
	if (dirfd >= 0) fsync(dirfd);
	goto out;
undo:
	saved = errno;
	unlink(tmp);
	errno = saved;
out:
	saved = errno;
	if (fd >= 0) close(fd);
	if (dirfd >= 0) close(dirfd);
	free(dir);
	free(tmp);
	errno = saved;
	return ret;
}

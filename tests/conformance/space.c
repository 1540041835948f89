#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "space.h"

size_t page;
static int in = -1, out = -1, shy;

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	_exit(99);
}

void space_init(void)
{
	int fd[2];
	page = sysconf(_SC_PAGESIZE);
	if (in >= 0) close(in), close(out);
	if (pipe(fd)) die("pipe");
	in = fd[0], out = fd[1];
	/* QEMU's mincore knows no page that cannot be read. */
	unsigned char vec[1];
	char *p = mmap(0, page, PROT_NONE, MAP_PRIVATE|MAP_ANON, -1, 0);
	if (p == MAP_FAILED) die("mmap");
	shy = mincore(p, page, vec);
	munmap(p, page);
}

void limit_time(int seconds)
{
	struct rlimit l;
	if (!getrlimit(RLIMIT_CPU, &l)) {
		l.rlim_cur = seconds;
		setrlimit(RLIMIT_CPU, &l);
	}
	alarm(PATIENCE*seconds);
}

int wait_for(int pid, int *status, int seconds)
{
	struct timespec pause = { 0, 200000 };
	time_t end = time(0)+PATIENCE*seconds;
	int r;
	while (!(r = waitpid(pid, status, WNOHANG)) && time(0) <= end) {
		nanosleep(&pause, 0);
		/* Most end at once. */
		if (pause.tv_nsec < 20000000) pause.tv_nsec += pause.tv_nsec/4;
	}
	if (r) return r == pid ? 0 : -1;
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	return waitpid(pid, status, 0) == pid ? 1 : -1;
}

static int is_mapped(const char *p)
{
	unsigned char vec[1];
	if (!mincore((void *)p, page, vec)) return 1;
	/* Nor would it put anything at either end. */
	if (!shy || (uintptr_t)p < 65536 || (uintptr_t)p > -16*page) return 0;
	/* Where it is free, a mapping is put where it is asked for. */
	char *q = mmap((void *)p, page, PROT_NONE, MAP_PRIVATE|MAP_ANON, -1, 0);
	if (q == MAP_FAILED) die("mmap");
	munmap(q, page);
	return q != p;
}

struct seen look(const char *p)
{
	struct seen s = { 0 };
	char c = 0;
	if (!is_mapped(p)) return s;
	s.mapped = 1;
	s.r = write(out, p, 1) == 1;
	if (s.r) {
		s.w = read(in, (void *)p, 1) == 1;
		/* A refused read took nothing out. */
		if (!s.w) { if (read(in, &c, 1) != 1) die("read"); }
		else c = *(volatile const char *)p;
		s.byte = c;
	}
	s.sealed = mprotect((void *)p, page,
		s.w ? PROT_READ|PROT_WRITE : s.r ? PROT_READ : PROT_NONE)
		&& errno == EPERM;
	return s;
}

int store(char *p, char byte)
{
	char c;
	if (write(out, &byte, 1) != 1) die("write");
	if (read(in, p, 1) == 1) return 0;
	int e = errno;
	if (read(in, &c, 1) != 1) die("read");
	errno = e;
	return -1;
}

int seen_same(struct seen a, struct seen b)
{
	return a.mapped == b.mapped && a.r == b.r && a.w == b.w
		&& a.sealed == b.sealed && a.byte == b.byte;
}

const char *seen_text(struct seen s)
{
	static char buf[8][40];
	static int n;
	char *b = buf[n++ % 8], val[12] = "";
	if (!s.mapped) return "unmapped";
	if (s.r) snprintf(val, sizeof val, s.byte > ' ' && s.byte < 127
		? " '%c'" : " %d", s.byte);
	snprintf(b, sizeof *buf, "%c%c%s%s", s.r ? 'r' : '-', s.w ? 'w' : '-',
		val, s.sealed ? " sealed" : "");
	return b;
}

char *fresh_fd(size_t n, int prot, int flags, int fd)
{
	char *p = mmap(0, (n+2)*page, PROT_NONE, MAP_SHARED|MAP_ANON, -1, 0);
	if (p == MAP_FAILED) die("mmap");
	p += page;
	if (mmap(p, n*page, prot, flags|MAP_FIXED, fd, 0) != p) die("mmap");
	return p;
}

char *fresh(size_t n, int prot)
{
	char *p = fresh_fd(n, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANON, -1);
	for (size_t i=0; i<n; i++) p[i*page] = 'a'+i;
	if (!(prot & PROT_WRITE) && mprotect(p, n*page, prot)) die("mprotect");
	return p;
}

int fresh_file(size_t n)
{
	int fd = memfd_create("conformance", 0);
	if (fd < 0) {
		char name[] = "/tmp/conformanceXXXXXX";
		fd = mkstemp(name);
		if (fd < 0) die("no memfd and no file in /tmp");
		unlink(name);
	}
	if (ftruncate(fd, n*page)) die("ftruncate");
	for (size_t i=0; i<n; i++) {
		char c = 'A'+i;
		if (pwrite(fd, &c, 1, i*page) != 1) die("pwrite");
	}
	return fd;
}

void leave_descriptors(int yes)
{
	static rlim_t was;
	struct rlimit l;
	if (getrlimit(RLIMIT_NOFILE, &l)) die("getrlimit");
	if (!yes) was = l.rlim_cur;
	l.rlim_cur = yes ? was : 0;
	if (setrlimit(RLIMIT_NOFILE, &l)) die("setrlimit");
}

struct dialect dialect;

static int refused(int r)
{
	return r && errno == EPERM;
}

static void try_dialect(struct dialect *d)
{
	char *p = fresh(2, PROT_READ|PROT_WRITE), *q = fresh(2, PROT_READ),
		*r = fresh_fd(1, PROT_READ|PROT_WRITE, MAP_PRIVATE, fresh_file(1));
	*r = 'x';
	mprotect(r, page, PROT_READ);
	mseal(p+page, page, 0);
	mseal(q+page, page, 0);
	mseal(r, page, 0);
	d->fork_advice_refused = refused(madvise(p+page, page, MADV_DONTFORK));
	mprotect(p, 2*page, PROT_READ);
	d->mprotect_in_order = !look(p).w;
	madvise(q, 2*page, MADV_DONTNEED);
	d->madvise_in_order = !*q;
	d->private_discard_refused = refused(madvise(r, page, MADV_DONTNEED));
	d->file_fork_advice_refused = refused(madvise(r, page, MADV_DONTFORK));
}

void settle_dialect(void)
{
	struct dialect *d = mmap(0, sizeof *d, PROT_READ|PROT_WRITE,
		MAP_SHARED|MAP_ANON, -1, 0);
	if (d == MAP_FAILED) die("mmap");
	pid_t pid = fork();
	if (!pid) {
		space_init();
		try_dialect(d);
		_exit(0);
	}
	if (pid > 0) waitpid(pid, 0, 0);
	dialect = *d;
	munmap(d, sizeof *d);
}

const char *errno_text(int e)
{
	static char buf[4][16];
	static int n;
	switch (e) {
	case 0: return "success";
#define E(x) case x: return #x;
	E(EPERM) E(ENOMEM) E(EINVAL) E(EFAULT) E(EEXIST) E(EACCES) E(EBADF)
	E(ENODEV) E(ENOSYS) E(EAGAIN) E(EBUSY) E(EOPNOTSUPP) E(EINTR) E(EIO)
#undef E
	}
	char *b = buf[n++ % 4];
	snprintf(b, sizeof *buf, "errno %d", e);
	return b;
}

/* Sealed text of a private mapping of a file on tmpfs: MADV_DONTNEED takes its
 * pages out of the page tables, and userfaultfd puts others in, without any
 * privilege. The same goes for memfds and for an overlay over tmpfs. */
#include "t.h"
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

static int uffd;

static long reg(char *p)
{
	struct uffdio_register r = { .range = { (long)p, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	return ioctl(uffd, UFFDIO_REGISTER, &r);
}

static long copy(char *p, char *from)
{
	struct uffdio_copy c = { .dst = (long)p, .src = (long)from, .len = PAGE };
	return ioctl(uffd, UFFDIO_COPY, &c);
}

static char *text(void)
{
	int fd = open("/dev/shm/gap-tmpfs", O_RDWR|O_CREAT|O_TRUNC, 0700);
	char buf[PAGE], *p;

	memset(buf, 't', sizeof buf);
	if (fd < 0 || write(fd, buf, sizeof buf) != sizeof buf) skip_all("cannot write to /dev/shm");
	unlink("/dev/shm/gap-tmpfs");
	p = mmap(0, PAGE, PROT_READ|PROT_EXEC, MAP_PRIVATE, fd, 0);
	close(fd);
	if (p == MAP_FAILED) skip_all("cannot map from /dev/shm");
	same("text before", *(volatile char *)p, 't');
	return p;
}

int main(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	char *other = pages(1, PROT_READ|PROT_WRITE), *p;

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC|O_NONBLOCK|1);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api)) skip_all("no userfaultfd");
	memset(other, 'x', PAGE);

	p = text();
	seal(p, PAGE);
	want("registering sealed text", reg(p), EPERM);
	madvise(p, PAGE, MADV_DONTNEED);
	copy(p, other);
	same("sealed text after MADV_DONTNEED and UFFDIO_COPY", *(volatile char *)p, 't');

	p = text();
	want("registering text", reg(p), 0);
	seal(p, PAGE);
	madvise(p, PAGE, MADV_DONTNEED);
	want("UFFDIO_COPY into text that was sealed after it", copy(p, other), EPERM);
	same("the text then", *(volatile char *)p, 't');
	return finish();
}

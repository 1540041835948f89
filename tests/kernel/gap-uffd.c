/* userfaultfd: who handles the faults of a mapping decides what is in it. */
#include "t.h"
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

static int uffd;

static long reg(char *p, size_t n, unsigned mode)
{
	struct uffdio_register r = { .range = { (long)p, n }, .mode = mode };
	return ioctl(uffd, UFFDIO_REGISTER, &r);
}

static long copy(char *p, char *from)
{
	struct uffdio_copy c = { .dst = (long)p, .src = (long)from, .len = PAGE };
	return ioctl(uffd, UFFDIO_COPY, &c);
}

static long zero(char *p)
{
	struct uffdio_zeropage z = { .range = { (long)p, PAGE } };
	return ioctl(uffd, UFFDIO_ZEROPAGE, &z);
}

int main(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	char *from = pages(1, PROT_READ|PROT_WRITE), *p;

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC|O_NONBLOCK|1);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api)) skip_all("no userfaultfd");
	memset(from, 'x', PAGE);

	p = island(4, PROT_READ);
	seal(p + 2*PAGE, PAGE);
	want("registering a sealed mapping", reg(p + 2*PAGE, PAGE, UFFDIO_REGISTER_MODE_MISSING), EPERM);
	want("registering unsealed and sealed", reg(p, 4*PAGE, UFFDIO_REGISTER_MODE_MISSING), EPERM);
	check(!strstr(map_at(p).flags, " um"), "leaves the unsealed part", "flags are%s", map_at(p).flags);

	p = island(4, PROT_READ);
	want("registering an unsealed one", reg(p, 4*PAGE, UFFDIO_REGISTER_MODE_MISSING), 0);
	want("UFFDIO_COPY into it", copy(p, from), 0);
	seal(p, 4*PAGE);
	want("UFFDIO_COPY into an untouched page after it was sealed", copy(p + PAGE, from), EPERM);
	want("UFFDIO_ZEROPAGE", zero(p + 2*PAGE), EPERM);

	p = island(2, PROT_READ|PROT_WRITE);
	reg(p, 2*PAGE, UFFDIO_REGISTER_MODE_MISSING);
	seal(p, 2*PAGE);
	want("UFFDIO_COPY into a sealed page that can be written", copy(p, from), 0);
	same("fills it", p[0], 'x');
	return finish();
}

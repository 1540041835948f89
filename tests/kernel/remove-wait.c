/* MADV_REMOVE waits for the manager of a userfaultfd, who seals the mapping
 * before letting it go on: the hole is not to appear once mseal() has returned. */
#include "t.h"
#include <linux/userfaultfd.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>

static long result;

static void *remove_it(void *p)
{
	result = madvise(p, PAGE, MADV_REMOVE) ? errno : 0;
	return 0;
}

int main(void)
{
	struct uffdio_api api = { .api = UFFD_API, .features = UFFD_FEATURE_EVENT_REMOVE };
	char *p = mmap(0, PAGE, PROT_READ|PROT_WRITE, MAP_SHARED, file_of(1), 0);
	struct uffdio_register r = { .range = { (long)p, PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };
	struct uffd_msg msg;
	struct pollfd pfd = { .events = POLLIN };
	pthread_t t;

	pfd.fd = syscall(SYS_userfaultfd, O_CLOEXEC|O_NONBLOCK|1);
	if (pfd.fd < 0 || ioctl(pfd.fd, UFFDIO_API, &api)) skip_all("no userfaultfd that tells of MADV_REMOVE");
	if (ioctl(pfd.fd, UFFDIO_REGISTER, &r)) skip_all("cannot register");
	mprotect(p, PAGE, PROT_READ);
	pthread_create(&t, 0, remove_it, p);
	if (poll(&pfd, 1, 10000) != 1) skip_all("MADV_REMOVE doesn't wait");
	same("it waits", *(volatile char *)p, 'f');
	seal(p, PAGE);
	if (read(pfd.fd, &msg, sizeof msg) != sizeof msg) skip_all("no message");
	same("the message is that of MADV_REMOVE", msg.event, UFFD_EVENT_REMOVE);
	pthread_join(t, 0);
	same("MADV_REMOVE fails then", result, EPERM);
	close(pfd.fd);
	same("and the contents stay", *(volatile char *)p, 'f');
	return finish();
}

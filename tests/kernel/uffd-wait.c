/* A mapping that is sealed while a thread waits for its userfaultfd: nobody may
 * fill the page any more, so the thread gets SIGBUS instead of waiting for ever. */
#include "t.h"
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/ioctl.h>

static sigjmp_buf jump;
static int uffd;
static volatile int ended;
enum { VALUE = 1, BUS = 2 };

static void on_sigbus(int sig)
{
	siglongjmp(jump, sig);
}

static void *touch(void *p)
{
	if (sigsetjmp(jump, 1)) ended = BUS;
	else if (*(char *)p != 'n') ended = VALUE;
	return 0;
}

/* How the thread that touches P ended, or 0 if it still waits after 5 s */
static int outcome(void)
{
	int i;

	for (i = 0; i < 500 && !ended; i++) usleep(10000);
	return ended;
}

static char *registered(int prot)
{
	char *p = island(2, prot);
	struct uffdio_register r = { .range = { (long)p, 2*PAGE }, .mode = UFFDIO_REGISTER_MODE_MISSING };

	if (ioctl(uffd, UFFDIO_REGISTER, &r)) skip_all("cannot register");
	return p;
}

int main(void)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_copy c = { .len = PAGE };
	struct uffd_msg msg;
	pthread_t t;
	char *p, *q;

	uffd = syscall(SYS_userfaultfd, O_CLOEXEC|1);
	if (uffd < 0 || ioctl(uffd, UFFDIO_API, &api)) skip_all("no userfaultfd");
	signal(SIGBUS, on_sigbus);

	q = registered(PROT_READ|PROT_WRITE);
	pthread_create(&t, 0, touch, q);
	if (read(uffd, &msg, sizeof msg) != sizeof msg) skip_all("no message");
	seal(q, 2*PAGE);
	c.dst = (long)q;
	c.src = (long)pages(1, PROT_READ);
	want("UFFDIO_COPY into sealed memory that can be written", ioctl(uffd, UFFDIO_COPY, &c), 0);
	same("lets go who waits for it", outcome(), VALUE);
	pthread_join(t, 0);

	ended = 0;
	p = registered(PROT_READ);
	pthread_create(&t, 0, touch, p);
	if (read(uffd, &msg, sizeof msg) != sizeof msg) skip_all("no message");
	seal(p, 2*PAGE);
	same("who waits for a page that is sealed gets SIGBUS", outcome(), BUS);
	if (!ended) return finish();
	pthread_join(t, 0);
	ended = 0;
	pthread_create(&t, 0, touch, p + PAGE);
	same("as does who comes later", outcome(), BUS);
	return finish();
}

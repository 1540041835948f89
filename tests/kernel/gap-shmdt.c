/* shmdt() of an attachment that is sealed, whole or in part. */
#include "t.h"
#include <sys/shm.h>

static char *attach(void)
{
	int id = shmget(IPC_PRIVATE, 4*PAGE, 0600);
	char *p = id < 0 ? (void *)-1 : shmat(id, 0, 0);

	if (p == (void *)-1) skip_all("no SysV shared memory");
	shmctl(id, IPC_RMID, 0);
	return p;
}

int main(void)
{
	char *p = attach();

	seal(p, 4*PAGE);
	want("shmdt of a sealed attachment", shmdt(p), EPERM);
	same("it is still there", map_at(p).end - map_at(p).start, 4*PAGE);

	p = attach();
	seal(p + 2*PAGE, PAGE);
	want("shmdt of one that is sealed in part", shmdt(p), EPERM);
	same("its first part is still there", map_at(p).end - map_at(p).start, 2*PAGE);
	same("and its last", map_at(p + 3*PAGE).end - map_at(p + 3*PAGE).start, PAGE);

	p = attach();
	want("shmdt of one that is not sealed", shmdt(p), 0);
	same("it is gone", map_at(p).end, 0);
	return finish();
}

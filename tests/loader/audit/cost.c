/* Calls that succeed, each between two stops: the tracer counts
 * instructions. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PAGE 65536

#define COUNT(call) do { \
	raise(SIGSTOP); \
	int failed = (call); \
	raise(SIGSTOP); \
	if (failed) return __LINE__&127; \
} while (0)

int main(void)
{
	char *p = mmap(0, 4*PAGE, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	int id = shmget(IPC_PRIVATE, PAGE, IPC_CREAT|0600);
	for (int warm=0; warm<2; warm++) {
		COUNT(mprotect(p, PAGE, PROT_READ));
		COUNT(madvise(p, PAGE, MADV_DONTNEED));
		COUNT(mmap(p, PAGE, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS
			|MAP_FIXED, -1, 0) != p);
		COUNT(mremap(p, PAGE, PAGE, 0) != p);
		COUNT(shmat(id, p, SHM_REMAP) != p);
		COUNT(munmap(p, PAGE));
		COUNT(syscall(SYS_mprotect, p+PAGE, PAGE, PROT_READ));
		p += PAGE;
	}
	shmctl(id, IPC_RMID, 0);
	return 0;
}

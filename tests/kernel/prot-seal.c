/* mmap() with PROT_SEAL. */
#include "t.h"

#define PROT_SEAL 0x04000000

int main(void)
{
	char *hole = pages(4, PROT_NONE), *p, *q;

	p = mmap(0, 4*PAGE, PROT_READ|PROT_WRITE|PROT_SEAL, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0);
	want("mmap with PROT_SEAL", (long)p, 0);
	if (xmseal(0, 0, 0)) skip_all("this kernel has no mseal");
	same("the mapping is sealed", is_sealed(p), 1);
	check(!strcmp(map_at(p).prot, "rw-p"), "with the protection asked for", "it is %s", map_at(p).prot);
	p[0] = 1;
	want("it can't be unmapped", munmap(p, PAGE), EPERM);
	want("mseal after it", xmseal(p, 4*PAGE, 0), 0);

	munmap(hole, 4*PAGE);
	p = mmap(hole, 2*PAGE, PROT_READ|PROT_SEAL, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0);
	q = mmap(hole + 2*PAGE, 2*PAGE, PROT_READ, MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0);
	same("with MAP_FIXED", is_sealed(p), 1);
	same("its neighbour is not merged into it", is_sealed(q), 0);
	want("and can be unmapped", munmap(q, 2*PAGE), 0);

	p = mmap(0, PAGE, PROT_READ|PROT_EXEC|PROT_SEAL, MAP_PRIVATE, file_of(1), 0);
	same("of a file", is_sealed(p), 1);
	p = mmap(0, PAGE, PROT_READ|PROT_WRITE|PROT_SEAL, MAP_SHARED, file_of(1), 0);
	same("of a shared file", is_sealed(p), 1);

	/* The way to tell that the kernel knows PROT_SEAL */
	want("mmap with PROT_SEAL and PROT_GROWSDOWN",
		(long)mmap(0, PAGE, PROT_READ|PROT_SEAL|PROT_GROWSDOWN, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0), EINVAL);
	want("mmap with PROT_GROWSDOWN alone",
		(long)mmap(0, PAGE, PROT_READ|PROT_GROWSDOWN, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) == -1 ? -1 : 0, 0);

	p = pages(1, PROT_READ);
	want("mprotect with PROT_SEAL", mprotect(p, PAGE, PROT_READ|PROT_SEAL), EINVAL);
	same("seals nothing", is_sealed(p), 0);
	return finish();
}

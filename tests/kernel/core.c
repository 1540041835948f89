/* mseal() itself: what it accepts and refuses, and what it does to mappings. */
#include "t.h"

int main(void)
{
	char *p = island(8, PROT_READ|PROT_WRITE), *q, *r;
	int status;

	if (xmseal(p, 0, 0) && errno == ENOSYS) skip_all("this kernel has no mseal");

	want("length 0 is nothing to do", xmseal(p, 0, 0), 0);
	same("and seals nothing", is_sealed(p), 0);
	want("a flag", xmseal(p, PAGE, 1), EINVAL);
	want("the highest flag", xmseal(p, PAGE, 1UL << 63), EINVAL);
	want("an address inside a page", xmseal(p + 1, PAGE, 0), EINVAL);
	want("a length that rounds up to 0", xmseal(p, -1UL, 0), EINVAL);
	want("a range that wraps", xmseal(p, -PAGE, 0), EINVAL);
	want("a bad flag comes before a hole", xmseal(p - PAGE, PAGE, 1), EINVAL);
	same("none of those sealed anything", is_sealed(p), 0);

	want("a hole at the start", xmseal(p - PAGE, 2*PAGE, 0), ENOMEM);
	want("a hole at the end", xmseal(p + 7*PAGE, 2*PAGE, 0), ENOMEM);
	want("nothing but a hole", xmseal(p + 8*PAGE, PAGE, 0), ENOMEM);
	munmap(p + 4*PAGE, PAGE);
	want("a hole in the middle", xmseal(p, 8*PAGE, 0), ENOMEM);
	same("no hole sealed what is before it", is_sealed(p), 0);
	same("or after", is_sealed(p + 5*PAGE), 0);

	q = island(8, PROT_READ|PROT_WRITE);
	want("a page in the middle", xmseal(q + 3*PAGE, 1, 0), 0);
	same("is sealed", is_sealed(q + 3*PAGE), 1);
	same("and a mapping of its own", map_at(q + 3*PAGE).end - map_at(q + 3*PAGE).start, PAGE);
	same("the part before is not sealed", is_sealed(q + 2*PAGE), 0);
	same("nor the part after", is_sealed(q + 4*PAGE), 0);
	want("sealing it again", xmseal(q + 3*PAGE, PAGE, 0), 0);
	want("its neighbour", xmseal(q + 4*PAGE, PAGE, 0), 0);
	same("is merged with it", map_at(q + 3*PAGE).end - map_at(q + 3*PAGE).start, 2*PAGE);
	want("a range of sealed and unsealed", xmseal(q, 8*PAGE, 0), 0);
	same("becomes one mapping", map_at(q).end - map_at(q).start, 8*PAGE);
	same("all of it sealed", is_sealed(q + 7*PAGE), 1);
	q[0] = 1;
	same("its memory can be written", q[0], 1);

	r = island(4, PROT_READ|PROT_WRITE);
	mprotect(r + PAGE, PAGE, PROT_READ);
	mprotect(r + 2*PAGE, PAGE, PROT_NONE);
	want("mappings of different protections", xmseal(r, 4*PAGE, 0), 0);
	same("each keeps its own", map_at(r + PAGE).end - map_at(r + PAGE).start, PAGE);
	same("PROT_NONE included", is_sealed(r + 2*PAGE), 1);

	fflush(stdout);
	if (!fork()) {
		same("a child has the seal", is_sealed(q), 1);
		want("and can't unmap either", munmap(q, PAGE), EPERM);
		fflush(stdout);
		_exit(finish());
	}
	wait(&status);
	same("in a child", status, 0);
	return finish();
}

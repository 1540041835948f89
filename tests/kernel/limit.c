/* At vm.max_map_count, what needs no further mapping can still be sealed. */
#include "t.h"

static char limit[32];

static int count(void)
{
	char line[512];
	FILE *f = fopen("/proc/self/maps", "r");
	int n = 0;

	while (f && fgets(line, sizeof line, f)) n++;
	if (f) fclose(f);
	return n;
}

/* As many mappings as there may be. The number of them is no more than an
 * approximation of the kernel's count, so map until it refuses. */
static void fill(void)
{
	char n[32];
	int i;

	snprintf(n, sizeof n, "%d", count() + 20);
	if (!set_sysctl("vm/max_map_count", n)) skip_all("no right to set vm.max_map_count");
	for (i = 0; i < 100; i++)
		if (mmap(0, PAGE, i & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) == MAP_FAILED) return;
	skip_all("vm.max_map_count has no effect");
}

int main(void)
{
	char *left = island(4, PROT_READ), *right = island(4, PROT_READ);
	char *both = island(4, PROT_READ), *apart = island(4, PROT_READ), *in = island(3, PROT_READ);
	char *head = island(4, PROT_READ);
	int fd = open("/proc/sys/vm/max_map_count", O_RDONLY), n = fd < 0 ? -1 : read(fd, limit, sizeof limit - 1);

	if (n <= 0) skip_all("no vm.max_map_count");
	seal(left, PAGE);
	seal(right + 3*PAGE, PAGE);
	seal(both, PAGE);
	seal(both + 3*PAGE, PAGE);
	fill();

	want("beside a sealed neighbour on the left", xmseal(left + PAGE, PAGE, 0), 0);
	same("it is sealed", is_sealed(left + PAGE), 1);
	same("and no more than it", is_sealed(left + 2*PAGE), 0);
	want("beside one on the right", xmseal(right + 2*PAGE, PAGE, 0), 0);
	same("it is sealed", is_sealed(right + 2*PAGE), 1);
	same("and no more than it", is_sealed(right + PAGE), 0);
	want("on top of one", xmseal(left, 3*PAGE, 0), 0);
	same("it is sealed", is_sealed(left + 2*PAGE), 1);
	want("a whole mapping between two", xmseal(both, 4*PAGE, 0), 0);
	same("is sealed", is_sealed(both + PAGE), 1);
	/* which made room for one more */
	want("the middle of a mapping, without room for two splits", xmseal(in + PAGE, PAGE, 0), ENOMEM);
	same("is not sealed", is_sealed(in + PAGE), 0);
	want("the head of one, with room for its split", xmseal(head, PAGE, 0), 0);
	want("the head of another, without", xmseal(apart, PAGE, 0), ENOMEM);
	same("is not sealed", is_sealed(apart), 0);

	set_sysctl("vm/max_map_count", limit);
	want("with the old limit", xmseal(apart, PAGE, 0), 0);
	return finish();
}

/* A table of functions is constant, and lies in RELRO: nobody can write to it.
 * But its pages are those of the file until relocation changes them, and a
 * discard brings the file's back. What relocation had not yet added the load
 * address to is then a low address, where nothing is, until the attacker maps
 * something. Writes to no memory of the program's. */

#include "story.h"

/* Where it is in the file must be above vm.mmap_min_addr. */
__attribute__((aligned(1<<17), noinline)) static int answer(void) { return 42; }

/* The page to itself, so that the attack needs no more than this to go well. */
static const struct {
	int (*answer)(void);
	char rest[PAGE-sizeof(void *)];
} table __attribute__((aligned(PAGE))) = { answer, "" };

/* As if through a pointer that the compiler knows nothing of. */
static int call(void)
{
	return (*(int (*const volatile *)(void))&table.answer)();
}

int main(void)
{
	extern char __ehdr_start[];
	char *low = (char *)((uintptr_t)answer-(uintptr_t)__ehdr_start);
	char *page = mmap(page_of(low), PAGE, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANONYMOUS|MAP_FIXED, -1, 0);
	if (page == MAP_FAILED) {
		printf("no page at %p: %s\n", (void *)low, strerror(errno));
		return 77;
	}
	place_code(low);
	mprotect(page, PAGE, PROT_READ|PROT_EXEC);
	if (call() != 42) return 99;
	if (madvise((void *)&table, PAGE, MADV_DONTNEED))
		return call() == 42 ? refused("madvise") : 99;
	if (call() == 666) attacked();
	return 99;
}

#include "meta.h"

/* Upstream's heap begins with what its objects leave of their last pages, and
 * carves the first, small groups from there. Those pages are sealed, so it gets
 * pages of its own. Otherwise it would map a page for each of these groups. */

#define PAGES 2
#define LEN 4096

void __malloc_first_pages(void)
{
	/* Donating takes some of them, and can't fail. */
	struct meta *m = alloc_meta();
	if (!m) return;
	free_meta(m);
	char *p = mmap(0, PAGES*LEN, PROT_READ|PROT_WRITE,
		MAP_PRIVATE|MAP_ANON|MAP_POPULATE, -1, 0);
	if (p == MAP_FAILED) return;
	/* A unit less than a page, which makes slots of half of it, a quarter
	 * and so on. */
	for (size_t i=0; i<PAGES; i++)
		__malloc_donate(p+i*LEN+UNIT, p+(i+1)*LEN);
}

/* What mseal says to its arguments, and in which order: what is wrong with
 * the arguments themselves (EINVAL) before what is wrong with the memory
 * (ENOMEM). Whatever it refuses leaves everything unsealed. */
#include "suite.h"

/* Memory that all rows share: pages 0 to 2 mapped, page 3 a hole, page 4
 * mapped. An address is page FROM plus OFF bytes, unless absolute. */
struct row {
	const char *name;
	enum { PAGES, ABSOLUTE } base;
	ptrdiff_t from, off;
	ptrdiff_t pages, bytes;         /* length */
	unsigned long flags;
	int wanted;
};

static const struct row table[] = {
	{ "length 0", PAGES, 0,0, 0,0, 0, 0 },
	{ "length 0 on a hole", PAGES, 3,0, 0,0, 0, 0 },
	{ "length 0 at address 0", ABSOLUTE, 0,0, 0,0, 0, 0 },
	{ "misaligned by 1", PAGES, 0,1, 1,0, 0, EINVAL },
	{ "misaligned by a page less 1", PAGES, 0,-1, 1,0, 0, EINVAL },
	{ "misaligned, length 0", PAGES, 0,1, 0,0, 0, EINVAL },
	{ "misaligned comes before the hole", PAGES, 3,1, 1,0, 0, EINVAL },
	{ "flags 1", PAGES, 0,0, 1,0, 1, EINVAL },
	{ "flags, highest bit", PAGES, 0,0, 1,0, ~(~0UL>>1), EINVAL },
	{ "flags, all bits", PAGES, 0,0, 1,0, ~0UL, EINVAL },
	{ "flags, length 0", PAGES, 0,0, 0,0, 1, EINVAL },
	{ "flags come before the hole", PAGES, 3,0, 1,0, 1, EINVAL },
	{ "length that overflows when rounded up", PAGES, 0,0, 0,-1, 0, EINVAL },
	{ "length that overflows when rounded up, on a hole", PAGES, 3,0, 0,-1, 0, EINVAL },
	{ "end beyond the last address", PAGES, 0,0, -1,0, 0, EINVAL },
	{ "last page, to its end", ABSOLUTE, -1,0, 1,0, 0, EINVAL },
	{ "last page, 1 byte", ABSOLUTE, -1,0, 0,1, 0, EINVAL },
	{ "last page and one more", ABSOLUTE, -1,0, 2,0, 0, EINVAL },
	{ "a page that no program has", ABSOLUTE, -2,0, 1,0, 0, ENOMEM },
	{ "a hole", PAGES, 3,0, 1,0, 0, ENOMEM },
	{ "a hole, 1 byte", PAGES, 3,0, 0,1, 0, ENOMEM },
	{ "mapped, then a hole", PAGES, 2,0, 2,0, 0, ENOMEM },
	{ "a hole, then mapped", PAGES, 3,0, 2,0, 0, ENOMEM },
	{ "a hole in the middle", PAGES, 0,0, 5,0, 0, ENOMEM },
	{ "a byte into the hole", PAGES, 0,0, 3,1, 0, ENOMEM },
	{ "up to the hole", PAGES, 0,0, 3,0, 0, 0 },
	{ "up to the hole less 1 byte", PAGES, 0,0, 3,-1, 0, 0 },
};

static void row(const void *arg)
{
	const struct row *r = arg;
	char *p = fresh(5, PROT_READ|PROT_WRITE);
	munmap(p+3*page, page);
	uintptr_t a = (r->base == ABSOLUTE ? 0 : (uintptr_t)p)
		+ (uintptr_t)r->from*page + (uintptr_t)r->off;
	size_t len = (size_t)r->pages*page + (size_t)r->bytes;
	if (r->base == ABSOLUTE && r->wanted == ENOMEM && look((char *)a).mapped)
		skip("this process has memory there");
	want_errno("mseal", mseal((void *)a, len, r->flags), r->wanted);
	/* What a row that succeeds covers is mapped and not more than pages
	 * 0 to 2; all else must be unsealed. */
	for (int i=0; i<5; i++) {
		struct seen w = { 1, 1, 1, 0, 'a'+i };
		if (i == 3) w = (struct seen){ 0 };
		if (!r->wanted && len && i < 3) w.sealed = 1;
		char what[40];
		snprintf(what, sizeof what, "page %d afterwards", i);
		want_page(what, p+i*page, w);
	}
}

/* The same through syscall(), which is another way into the kernel and must
 * not be another truth. */
static void row_raw(const void *arg)
{
	char *p = fresh(2, PROT_READ|PROT_WRITE);
	munmap(p+page, page);
	want_errno("flags", syscall(SYS_mseal, p, page, 1UL), EINVAL);
	want_errno("misaligned", syscall(SYS_mseal, p+1, page, 0UL), EINVAL);
	want_errno("hole", syscall(SYS_mseal, p, 2*page, 0UL), ENOMEM);
	want_page("nothing sealed", p, (struct seen){ 1, 1, 1, 0, 'a' });
	want_errno("one page", syscall(SYS_mseal, p, page, 0UL), 0);
	want_page("sealed", p, (struct seen){ 1, 1, 1, 1, 'a' });
}

static void address_0(const void *arg)
{
	if (look(0).mapped) skip("this process has a page at address 0");
	want_errno("mseal", mseal(0, page, 0), ENOMEM);
}

void arguments(void)
{
	char name[120];
	for (size_t i=0; i<COUNT(table); i++) {
		snprintf(name, sizeof name, "arguments: %s: %s", table[i].name,
			errno_text(table[i].wanted));
		run_case(name, row, table+i);
	}
	run_case("arguments: page at address 0: ENOMEM", address_0, 0);
	run_case("arguments: the same through syscall()", row_raw, 0);
}

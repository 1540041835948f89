/* PT_GNU_MUTABLE, as a linker that knows it would make it: elfpatch wrote it,
 * case.mk says where; or sealmark did. The argument is the variant. */

#include "check.h"
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define BIG 65536
#define ALIGNED __attribute__((aligned(BIG), used))

/* In a section of its own, which sealmark can be told by name. */
char seg_data[3][BIG] ALIGNED __attribute__((section("seg_section"))) = { { 1 } };
const char seg_rodata[2*BIG] ALIGNED = { 1 };
char seg_bss[3][BIG] ALIGNED;
extern char _end[];

static void want(const void *p, size_t len, int prot, const char *what)
{
	void *start = (void *)p;
	/* The checker's own data may be among it: back before it is used. */
	int ret = mprotect(start, len, prot^PROT_WRITE);
	ret |= mprotect(start, len, prot);
	check_err(ret, 0, what);
	check_own_mutable(p, len);
}

int main(int argc, char **argv)
{
	const char *variant = argc > 1 ? argv[1] : "";
	uintptr_t page = check_page_size();
	int rw = PROT_READ|PROT_WRITE;
	/* A sealed neighbour answers EPERM. */
	int refused = check_sealing() ? EPERM : 0;
	char *other = seg_data[1];

	if (!strcmp(variant, "one")) {
		want(seg_data[0], BIG, rw, "mprotect, one segment");
	} else if (!strcmp(variant, "several")) {
		want(seg_data[0], BIG, rw, "mprotect, first segment");
		want(seg_data[2], BIG, rw, "mprotect, second segment");
	} else if (!strcmp(variant, "end")) {
		size_t len = (((uintptr_t)_end+page-1) & -page) - (uintptr_t)seg_bss[1];
		want(seg_bss[1], len, rw, "mprotect up to the end of the map");
	} else if (!strcmp(variant, "rodata")) {
		want(seg_rodata, BIG, PROT_READ, "mprotect of rodata");
		other = (char *)seg_rodata+BIG;
	} else if (!strcmp(variant, "section")) {
		want(seg_data[0], sizeof seg_data, rw, "mprotect, one section");
		other = seg_bss[1];
	} else if (!strcmp(variant, "exempt")) {
		/* Data, constants, code: all can be made something else. */
		check_err(mprotect(seg_data[1], BIG, PROT_READ), 0, "mprotect of data");
		check_err(mprotect((void *)seg_rodata, BIG, rw), 0, "mprotect of rodata");
		*(char *)seg_rodata = 2;
		void *text = (void *)((uintptr_t)main & -page);
		check_err(mprotect(text, page, rw|PROT_EXEC), 0, "mprotect of text");
		check_ok(!check_is_sealed(text) && !check_is_sealed(seg_rodata)
			&& !check_is_sealed(seg_data), "wanted nothing sealed");
		return check_done();
	} else if (!strcmp(variant, "partly")) {
		/* 100 bytes short at each end: these pages are others' too. */
		want(seg_data[0]+page, 3*BIG-2*page, rw, "mprotect of whole pages");
		check_err(mprotect(seg_data[0], page, rw), refused,
			"mprotect of the first page, not all of it mutable");
		other = seg_data[2]+BIG-page;
	}
	check_all(variant);
	check_err(mprotect(other, page, other == seg_rodata+BIG ? PROT_READ : rw),
		refused, "mprotect of a neighbour");
	return check_done();
}

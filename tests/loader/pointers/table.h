/* Pages of relocated pointers, two stretches with a single page between them
 * that is not, then many pages that relocation has no business with, and one
 * more pointer. Sized for the largest pages, 64 KiB. */

#define PAGES 65536
#define POINTERS (8*PAGES/sizeof(char *))

struct table {
	char *many[POINTERS];
	char gap[4096];
	char *more[POINTERS];
	char bytes[16*PAGES];
	char *one;
	char end[4*PAGES];
};

#define TABLE(target) { \
	.many = { [0 ... POINTERS-1] = target }, .gap = { 5 }, \
	.more = { [0 ... POINTERS-1] = target }, .bytes = { [0 ... 16*PAGES-1] = 7 }, \
	.one = target, .end = { [4*PAGES-1] = 9 } }

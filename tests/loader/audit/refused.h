/* Programs that change their own pages, as programs do that were written before
 * there were seals: one technique each. With LD_SEAL=audit each prints on
 * standard output the line that libc must print on standard error. */

#include <stddef.h>

#define PAGE 4096
#define PAGE_OF(p) ((char *)((size_t)(p) & -PAGE))

/* The call failed. Print the line that tells of it: prot as "rwx", or null if
 * the call has none. Returns the program's exit status. */
int refused(const char *call, const void *start, size_t len, const char *prot,
	const char *parts);

/* Functions to be replaced by each other: one returns 1, the other 2. */
int one(void);
int two(void);
#define CODE 16		/* bytes of either */

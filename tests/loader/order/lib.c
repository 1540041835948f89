/* Library N: number_K, for every K that N divides, is N. So is the variable
 * "last", which every library has; a definition may be weak and still be the
 * first. */

#define TEXT(x) #x
#define STRING(x) TEXT(x)
#define DEFINE(k) __asm__( \
	".if (" #k ") % (" STRING(N) ") == 0\n" \
	".weak number_" #k "\n" \
	".set number_" #k ", own_number\n" \
	".endif\n");
#include "order.h"

__attribute__((visibility("hidden"))) int own_number(void) { return N; }
EACH(DEFINE)

int last = N;

/* What this library gets by the same names. */
extern int number_30(void) __attribute__((weak));
extern int nobody_has_this(void) __attribute__((weak));

#define CAT(a, b) a##b
#define NAME(a, b) CAT(a, b)
int NAME(seen_by_, N)(void)
{
	return nobody_has_this ? -1 : number_30();
}

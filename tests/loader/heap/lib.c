/* Calls malloc first, in its constructor. Its initialized data leaves a part of
 * its page unused. */

#include "heap.h"
#include <stdlib.h>

int heap_data[3] = { 1, 2, 3 };
char *heap_first;

__attribute__((constructor)) static void first(void)
{
	heap_first = malloc(HEAP_FIRST);
}

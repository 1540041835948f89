#include "table.h"

static char target;
static struct table table __attribute__((aligned(4096))) = TABLE(&target);

/* By a call, or the program would have a copy of the table and not this one. */
struct table *pointers_library(char **to)
{
	*to = &target;
	return &table;
}

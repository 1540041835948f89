#include <stddef.h>

/* What the library allocates before the program does. */
#define HEAP_FIRST 64
extern char *heap_first __attribute__((weak));

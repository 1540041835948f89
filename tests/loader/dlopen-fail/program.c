/* Its library is truncated after linking: it must not start. */
#include <stdio.h>
extern int good(void);
int main(void) { printf("started: %d\n", good()); return 0; }

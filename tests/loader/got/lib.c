#include <stdio.h>
#include <stdlib.h>
int got(void) { return puts("called by way of the PLT") >= 0 && abs(-7) == 7; }

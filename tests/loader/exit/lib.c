#include <stdio.h>
static int is_up;
__attribute__((constructor)) static void up(void) { is_up = 1; puts(NAME " up"); }
__attribute__((destructor)) static void down(void) { puts(NAME " down"); }
int FN(void) { return is_up; }

/* Without _GNU_SOURCE the name belongs to the program. */
#include <sys/mman.h>
static int mseal(void) { return 0; }
int main(void) { return mseal(); }

/* Calls a function of libc by way of its PLT. */
#include <unistd.h>
int steady(void) { return getppid() < 0; }

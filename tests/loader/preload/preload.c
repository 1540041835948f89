#include <unistd.h>
static int calls;
static int *const counter = &calls;
pid_t getppid(void) { ++*counter; return 4711; }

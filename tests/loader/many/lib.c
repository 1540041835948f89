#define CAT(a, b) a##b
#define NAME(n) CAT(number, n)
static int value = N;
static int *const where = &value;
int NAME(N)(void) { return *where; }

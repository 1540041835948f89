#define CAT(a, b) a##b
#define NAME(n) CAT(tls, n)
static volatile __thread int value = N;
int NAME(N)(void) { return value; }

static __thread int counter = 5;
static __thread char block[20000] = "tls of the library";
static int constructed;
__attribute__((constructor)) static void ctor(void) { constructed = counter; }
int *tls_counter(void) { return &counter; }
char *tls_block(void) { return constructed == 5 ? block : "not constructed"; }

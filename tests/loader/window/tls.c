/* A library with a variable for each thread. */
extern void in_constructor(const char *);
static __thread int value = START;
static __thread char zeros[40];
static __attribute__((constructor)) void construct(void)
{
	in_constructor("tls");
}
int next_of_thread(void) { return zeros[START%40] ? -1 : value++; }

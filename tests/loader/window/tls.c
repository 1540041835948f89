/* A library with a variable for each thread. */
extern void in_constructor(const char *);
static __thread int value = START;
/* With a few threads, more than what the loader has without mapping memory. */
static __thread volatile char zeros[40*START];
static __attribute__((constructor)) void construct(void)
{
	in_constructor("tls");
}
int next_of_thread(void) { return zeros[START] ? -1 : value++; }

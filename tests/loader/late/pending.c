/* By its address, so that the slot lies in RELRO. */
extern int provided(void);
int pending(void)
{
	int (*volatile f)(void) = provided;
	return f() + 1;
}

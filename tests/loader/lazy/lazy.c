extern int later_call(void), later_address(void), later_number(void), later_data;
static int five = 5;
int *const where = &five;
int lazy_self(void) { return *where; }

#ifdef CALLS
int lazy_sum(void)
{
	return later_call() + later_address() + later_number();
}
#else
int lazy_sum(void)
{
	int (*volatile f)(void) = later_address;
	return later_call() + f() + later_data;
}
#endif

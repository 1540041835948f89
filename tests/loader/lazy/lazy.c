extern int later_call(void), later_address(void), later_data;
static int five = 5;
int *const where = &five;
int lazy_self(void) { return *where; }
int lazy_sum(void)
{
	int (*volatile f)(void) = later_address;
	return later_call() + f() + later_data;
}

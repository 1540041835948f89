static int three(void) { return 3; }
int counter = 0;
static char big[20000] = { 5 };
#ifdef BIGDATA
char bigger[300000] = { 1 };
#endif
/* RELRO of several pages: table entries are relocated pointers. */
#define F three, three, three, three, three, three, three, three
#define F8 F, F, F, F, F, F, F, F
int (*const table[])(void) = {
	F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8, F8
};

int layout_lib(int x)
{
	counter++;
	big[19999]++;
	return x * (table[100]() + counter - 1);
}

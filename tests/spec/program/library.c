/* A library with text, constants, pointers in RELRO, and data. With LATER it
 * has a pointer in RELRO to a symbol that only later.c defines. */

static int data[5000] = { 1 };
static int *const pointers[] = { data, data+1 };
int *const *volatile relro_of_library = pointers;

#ifdef LATER
extern int later(void);
int library(void)
{
	int (*volatile f)(void) = later;
	return f();
}
#else
int library(void) { return *relro_of_library[0]; }
#endif

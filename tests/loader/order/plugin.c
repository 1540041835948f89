/* What dlopen adds: symbols of its own, and some that the program's libraries
 * have too. */

int number_30(void);
int number_12(void);

#ifdef BESIDE
int beside(void) { return 200; }
int number_12(void) { return 201; }
#else
int beside(void);
int late_weak(void) __attribute__((weak));
int number_30(void) { return 100; }
int plugin(void)
{
	return beside() + (late_weak ? 1000 : 0);
}
int plugin_30(void) { return number_30(); }
int plugin_12(void) { return number_12(); }
#endif

/* A program that needs the first library of a chain, or one of these, which
 * needs the next one: run/records.c makes them from one by changing the
 * numbers. */

#ifdef LIBRARY
int chain_0001(void) { return 1; }
#else
#include <dlfcn.h>
int main(void) { return !dlsym(RTLD_DEFAULT, "chain_0001"); }
#endif
